// SPDX-License-Identifier: Apache-2.0
#pragma once

// The keys of anchord.toml: one table with what each expects and where it goes. What is not in the table is refused.

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <toml++/toml.h>

#include "config.h"

namespace anchor::daemon {

struct ConfigKey {
    std::string_view section;  ///< "" for the top of the file
    std::string_view name;
    std::string_view expected;  ///< for people: "a duration from \"1s\" to \"1d\""
    /// Takes the value over; false where it has another form.
    bool (*read)(const toml::node& value, DaemonConfig& config);
};

/// Sections in the order of the file. [labels] is not among them: its keys are the operator's own.
[[nodiscard]] std::span<const ConfigKey> config_keys();
inline constexpr std::string_view kLabelsSection = "labels";
inline constexpr std::size_t kMaxLabels = 32;
inline constexpr std::string_view kLabelExpected = "a text of at most 128 octets without control characters";
[[nodiscard]] bool read_label(std::string_view name, const toml::node& value, DaemonConfig& config);

}  // namespace anchor::daemon
