// SPDX-License-Identifier: Apache-2.0
#pragma once

// Agent: the story of a device. It wakes, looks at itself, judges, and lets the judgement have consequences; it enrols, attests and
// follows what its owner signed. Everything on the loop thread; nothing here blocks but the saving of state.

#include <functional>
#include <memory>
#include <string_view>

#include <anchor/agent/parts.h>
#include <anchor/base/json.h>
#include <anchor/core/trust_state.h>

namespace anchor::agent {

/// What `anchorctl evidence` hands to people: a quote over their nonce.
struct QuoteForPeople {
    Quote quote;
    Bytes ak_public;  ///< TPMT_PUBLIC
};

class Agent {
public:
    Agent(AgentParts parts, AgentSettings settings);
    ~Agent();
    Agent(const Agent&) = delete;
    Agent& operator=(const Agent&) = delete;

    /// Loads what was remembered, tells the enforcer, and begins to connect.
    void start();
    /// Says goodbye to the registry. The level stays as it is saved.
    void stop();

    /// Looks and judges, and does what is due. The composition root calls it every interval; more often does no harm.
    void tick();
    /// Takes these unsigned texts in place of those from the settings, all of which can be read. What they close is closed at once.
    void use_local_policies(std::vector<std::string> texts);
    /// Attests to the registry now, and says how it judges. Unavailable: not connected, no keys yet, no answer; else why it was refused.
    void attest(std::function<void(Result<Level>)> done);

    [[nodiscard]] const TrustState& trust() const noexcept;
    /// Whether the name of a policy's access table is open now.
    [[nodiscard]] bool allows(std::string_view name) const;
    /// The status as docs and anchorctl know it.
    [[nodiscard]] Json status() const;
    /// The last judgement by policy and, beside it, the level in force; what keeps `wanted` away, with conditions.
    [[nodiscard]] Json decision(Level wanted) const;
    /// A quote over somebody's nonce (at most 64 octets). Denied without a TPM.
    void quote(Bytes nonce, std::function<void(Result<QuoteForPeople>)> done);
    /// Judges the certificate of another device (PEM, with what leads to the anchors): see trust::judge_peer(). Gives "device", "serial"
    /// and "not_after". Unavailable before the enrolment.
    [[nodiscard]] Result<Json> verify_peer(std::string_view pem, bool demand_current) const;
    /// Replaces the certificate now, and says how it ended: with the new one's serial number once it has been used, or why not.
    /// Unavailable: not connected, or it did not come about in time; it is tried again. Denied: not enrolled, or not active.
    void rotate(std::function<void(Result<std::string>)> done);
    /// Forgets its owner and all that it has from him; what is in the TPM's endorsement hierarchy and the audit log stay. Then it enrols
    /// like a new device. Denied: suspended or revoked. Unavailable: the state cannot be read yet, or not be written: it goes on trying.
    [[nodiscard]] Result<void> reset();
    /// A signed document by hand. Rejected: the gate does not let it through.
    [[nodiscard]] Result<void> import(std::string_view text);

private:
    class Story;
    std::unique_ptr<Story> story_;
};

}  // namespace anchor::agent
