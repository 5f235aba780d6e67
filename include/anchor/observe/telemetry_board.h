// SPDX-License-Identifier: Apache-2.0
#pragma once

// TelemetryBoard: values that applications put. Applications are on the other side of the trust border: only what a policy
// declares is taken, only from the user it names, only of its type, and each value replaces the one before. Thread rule: every
// function may be called on any thread; values are put on the loop and collected on the worker.

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include <anchor/base/result.h>
#include <anchor/core/claim_source.h>

namespace anchor::observe {

/// Who may put what. The composition root makes it from the policy's declared claims, users looked up.
struct TelemetryGrant {
    ClaimType type = ClaimType::Double;
    std::uint32_t uid = 0;
    std::string source;  ///< as the policy names it, "app:plc": it becomes the claim's source
};

class TelemetryBoard final : public ClaimSource {
public:
    /// Takes the place of all grants before; values that are no longer granted in the same way are forgotten.
    void grant(std::map<std::string, TelemetryGrant> grants);

    static constexpr std::size_t kLargestValue = 4096;  ///< octets, as JSON

    /// Denied: nobody declared the name, or another user may put it. Rejected: the value has another type, is no finite
    /// number, larger than kLargestValue, or a list of more than 64 texts. A whole number is taken for a double, a text for a timestamp or
    /// a duration in its spelling.
    [[nodiscard]] Result<void> put(const std::string& name, ClaimValue value, std::uint32_t uid, SteadyTime now);

    [[nodiscard]] std::string_view name() const noexcept override { return "telemetry"; }
    /// Every granted claim: the last value with the time it was put, or unknown.
    void collect(SteadyTime now, Claims& into) override;

private:
    [[nodiscard]] Result<void> check(const std::string& name, ClaimValue& value, std::uint32_t uid) const;

    std::mutex lock_;  // guards all of it
    std::map<std::string, TelemetryGrant> grants_;
    std::map<std::string, Claim> values_;
    std::int64_t refused_ = 0;
};

}  // namespace anchor::observe
