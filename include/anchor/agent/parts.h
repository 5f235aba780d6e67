// SPDX-License-Identifier: Apache-2.0
#pragma once

// What an agent is made of. The agent knows ports only; the composition root decides what stands behind them.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <anchor/core/audit_sink.h>
#include <anchor/core/blob_shelf.h>
#include <anchor/core/claim_source.h>
#include <anchor/core/clock.h>
#include <anchor/core/enforcer.h>
#include <anchor/core/log_source.h>
#include <anchor/core/message_link.h>
#include <anchor/core/outbox.h>
#include <anchor/core/root_of_trust.h>
#include <anchor/core/state_store.h>
#include <anchor/core/worker.h>
#include <anchor/policy/policy_set.h>
#include <anchor/protocol/enrollment.h>

namespace anchor::agent {

enum class Severity : std::uint8_t { Info, Warning, Error };

/// All outlive the agent.
struct AgentParts {
    Clock& clock;
    Worker& worker;
    RootOfTrust& root;
    MessageLink& link;
    StateStore& store;
    AuditSink& audit;
    Enforcer* enforcer = nullptr;       ///< nothing is enforced without one
    Outbox* outbox = nullptr;           ///< without one the registry hears of no change of level, and of no telemetry
    BlobShelf* shelf = nullptr;         ///< on the worker; what documents name by digest is never there without one
    LogSource* ima_list = nullptr;      ///< on the worker; ima.* is unknown without one
    std::vector<ClaimSource*> sources;  ///< collected on the worker
    /// The UEFI event log, on the worker. Unavailable or Denied where there is none to read.
    std::function<Result<Bytes>()> event_log;
    /// What a person should see in the log: each failure once.
    std::function<void(Severity, const std::string&)> log;
    /// The status changed: wake whoever is subscribed.
    std::function<void()> changed;
    /// Other policies are in force than before; said once at the start, too.
    std::function<void(const policy::PolicySet&)> policies_changed;
    /// Calls tick() again at that time, in place of an earlier wish. Without it the agent lives by its interval.
    std::function<void(SteadyTime)> wake_at;
};

struct AgentSettings {
    std::optional<protocol::ClaimBundle> bundle;  ///< needed until the device has enrolled
    KeyAlg key_alg = KeyAlg::EcP256;              ///< one that differs from the key in use is a reason to rotate
    bool new_keys = true;                         ///< a rotation makes a new key; false: a new certificate for the same
    std::map<std::string, std::string> labels;
    Milliseconds interval{30'000};                ///< between local appraisals
    Milliseconds attest_every{3'600'000};         ///< between remote attestations
    std::optional<Milliseconds> telemetry_every;  ///< between words to the registry about what applications say; nothing: it gets none
    Milliseconds reply_deadline{30'000};
    std::vector<PcrSelection> selections = {{HashAlg::Sha256, 0x7fff}};  ///< all that boot claims rest on; 10 proves the IMA list
    std::optional<Enforcement> told_before;                              ///< to the enforcer, before a restart of the program alone
    std::vector<std::string> local_policies;                             ///< unsigned texts of this machine: they can only tighten
};

}  // namespace anchor::agent
