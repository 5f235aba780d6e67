// SPDX-License-Identifier: Apache-2.0
#pragma once

// The policies in force together (base, group, device). The stricter wins, for each question anew: adding a policy can
// only tighten.

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <anchor/core/enforcer.h>
#include <anchor/policy/policy.h>

namespace anchor::policy {

/// Who vouches for a document.
enum class Origin : std::uint8_t {
    Signed,  ///< it came through the trust gate
    Local,   ///< a file of this machine: it can only tighten, and alone it never loosens or opens anything
};

struct PolicyInForce {
    std::shared_ptr<const Policy> policy;  ///< never null
    Origin origin = Origin::Local;
};

/// What the policies say about changes of the level, in the terms of the state machine of trust.
struct LevelRules {
    Milliseconds recover_after{0};  ///< the longest of all
    Recovery recovery = Recovery::Local;
    bool may_loosen = false;  ///< at least one is signed, and none has expired
    // For people.
    std::string waited_for_by;  ///< the policy that asks for the longest wait
    std::string registry_by;    ///< the first that asks for the registry
    std::string held_by;        ///< why nothing may loosen: "the policy X has expired"; empty where it may
    friend bool operator==(const LevelRules&, const LevelRules&) = default;
};

class PolicySet {
public:
    PolicySet() = default;  ///< no policy: everything is unverified and closed, nothing is asked for
    explicit PolicySet(std::vector<PolicyInForce> policies) : policies_(std::move(policies)) {}

    [[nodiscard]] std::span<const PolicyInForce> policies() const noexcept { return policies_; }
    [[nodiscard]] bool empty() const noexcept { return policies_.empty(); }

    [[nodiscard]] LevelRules level_rules(WallTime now) const;
    /// Open at this level: a signed policy says so, and no policy in force says otherwise. At Revoked nothing is.
    [[nodiscard]] bool opens(std::string_view name, Level level) const;
    /// Every name that opens() is true for, and every response that any policy asks for at this level or a better one;
    /// sorted, each once.
    [[nodiscard]] Enforcement enforcement(Level level) const;

private:
    std::vector<PolicyInForce> policies_;
};

}  // namespace anchor::policy
