// SPDX-License-Identifier: Apache-2.0
#pragma once

// Decision: what policy concludes from claims (an appraisal in the words of RFC 9334 §8.4), with everything that
// a person needs to see why. Tiers and dimensions are those of AR4SI (draft-ietf-rats-ar4si §2.3).

#include <array>
#include <string>
#include <vector>

#include <anchor/base/time.h>
#include <anchor/core/level.h>

namespace anchor {

/// AR4SI trustworthiness tiers, from best to worst. None: no rule judged this dimension.
enum class Tier : std::uint8_t { None, Affirming, Warning, Contraindicated };

/// AR4SI trustworthiness vector: what the judgement is about.
enum class Dimension : std::uint8_t {
    InstanceIdentity,
    Configuration,
    Executables,
    FileSystem,
    Hardware,
    RuntimeOpaque,
    StorageOpaque,
    SourcedData,
};
inline constexpr std::size_t kDimensionCount = 8;

/// "none", "affirming", "warning", "contraindicated".
[[nodiscard]] std::string_view to_string(Tier tier) noexcept;
[[nodiscard]] std::optional<Tier> tier_from(std::string_view name) noexcept;
/// "instance-identity", "configuration", "executables", "file-system", "hardware", "runtime-opaque", …
[[nodiscard]] std::string_view to_string(Dimension dimension) noexcept;
[[nodiscard]] std::optional<Dimension> dimension_from(std::string_view name) noexcept;

/// A claim as a rule read it: name and value for people.
struct FindingInput {
    std::string claim;
    std::string value;
    friend bool operator==(const FindingInput&, const FindingInput&) = default;
};

/// A rule that did not pass.
struct Finding {
    std::string policy;
    std::string rule;
    Dimension about = Dimension::Configuration;
    Tier tier = Tier::Warning;
    bool unknown = false;  ///< it did not fail, it could not be judged
    int risk = 0;          ///< 0–100, what it adds
    std::string because;
    std::vector<std::string> controls;
    std::vector<FindingInput> inputs;
    friend bool operator==(const Finding&, const Finding&) = default;
};

struct Decision {
    std::array<Tier, kDimensionCount> dimensions{};
    Tier overall = Tier::None;
    int risk = 0;                     ///< 0–100
    Level level = Level::Unverified;  ///< what tiers and risk amount to, before hysteresis
    std::vector<Finding> findings;    ///< worst first, then in the order of policies and rules
    friend bool operator==(const Decision&, const Decision&) = default;
};

}  // namespace anchor
