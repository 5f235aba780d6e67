// SPDX-License-Identifier: Apache-2.0
#include "agent_settings.h"

#include <anchor/base/file.h>
#include <anchor/base/secret_bytes.h>

#include "local_policies.h"

namespace anchor::daemon {
namespace {

constexpr std::size_t kMaxClaimBundle = 1U << 20U;

Result<std::optional<protocol::ClaimBundle>> read_claim_bundle(const std::string& path) {
    auto octets = read_file(path, kMaxClaimBundle);
    if (!octets && octets.error().kind == ErrorKind::Unavailable) return std::optional<protocol::ClaimBundle>();
    if (!octets) return std::move(octets).error().within("claim bundle");
    const SecretBytes text(std::move(octets).value());
    auto bundle = protocol::claim_bundle_from(as_text(text.view()));
    if (!bundle) return std::move(bundle).error().within("claim bundle " + path);
    return std::optional(std::move(bundle).value());
}

}  // namespace

Result<void> check_local_policies(const std::string& folder) {
    LocalPolicies policies(folder);
    std::string wrong;
    for (const std::string& complaint : policies.read()) wrong += (wrong.empty() ? "" : "; ") + complaint;
    if (!wrong.empty()) return rejected(wrong);
    return {};
}

Result<agent::AgentSettings> agent_settings(const DaemonConfig& config) {
    agent::AgentSettings settings;
    if (config.claim_bundle) {
        ANCHOR_ASSIGN_OR_RETURN(settings.bundle, read_claim_bundle(*config.claim_bundle));
    }
    LocalPolicies policies(config.policy_dir);
    (void)policies.read();  // what is wrong is logged when they are brought to the agent
    settings.local_policies = policies.unsigned_texts();
    settings.key_alg = config.tpm.key_alg;
    settings.new_keys = config.tpm.rotate_key;
    settings.labels = config.labels;
    settings.interval = config.attest.interval;
    settings.attest_every = config.attest.remote_every;
    settings.telemetry_every = config.attest.telemetry_every;
    settings.selections = config.attest.pcrs;
    return settings;
}

}  // namespace anchor::daemon
