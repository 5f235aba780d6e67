// SPDX-License-Identifier: Apache-2.0
#include <anchor/core/disk.h>

namespace anchor {

Result<void> replace(Disk& disk, const std::string& name, ByteView octets) {
    const std::string fresh = name + ".new";
    ANCHOR_RETURN_IF_ERROR(disk.write(fresh, octets));
    ANCHOR_RETURN_IF_ERROR(disk.sync(fresh));
    ANCHOR_RETURN_IF_ERROR(disk.rename(fresh, name));
    return disk.sync_folder();
}

}  // namespace anchor
