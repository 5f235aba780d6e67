// SPDX-License-Identifier: Apache-2.0
#include <anchor/core/decision.h>

#include "spelling.h"

namespace anchor {
namespace {

constexpr std::array<std::string_view, 4> kTiers = {"none", "affirming", "warning", "contraindicated"};
constexpr std::array<std::string_view, kDimensionCount> kDimensions = {
    "instance-identity", "configuration", "executables", "file-system", "hardware", "runtime-opaque", "storage-opaque", "sourced-data",
};

}  // namespace

std::string_view to_string(Tier tier) noexcept { return kTiers[static_cast<std::size_t>(tier)]; }
std::optional<Tier> tier_from(std::string_view name) noexcept { return spelled<Tier>(kTiers, name); }
std::string_view to_string(Dimension dimension) noexcept { return kDimensions[static_cast<std::size_t>(dimension)]; }
std::optional<Dimension> dimension_from(std::string_view name) noexcept { return spelled<Dimension>(kDimensions, name); }

}  // namespace anchor
