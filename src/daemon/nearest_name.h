// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which known name somebody probably meant who wrote an unknown one.

#include <span>
#include <string_view>

namespace anchor::daemon {

/// The known name with the fewest letters inserted, removed or replaced; empty where more than a third of it would change.
[[nodiscard]] std::string_view nearest_name(std::string_view written, std::span<const std::string_view> known);

}  // namespace anchor::daemon
