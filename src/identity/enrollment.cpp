// SPDX-License-Identifier: Apache-2.0
#include <anchor/identity/enrollment.h>

#include <algorithm>

#include <anchor/base/byte_reader.h>
#include <anchor/crypto/certificate_request.h>
#include <anchor/crypto/chain.h>
#include <anchor/crypto/hash.h>

#include "key_octets.h"

namespace anchor::identity {
namespace {

Result<std::vector<crypto::Certificate>> parse_all(const std::vector<Bytes>& ders) {
    std::vector<crypto::Certificate> certificates;
    for (const Bytes& der : ders) {
        ANCHOR_ASSIGN_OR_RETURN(crypto::Certificate certificate, crypto::Certificate::from_der(der));
        certificates.push_back(std::move(certificate));
    }
    return certificates;
}

// Without a TPM the device key is all that a registry knows a device by.
Result<KeyBlob> device_key(Keyring& keyring, const EnrollmentSettings& settings, const std::optional<KnownKeys>& known) {
    if (known && !keyring.endorser) return known->device_key.clone();
    return keyring.forge->make(settings.key_alg);
}

}  // namespace

Result<Bytes> without_size(ByteView sized) {
    ByteReader reader(sized);
    ANCHOR_ASSIGN_OR_RETURN(const std::uint16_t size, reader.u16_be("size"));
    ANCHOR_ASSIGN_OR_RETURN(const ByteView area, reader.take(size, "public area"));
    ANCHOR_RETURN_IF_ERROR(reader.expect_end("the public area"));
    return to_bytes(area);
}

Result<Enrollment> Enrollment::begin(RootOfTrust& root, EnrollmentSettings settings, std::optional<KnownKeys> known) {
    RootState state;
    if (known)
        state = std::move(known->root);
    else {
        ANCHOR_ASSIGN_OR_RETURN(state, root.renew());
    }
    ANCHOR_ASSIGN_OR_RETURN(Keyring keyring, root.open(state));
    ANCHOR_ASSIGN_OR_RETURN(KeyBlob key, device_key(keyring, settings, known));
    ANCHOR_ASSIGN_OR_RETURN(const auto loaded, keyring.forge->load(key));

    protocol::EnrollBegin begin;
    begin.labels = settings.labels;
    Bytes named = to_bytes(loaded->public_key());
    if (keyring.endorser) {
        ANCHOR_ASSIGN_OR_RETURN(begin.endorsement, keyring.endorser->endorsement());
        named = begin.endorsement->public_area;
        begin.ak_public = to_bytes(keyring.quoter->public_area());
    }
    DeviceId device = DeviceId::from_digest(crypto::hash(HashAlg::Sha256, named));
    if (known && keyring.endorser && device != known->device) return stale("this TPM's endorsement key is that of another device");
    if (known) device = known->device;
    ANCHOR_ASSIGN_OR_RETURN(const auto request,
                            crypto::CertificateRequest::make(*loaded, device.text(), {protocol::device_urn(settings.tenant, device)}));
    begin.request = to_bytes(request.der());
    if (keyring.endorser) {
        ANCHOR_ASSIGN_OR_RETURN(begin.device_key_public, without_size(key.public_area));
        const Digest bound = crypto::hash(HashAlg::Sha256, begin.request);
        ANCHOR_ASSIGN_OR_RETURN(begin.certification, keyring.forge->certify(key, bound.view()));
    }

    Enrollment enrollment(std::move(device), std::move(settings), std::move(state), std::move(keyring), std::move(key), std::move(begin));
    enrollment.public_key_ = to_bytes(loaded->public_key());
    return enrollment;
}

Result<protocol::EnrollProve> Enrollment::prove(const protocol::EnrollChallenge& challenge, const Digest& begin, const Digest& reply,
                                                std::string evidence) {
    protocol::EnrollProve prove{challenge.session, {}, std::move(evidence)};
    if (!keyring_.endorser) return prove;
    ANCHOR_ASSIGN_OR_RETURN(const SecretBytes secret, keyring_.endorser->activate_credential(challenge.credential, challenge.secret));
    const Digest evidence_digest = crypto::hash(HashAlg::Sha256, as_bytes(prove.evidence));
    prove.proof = to_bytes(protocol::enrollment_proof(secret, begin, reply, evidence_digest).view());
    return prove;
}

Result<Identity> Enrollment::finish(const protocol::EnrollGrant& grant, const protocol::AnchorSet& anchors, WallTime now) {
    ANCHOR_RETURN_IF_ERROR(check_certificates(grant.certificates, public_key_, device_, settings_.tenant, anchors.device_anchors, now));
    RootState root{root_.ak.clone(), root_.endorsement_profile, root_.storage_root_name};
    return Identity{device_,      settings_.tenant,  std::move(root),  Slot{key_.clone(), grant.certificates, std::nullopt},
                    std::nullopt, grant.broker_host, grant.broker_port};
}

Result<void> check_certificates(const std::vector<Bytes>& certificates, ByteView public_key, const DeviceId& device,
                                std::string_view tenant, const std::vector<Bytes>& anchors, WallTime now) {
    if (certificates.empty()) return rejected("no certificate");
    ANCHOR_ASSIGN_OR_RETURN(auto chain, parse_all(certificates));
    ANCHOR_ASSIGN_OR_RETURN(const auto trusted, parse_all(anchors));
    const crypto::Certificate leaf = chain.front();
    chain.erase(chain.begin());
    if (!equal(leaf.public_key().spki(), public_key)) return rejected("the certificate is for another key");
    if (leaf.subject_cn() != device.text()) return rejected("the certificate is for \"" + leaf.subject_cn() + "\"");
    const auto& uris = leaf.alternative_names().uris;
    if (std::ranges::find(uris, protocol::device_urn(tenant, device)) == uris.end()) {
        return rejected("the certificate does not name " + protocol::device_urn(tenant, device));
    }
    crypto::ChainOptions options{.at = now, .purpose = crypto::ForClient{}};
    // Just issued by a registry whose clock may be ahead of ours; whether it has expired is a question that our clock may answer.
    options.tolerate_not_yet_valid = true;
    ANCHOR_RETURN_IF_ERROR(crypto::verify_chain(leaf, chain, trusted, {}, options));
    return {};
}

}  // namespace anchor::identity
