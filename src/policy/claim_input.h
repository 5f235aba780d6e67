// SPDX-License-Identifier: Apache-2.0
#pragma once

// One claim as one policy reads it: what was last said, whether that counts, and the value that expressions see. What
// does not count (another type, another source, too old, no finite number, broken text) is unknown, and says why.

#include <optional>
#include <string_view>
#include <vector>

#include <anchor/cel/value.h>
#include <anchor/core/claim.h>
#include <anchor/policy/policy.h>

namespace anchor::policy {

class ClaimInput {
public:
    /// Borrows name and declaration (may be null) from the policy. What expressions see is written to `seen`, which borrows from
    /// this object until the next change: written in place, because a value that is copied at once waits for its own stores.
    ClaimInput(std::string_view name, std::uint32_t slot, ClaimType type, const DeclaredClaim* declared, cel::Value& seen);

    [[nodiscard]] std::string_view name() const noexcept { return name_; }

    /// True where expressions may now see another value. Nothing said at all is nullptr.
    [[nodiscard]] bool set(const Claim* said);
    /// Whether it grows too old at all: where not, due() is never anything.
    [[nodiscard]] bool ages() const noexcept { return ages_; }
    /// True where what was said counts no more, or counts again.
    [[nodiscard]] bool look_at_age(SteadyTime now);
    /// From when on it is too old; nothing where it does not age, is not known or is too old already.
    [[nodiscard]] std::optional<SteadyTime> due() const;

    /// For people: the value, or "unknown: " and why.
    [[nodiscard]] std::string text() const;

private:
    [[nodiscard]] std::optional<SteadyTime> end_of_life() const;
    /// Why what was said does not count, whatever its age; empty where it does.
    [[nodiscard]] std::string objection() const;
    [[nodiscard]] bool names_source() const noexcept { return names_source_; }
    // One value in place of another of the same, right type: what happens all the time.
    template <class T>
    [[nodiscard]] bool replace(const Claim& claim);
    [[nodiscard]] bool set_slowly(const Claim& claim);
    void convert();

    // What is looked at each time stands together.
    ClaimType type_;
    bool ages_;
    bool names_source_;
    bool is_too_old_ = false;
    bool has_objection_ = false;
    std::uint32_t slot_;
    cel::Value* seen_;
    SteadyTime observed_{};
    ClaimValue said_;
    std::string source_;  // kept only where the policy names one
    std::string objection_;
    std::vector<cel::Value> elements_;
    const DeclaredClaim* declared_;
    std::string_view name_;
};

}  // namespace anchor::policy
