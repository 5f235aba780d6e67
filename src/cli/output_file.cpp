// SPDX-License-Identifier: Apache-2.0
#include "output_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include <anchor/base/file.h>

namespace anchor::cli {

Result<void> make_folder(const std::string& folder) {
    if (::mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST) return unavailable(from_errno(folder, errno).what);
    return {};
}

Result<void> write_file(const std::string& file, ByteView octets) {
    const UniqueFd fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644));
    if (!fd.valid()) return unavailable(from_errno(file, errno).what);
    const auto written = write_all(fd.get(), octets, file);
    if (!written) return unavailable(written.error().what);
    return {};
}

}  // namespace anchor::cli
