// SPDX-License-Identifier: Apache-2.0
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>

#include <anchor/base/file.h>
#include <anchor/observe/kernel_source.h>

#include "system_file.h"

namespace anchor::observe {

void DiskSource::collect(SteadyTime now, Claims& into) {
    ClaimWriter claim("system", now, into);
    Result<DiskRoom> room = look_(folder_);
    if (room && room->octets == 0) room = rejected(folder_ + ": a file system without size");
    if (!room) {
        for (const char* name : {"os.disk_free", "os.disk_free_percent", "os.disk_read_only"}) claim.unknown(name, room.error());
        return;
    }
    claim.set("os.disk_free", static_cast<std::int64_t>(std::min<std::uint64_t>(room->free, INT64_MAX)));
    claim.set("os.disk_free_percent", 100.0 * static_cast<double>(room->free) / static_cast<double>(room->octets));
    claim.set("os.disk_read_only", room->read_only);
}

Result<DiskRoom> DiskSource::look_at_disk(const std::string& folder) {
    struct statvfs found {};
    if (::statvfs(folder.c_str(), &found) != 0) return from_errno("statvfs " + folder, errno);
    return DiskRoom{std::uint64_t{found.f_blocks} * found.f_frsize, std::uint64_t{found.f_bavail} * found.f_frsize,
                    (found.f_flag & ST_RDONLY) != 0};
}

}  // namespace anchor::observe
