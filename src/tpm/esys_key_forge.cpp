// SPDX-License-Identifier: Apache-2.0
#include <anchor/tpm/esys_key_forge.h>

#include <mutex>

#include <anchor/tpmwire/attestation.h>
#include <anchor/tpmwire/templates.h>

#include "connection.h"
#include "policy_session.h"

namespace anchor::tpm {
namespace {

// A register of the policy may be extended between its session and the signature; one that never rests is not waited for.
constexpr int kSignRounds = 4;

bool fits(SignatureScheme scheme, KeyAlg alg) noexcept { return (scheme == SignatureScheme::Ecdsa) == is_elliptic(alg); }

std::size_t field_octets(KeyAlg alg) noexcept { return alg == KeyAlg::EcP384 ? 48U : 32U; }

// ECDSA uses the leftmost bits of a digest that is longer than the curve's order (FIPS 186-5 §6.4): the TPM is given
// just these, under the algorithm that has their length, because it refuses some longer ones.
Result<Digest> shortened(const Digest& digest, KeyAlg alg) {
    if (digest.alg() == HashAlg::Sha1) return rejected("SHA-1 is not signed");
    if (!is_elliptic(alg) || digest.size() <= field_octets(alg)) return digest;
    return Digest::from(alg == KeyAlg::EcP384 ? HashAlg::Sha384 : HashAlg::Sha256, digest.view().first(field_octets(alg)));
}

}  // namespace

class EsysKeyForge::PolicyInForce {
public:
    explicit PolicyInForce(KeyPolicy policy) : digest_(policy.digest), policy_(std::move(policy)) {}

    [[nodiscard]] const Digest& digest() const noexcept { return digest_; }
    [[nodiscard]] KeyPolicy now() const {
        const std::lock_guard guard(lock_);
        return policy_;
    }
    void renew(std::vector<PolicyStep> steps) {
        const std::lock_guard guard(lock_);
        policy_.steps = std::move(steps);
    }

private:
    const Digest digest_;  // for life, as the keys' is
    mutable std::mutex lock_;
    KeyPolicy policy_;
};

class EsysKeyForge::EsysKey final : public DeviceKey {
public:
    EsysKey(std::shared_ptr<Device> device, KeyBlob blob, KeyAlg alg, ByteView spki, std::shared_ptr<PolicyInForce> policy)
        : device_(std::move(device)), blob_(std::move(blob)), alg_(alg), spki_(to_bytes(spki)), policy_(std::move(policy)) {}

    KeyAlg algorithm() const noexcept override { return alg_; }
    ByteView public_key() const noexcept override { return spki_; }

    Result<Bytes> sign(SignatureScheme scheme, const Digest& digest) override {
        if (!fits(scheme, alg_)) return rejected("the signature scheme does not fit a key of " + std::string(to_string(alg_)));
        ANCHOR_ASSIGN_OR_RETURN(const Digest in, shortened(digest, alg_));
        ANCHOR_ASSIGN_OR_RETURN(const Bytes signature,
                                ask<Bytes>(*device_, [&](Connection& connection) { return sign_in_policy(connection, scheme, in); }));
        ANCHOR_ASSIGN_OR_RETURN(const tpmwire::Signature parsed, tpmwire::parse_signature(signature));
        return tpmwire::plain_signature(parsed, alg_);
    }

private:
    Result<Bytes> sign_in_policy(Connection& connection, SignatureScheme scheme, const Digest& digest) {
        for (int round = 1;; ++round) {
            auto signature = sign_once(connection, scheme, digest);
            const bool changed = !signature && plain(static_cast<TSS2_RC>(signature.error().native)) == TPM2_RC_PCR_CHANGED;
            if (!changed) return signature;
            if (round == kSignRounds) return unavailable(signature.error().what, signature.error().native);
        }
    }

    Result<Bytes> sign_once(Connection& connection, SignatureScheme scheme, const Digest& digest) {
        ANCHOR_ASSIGN_OR_RETURN(const LoadedKey key, connection.keys().use(blob_));
        ANCHOR_ASSIGN_OR_RETURN(PolicySession session, PolicySession::satisfy(connection.channel(), policy_->now()));
        return std::move(session).sign(key->ref(), scheme, digest);
    }

    std::shared_ptr<Device> device_;
    KeyBlob blob_;
    KeyAlg alg_;
    Bytes spki_;
    std::shared_ptr<PolicyInForce> policy_;
};

EsysKeyForge::EsysKeyForge(std::shared_ptr<Device> device, KeyBlob ak, KeyPolicy policy)
    : device_(std::move(device)), ak_(std::move(ak)), policy_(std::make_shared<PolicyInForce>(std::move(policy))) {}

EsysKeyForge::~EsysKeyForge() = default;

void EsysKeyForge::renew(std::vector<PolicyStep> steps) { policy_->renew(std::move(steps)); }

Result<KeyBlob> EsysKeyForge::make(KeyAlg alg) {
    ANCHOR_ASSIGN_OR_RETURN(const auto model, tpmwire::device_key_template(alg, policy_->digest()));
    return ask<KeyBlob>(*device_, [&](Connection& connection) { return connection.keys().make(model); });
}

Result<std::shared_ptr<DeviceKey>> EsysKeyForge::load(const KeyBlob& blob) {
    const auto area = tpmwire::parse_sized_public_area(blob.public_area);
    if (!area) return corrupt("device key: " + area.error().what);
    if (!equal(area->auth_policy, policy_->digest().view())) return denied("the device key was made for another policy");
    if (const auto checked = tpmwire::check_device_key(*area, policy_->digest()); !checked)
        return corrupt("device key: " + checked.error().what);
    ANCHOR_ASSIGN_OR_RETURN(const auto public_key, tpmwire::public_key_of(*area));
    ANCHOR_RETURN_IF_ERROR(ask<LoadedKey>(*device_, [&](Connection& connection) { return connection.keys().use(blob); }));
    return std::shared_ptr<DeviceKey>(std::make_shared<EsysKey>(device_, blob.clone(), area->key_alg, public_key.spki(), policy_));
}

Result<Attestation> EsysKeyForge::certify(const KeyBlob& blob, ByteView extra_data) {
    return ask<Attestation>(*device_, [&](Connection& connection) -> Result<Attestation> {
        ANCHOR_ASSIGN_OR_RETURN(const LoadedKey ak, connection.keys().use(ak_));
        ANCHOR_ASSIGN_OR_RETURN(const LoadedKey key, connection.keys().use(blob));
        return tpm::certify(connection.channel(), key->ref(), ak->ref(), extra_data);
    });
}

}  // namespace anchor::tpm
