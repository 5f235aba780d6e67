// SPDX-License-Identifier: Apache-2.0
#pragma once

// Evaluator: claims in, Decision out. It remembers what it read, and judges again only the rules whose claims changed or
// grew too old; the answer is always the one that a new evaluator would give. Claims are hostile input: what has another
// type, source or age than the policy wants is unknown, and unknown is never a pass.

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include <anchor/core/claim.h>
#include <anchor/core/decision.h>
#include <anchor/policy/policy_set.h>

namespace anchor::policy {

class Evaluator {
public:
    /// Without any policy each decision is Unverified, without findings.
    explicit Evaluator(PolicySet policies);
    Evaluator(Evaluator&&) noexcept;
    Evaluator& operator=(Evaluator&&) noexcept;
    Evaluator(const Evaluator&) = delete;
    Evaluator& operator=(const Evaluator&) = delete;
    ~Evaluator();

    /// Judges all claims of one moment; a claim that is not among them is unknown. The decision stays valid until the next
    /// call. Never fails: what can't be judged is a finding.
    const Decision& evaluate(const Claims& claims, SteadyTime now);

    // The same in two steps, for callers that know which claims are new.

    /// Where claims of this name go; nothing where no rule reads it.
    [[nodiscard]] std::optional<std::uint32_t> slot_of(std::string_view name) const;
    /// Remembers one claim. `slot` comes from slot_of() of this evaluator.
    void set(std::uint32_t slot, const Claim& claim);
    /// Judges what was remembered.
    const Decision& judge(SteadyTime now);
    /// Judges every rule of what was remembered, changed or not: the same decision at the full price, for measurements and proofs.
    const Decision& judge_anew(SteadyTime now);

    /// When a claim that is known now will have become too old: judge again then. Nothing where that can't happen.
    [[nodiscard]] std::optional<SteadyTime> next_due() const;
    /// How many rules were judged since the beginning, each time counted.
    [[nodiscard]] std::uint64_t rules_judged() const noexcept;
    [[nodiscard]] const PolicySet& policies() const noexcept;

private:
    class State;
    std::unique_ptr<State> state_;
};

}  // namespace anchor::policy
