// SPDX-License-Identifier: Apache-2.0
#include "agent_settings.h"

#include <algorithm>
#include <filesystem>

#include <anchor/base/file.h>
#include <anchor/base/secret_bytes.h>
#include <anchor/policy/policy.h>

namespace anchor::daemon {
namespace {

constexpr std::size_t kMaxClaimBundle = 1U << 20U;
constexpr std::size_t kMaxLocalPolicies = 64;

Result<std::optional<protocol::ClaimBundle>> read_claim_bundle(const std::string& path) {
    auto octets = read_file(path, kMaxClaimBundle);
    if (!octets && octets.error().kind == ErrorKind::Unavailable) return std::optional<protocol::ClaimBundle>();
    if (!octets) return std::move(octets).error().within("claim bundle");
    const SecretBytes text(std::move(octets).value());
    auto bundle = protocol::claim_bundle_from(as_text(text.view()));
    if (!bundle) return std::move(bundle).error().within("claim bundle " + path);
    return std::optional(std::move(bundle).value());
}

Result<std::vector<std::string>> policy_files(const std::string& folder) {
    std::vector<std::string> files;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
        if (entry->path().extension() == ".json") files.push_back(entry->path().string());
        if (files.size() > kMaxLocalPolicies) return denied(folder + ": more than " + std::to_string(kMaxLocalPolicies) + " policies");
    }
    if (error && error != std::errc::no_such_file_or_directory) return from_errno(folder, error.value());
    std::ranges::sort(files);
    return files;
}

}  // namespace

Result<std::vector<std::string>> read_local_policies(const std::string& folder) {
    ANCHOR_ASSIGN_OR_RETURN(const auto files, policy_files(folder));
    std::vector<std::string> texts;
    for (const std::string& file : files) {
        ANCHOR_ASSIGN_OR_RETURN(std::string text, read_text_file(file, policy::kMaxOctets));
        if (const auto policy = policy::parse_policy(text); !policy) return policy.error().within(file);
        texts.push_back(std::move(text));
    }
    return texts;
}

Result<agent::AgentSettings> agent_settings(const DaemonConfig& config) {
    agent::AgentSettings settings;
    if (config.claim_bundle) {
        ANCHOR_ASSIGN_OR_RETURN(settings.bundle, read_claim_bundle(*config.claim_bundle));
    }
    ANCHOR_ASSIGN_OR_RETURN(settings.local_policies, read_local_policies(config.policy_dir));
    settings.key_alg = config.tpm.key_alg;
    settings.labels = config.labels;
    settings.interval = config.attest.interval;
    settings.attest_every = config.attest.remote_every;
    settings.selections = config.attest.pcrs;
    return settings;
}

}  // namespace anchor::daemon
