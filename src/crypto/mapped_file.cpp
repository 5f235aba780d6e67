// SPDX-License-Identifier: Apache-2.0
#include "mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>

#include <anchor/base/file.h>

namespace anchor::crypto {

Result<SharedOctets> map_file(const std::string& path, std::size_t limit) {
    const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    if (!fd.valid()) return from_errno(path, errno);
    struct stat found {};
    if (fstat(fd.get(), &found) != 0) return from_errno(path, errno);
    if (!S_ISREG(found.st_mode)) return rejected(path + ": no regular file");
    const auto size = static_cast<std::size_t>(found.st_size);
    if (size > limit) return rejected(path + ": larger than " + std::to_string(limit) + " octets");
    if (size == 0) return SharedOctets(Bytes{});
    void* const at = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
    if (at == MAP_FAILED) return from_errno(path, errno);
    const std::shared_ptr<const void> owner(at, [size](void* mapped) { munmap(mapped, size); });
    return SharedOctets(owner, ByteView(static_cast<const std::uint8_t*>(at), size));
}

}  // namespace anchor::crypto
