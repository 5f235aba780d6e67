// SPDX-License-Identifier: Apache-2.0
#include <anchor/core/standing.h>

#include "spelling.h"

namespace anchor {
namespace {

constexpr std::array<std::string_view, 3> kStatuses = {"active", "suspended", "revoked"};

}  // namespace

std::string_view to_string(StandingStatus status) noexcept { return kStatuses[static_cast<std::size_t>(status)]; }
std::optional<StandingStatus> standing_status_from(std::string_view name) noexcept { return spelled<StandingStatus>(kStatuses, name); }

}  // namespace anchor
