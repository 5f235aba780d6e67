// SPDX-License-Identifier: Apache-2.0
#pragma once

// Claims (RFC 9334 §2): what is said about this device. A claim has a value of one type, or is unknown with
// its cause: "could not be observed" is a value, never an error and never a default.

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include <anchor/base/time.h>

namespace anchor {

/// Not observed, and why, in words for an operator.
struct Unknown {
    std::string why;
    friend bool operator==(const Unknown&, const Unknown&) = default;
};

using ClaimValue = std::variant<Unknown, bool, std::int64_t, double, std::string, std::vector<std::string>, WallTime, Milliseconds>;

/// The types a claim may have, in the order of ClaimValue behind Unknown.
enum class ClaimType : std::uint8_t { Bool, Int, Double, String, StringList, Timestamp, Duration };

/// CEL's names: "bool", "int", "double", "string", "list(string)", "timestamp", "duration".
[[nodiscard]] std::string_view to_string(ClaimType type) noexcept;

/// The type of a value that is known; an Unknown fits every type.
[[nodiscard]] bool fits(const ClaimValue& value, ClaimType type) noexcept;

/// For people: "true", "42", "\"text\"", "1h30m", "unknown: the log is empty".
[[nodiscard]] std::string to_text(const ClaimValue& value);

struct Claim {
    ClaimValue value;
    SteadyTime observed{};  ///< when it was observed; max_age of a policy counts from here
    std::string source;     ///< "tpm", "kernel", "system", "app:<uid>", "registry"
};

/// All claims of one moment, by name and in the order of their names.
class Claims {
public:
    /// A second value under the same name replaces the first.
    void set(std::string name, Claim claim) { claims_.insert_or_assign(std::move(name), std::move(claim)); }
    [[nodiscard]] const Claim* find(std::string_view name) const noexcept {
        const auto found = claims_.find(name);
        return found == claims_.end() ? nullptr : &found->second;
    }
    [[nodiscard]] std::size_t size() const noexcept { return claims_.size(); }
    [[nodiscard]] auto begin() const noexcept { return claims_.begin(); }
    [[nodiscard]] auto end() const noexcept { return claims_.end(); }

private:
    std::map<std::string, Claim, std::less<>> claims_;
};

}  // namespace anchor
