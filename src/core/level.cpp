// SPDX-License-Identifier: Apache-2.0
#include <anchor/core/level.h>

#include "spelling.h"

namespace anchor {
namespace {

constexpr std::array<std::string_view, 5> kLevels = {"trusted", "restricted", "unverified", "quarantined", "revoked"};

}  // namespace

std::string_view to_string(Level level) noexcept { return kLevels[static_cast<std::size_t>(level)]; }
std::optional<Level> level_from(std::string_view name) noexcept { return spelled<Level>(kLevels, name); }

}  // namespace anchor
