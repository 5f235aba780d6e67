// SPDX-License-Identifier: Apache-2.0
#include "batches.h"

#include <algorithm>
#include <filesystem>
#include <iostream>

#include <anchor/crypto/certificate_builder.h>
#include <anchor/protocol/enrollment.h>
#include <anchor/protocol/topics.h>
#include <anchor/registry/broker_config.h>
#include <anchor/trust/gate.h>

namespace anchor::registryd {
namespace {

using registry::BatchRecord;

constexpr std::chrono::hours kBackdated{1};

std::string bundle_of(const Folder& folder, const std::string& name) { return folder.path("claim-" + name + ".json"); }

Result<std::optional<BatchRecord>> find(RegistryFiles& files, const std::string& name) {
    ANCHOR_ASSIGN_OR_RETURN(auto batches, files.store().batches());
    const auto found = std::ranges::find(batches, name, &BatchRecord::name);
    return found == batches.end() ? std::optional<BatchRecord>() : std::optional(std::move(*found));
}

// Claims hang on a root of their own, whose certificate the broker for enrolment has.
Result<crypto::Certificate> certify_claim(RegistryFiles& files, const std::string& key_folder, const crypto::SoftwareKey& key,
                                          const std::string& name) {
    const std::string folder = key_folder.empty() ? files.folder().authority() : key_folder;
    ANCHOR_ASSIGN_OR_RETURN(auto claims_key, read_key(folder + "/claims.key"));
    ANCHOR_ASSIGN_OR_RETURN(auto roots, read_certificates(files.folder().enroll_broker() + "/" + registry::broker_file::kClaimAuthority));
    const WallTime since = std::chrono::floor<Seconds>(files.clock().wall()) - kBackdated;
    const crypto::Validity validity{since, roots.front().not_after()};
    ANCHOR_ASSIGN_OR_RETURN(auto builder, crypto::CertificateBuilder::open(std::move(roots.front()), claims_key));
    return builder.claim(key.public_value(), files.settings().tenant, name, validity);
}

Result<protocol::ClaimBundle> bundle_for(RegistryFiles& files, const NewBatch& wanted) {
    ANCHOR_ASSIGN_OR_RETURN(registry::Authority * authority, files.authority());
    ANCHOR_ASSIGN_OR_RETURN(const auto key, crypto::SoftwareKey::generate(KeyAlg::EcP256));
    ANCHOR_ASSIGN_OR_RETURN(const auto claim, certify_claim(files, wanted.key_folder, key, wanted.name));
    protocol::ClaimBundle bundle;
    bundle.tenant = files.settings().tenant;
    bundle.claim = wanted.name;
    bundle.host = files.settings().claim_host;
    bundle.port = files.settings().claim_port;
    bundle.certificates = {to_bytes(claim.der())};
    bundle.private_key = key.to_pkcs8_pem();
    // Those who sign the set now: the keys of the first one may be gone.
    bundle.anchors = authority->anchors_document();
    bundle.authority = authority->anchors().keys_of(protocol::DocumentKind::Anchors);
    ANCHOR_RETURN_IF_ERROR(trust::Gate::first(bundle.anchors, bundle.authority, bundle.tenant));
    return bundle;
}

Json in_json(const BatchRecord& batch) {
    Json json = {{"name", batch.name}, {"made_at", to_rfc3339(batch.made_at)}, {"devices", batch.devices}};
    if (batch.ended_at) json["ended"] = {{"at", to_rfc3339(*batch.ended_at)}, {"reason", batch.reason}};
    return json;
}

}  // namespace

Result<void> make_batch(RegistryFiles& files, const NewBatch& wanted) {
    ANCHOR_ASSIGN_OR_RETURN(const std::string name, protocol::check_name("batch", wanted.name));
    ANCHOR_ASSIGN_OR_RETURN(const auto known, find(files, name));
    if (known) return denied("there is a batch \"" + name + "\" already");
    ANCHOR_ASSIGN_OR_RETURN(const auto bundle, bundle_for(files, wanted));
    const std::string path = wanted.out.empty() ? bundle_of(files.folder(), name) : wanted.out;
    ANCHOR_RETURN_IF_ERROR(write_new(path, protocol::encode(bundle).view(), 0600));
    const WallTime now = files.clock().wall();
    const auto noted = files.store().atomically([&]() -> Result<void> {
        ANCHOR_RETURN_IF_ERROR(files.store().add_batch(name, now));
        return files.store().audit("batch made", "", name, now);
    });
    if (!noted) return noted;
    std::cout << path << ": what devices of batch \"" << name << "\" are born with (holds a private key)\n";
    return {};
}

Result<void> list_batches(RegistryFiles& files, bool json) {
    ANCHOR_ASSIGN_OR_RETURN(const auto batches, files.store().batches());
    Json all = Json::array();
    for (const BatchRecord& batch : batches) {
        if (json) {
            all.push_back(in_json(batch));
            continue;
        }
        std::cout << batch.name << "  since " << to_rfc3339(batch.made_at) << ", " << batch.devices << " devices";
        if (batch.ended_at) std::cout << ", ended " << to_rfc3339(*batch.ended_at) << ": " << batch.reason;
        std::cout << "\n";
    }
    if (json) std::cout << all.dump(2) << "\n";
    return {};
}

Result<void> end_batch(RegistryFiles& files, const std::string& text, const std::string& reason) {
    ANCHOR_ASSIGN_OR_RETURN(const std::string name, protocol::check_name("batch", text));
    const WallTime now = files.clock().wall();
    std::error_code ignored;
    return files.store().atomically([&]() -> Result<void> {
        ANCHOR_ASSIGN_OR_RETURN(const auto known, find(files, name));
        // One that was made before batches were written down, and has enrolled nobody yet.
        const bool has_bundle = std::filesystem::exists(bundle_of(files.folder(), name), ignored);
        if (!known && !has_bundle) return denied("there is no batch \"" + name + "\"");
        if (known && known->ended_at) return denied("batch \"" + name + "\" has ended at " + to_rfc3339(*known->ended_at));
        if (!known) ANCHOR_RETURN_IF_ERROR(files.store().add_batch(name, now));
        ANCHOR_RETURN_IF_ERROR(files.store().end_batch(name, reason, now));
        std::cout << name << "  enrols nobody any more\n";
        return files.store().audit("batch ended", "", name + ": " + reason, now);
    });
}

}  // namespace anchor::registryd
