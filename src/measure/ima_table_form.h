// SPDX-License-Identifier: Apache-2.0
#pragma once

// Sizes of the table's form, for the one that writes it and the one that reads it; see ima_table.h.

#include <cstddef>
#include <string_view>

namespace anchor::measure {

inline constexpr std::string_view kTableMagic{"ANCHIMA\x02", 8};
inline constexpr std::size_t kTableReserved = 6;
inline constexpr std::size_t kTableHeader = 8 + 32 + 8 + 2 + kTableReserved;
inline constexpr std::size_t kTableSection = 2 + 2 + 4 + 8 + 8;
inline constexpr std::size_t kRuleHeader = 4;
inline constexpr std::size_t kIndexEntry = 4;
inline constexpr unsigned kMaxIndexBits = 24;
/// Fewer entries are found as fast without an index.
inline constexpr std::size_t kSmallestIndexed = 64;

}  // namespace anchor::measure
