// SPDX-License-Identifier: Apache-2.0
#pragma once

// UEFI device paths as text: where an image came from, in the words that firmware set-ups and efibootmgr use.

#include <string>

#include <anchor/base/bytes.h>
#include <anchor/base/result.h>

namespace anchor::measure {

/// UEFI 2.10 §10.6.1.6; nodes that have no name there become Path(type,subtype,data), whose text is the octets in
/// hexadecimal. GUIDs and numbers are in lower case. Rejected where a node is shorter than its header, longer than the
/// path, or shorter than its type demands; `origin` is the place of the path in the log.
[[nodiscard]] Result<std::string> device_path_text(ByteView path, std::uint64_t origin = 0);

}  // namespace anchor::measure
