// SPDX-License-Identifier: Apache-2.0
#pragma once

// The nodes of device paths that have a text of their own, UEFI 2.10 §10.3 (layout) and §10.6.1.6 (text).

#include <string>

#include <anchor/base/byte_reader.h>

namespace anchor::measure {

/// The text of one node's data; empty where this type has none here. Rejected where the data is too short.
[[nodiscard]] Result<std::string> known_node_text(std::uint8_t type, std::uint8_t subtype, ByteReader& data);

/// The same for messaging nodes (type 3).
[[nodiscard]] Result<std::string> messaging_node_text(std::uint8_t subtype, ByteReader& data);

}  // namespace anchor::measure
