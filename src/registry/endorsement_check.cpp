// SPDX-License-Identifier: Apache-2.0
#include "endorsement_check.h"

#include <algorithm>

#include <anchor/crypto/certificate_request.h>
#include <anchor/crypto/chain.h>
#include <anchor/crypto/hash.h>
#include <anchor/tpmwire/attestation.h>
#include <anchor/tpmwire/policy_digest.h>

namespace anchor::registry {
namespace {

constexpr std::uint32_t kSignCommand = 0x0000015D;  // TPM_CC_Sign, TPM 2.0 Part 2 §6.5.2

// The policy that our devices' keys are made with: they can sign, and nothing else.
Digest device_key_policy() { return tpmwire::PolicyDigest(HashAlg::Sha256).command_code(kSignCommand).value(); }

Bytes digest_of_key(const crypto::PublicKey& key) { return to_bytes(crypto::hash(HashAlg::Sha256, key.spki()).view()); }

Result<tpmwire::PublicArea> area_of(ByteView octets, std::string_view whose) {
    auto area = tpmwire::parse_public_area(octets);
    if (!area) return std::move(area).error().within(whose);
    return area;
}

Result<std::vector<crypto::Certificate>> parse_all(const std::vector<Bytes>& ders) {
    std::vector<crypto::Certificate> certificates;
    for (const Bytes& der : ders) {
        ANCHOR_ASSIGN_OR_RETURN(auto certificate, crypto::Certificate::from_der(der));
        certificates.push_back(std::move(certificate));
    }
    return certificates;
}

Result<void> check_certificate(const Endorsement& endorsement, const crypto::PublicKey& ek, Store& store, WallTime now) {
    ANCHOR_ASSIGN_OR_RETURN(const auto certificate, crypto::Certificate::from_nv(endorsement.certificate));
    if (certificate.public_key() != ek) return rejected("EK certificate: is for another key");
    ANCHOR_ASSIGN_OR_RETURN(const auto roots, store.roots());
    return check_maker(endorsement, roots, now);
}

Result<bool> is_listed(const Endorsement& endorsement, Store& store) {
    ANCHOR_ASSIGN_OR_RETURN(const auto digests, listed_as(endorsement));
    for (const Bytes& digest : digests) {
        ANCHOR_ASSIGN_OR_RETURN(const auto list, store.list_of(digest));
        if (list) return true;
    }
    return false;
}

Result<void> check_endorsement(const Endorsement& endorsement, const tpmwire::PublicArea& ek, const crypto::PublicKey& key,
                               const Settings& settings, Store& store, WallTime now) {
    ANCHOR_RETURN_IF_ERROR(tpmwire::check_endorsement_key(ek));
    ANCHOR_ASSIGN_OR_RETURN(const bool listed, is_listed(endorsement, store));
    if (!endorsement.certificate.empty()) {
        auto vouched = check_certificate(endorsement, key, store, now);
        // A listed EK needs no chain; a certificate for another key is a lie in any case.
        if (!vouched && (!listed || vouched.error().kind == ErrorKind::Rejected)) return vouched;
        return {};
    }
    if (listed || settings.allow_uncertified_ek) return {};
    return denied("the TPM has no EK certificate and its EK is not on the EK list");
}

Result<void> check_certification(const Attestation& certification, ByteView request, const tpmwire::PublicArea& ak,
                                 const tpmwire::PublicArea& key) {
    ANCHOR_RETURN_IF_ERROR(tpmwire::check_attestation_key(ak));
    ANCHOR_RETURN_IF_ERROR(tpmwire::check_device_key(key, device_key_policy()));
    tpmwire::Expectations expectations;
    expectations.extra_data = to_bytes(crypto::hash(HashAlg::Sha256, request).view());
    ANCHOR_RETURN_IF_ERROR(tpmwire::verify_certify(certification, ak, key, expectations));
    return {};
}

// The key that the TPM speaks of and that of the request have to be one.
Result<crypto::PublicKey> key_of(const tpmwire::PublicArea& area, const crypto::CertificateRequest& request) {
    ANCHOR_ASSIGN_OR_RETURN(auto key, tpmwire::public_key_of(area));
    if (key != request.public_key()) return rejected("PKCS#10 request: is for another key than the LDevID");
    return key;
}

Result<crypto::CertificateRequest> read_request(ByteView der) {
    auto request = crypto::CertificateRequest::from_der(der);
    if (!request) return std::move(request).error().within("PKCS#10 request");
    return request;
}

Result<void> check_request(const crypto::CertificateRequest& request, const DeviceId& device, const Settings& settings) {
    if (request.subject_cn() != device.text()) return rejected("PKCS#10 request: for \"" + request.subject_cn() + "\"");
    const auto& uris = request.alternative_names().uris;
    const std::string urn = protocol::device_urn(settings.tenant, device);
    if (uris.size() != 1 || uris.front() != urn) return rejected("PKCS#10 request: does not name " + urn + " alone");
    return {};
}

// A device without a TPM is called after its first key, for life. Later ones are known by what it was given for them.
Result<CheckedKeys> check_software_keys(const crypto::CertificateRequest& request, const Settings& settings, Store& store) {
    if (!settings.allow_software_keys) return denied("a device without a TPM is not allowed here (allow_software_keys)");
    const crypto::PublicKey& key = request.public_key();
    ANCHOR_ASSIGN_OR_RETURN(const auto holder, store.software_device_with(key.spki()));
    const Digest digest = crypto::hash(HashAlg::Sha256, key.spki());
    ANCHOR_ASSIGN_OR_RETURN(const bool had, store.has_certificate_for(digest.view()));
    if (!holder && had) return denied("this key was replaced: a device without a TPM enrols with the one in use, or anew with another");
    CheckedKeys keys{holder ? holder->id : DeviceId::from_digest(digest), std::nullopt, std::nullopt, key,
                     holder ? holder->key_digest : to_bytes(digest.view())};
    ANCHOR_RETURN_IF_ERROR(check_request(request, keys.device, settings));
    return keys;
}

}  // namespace

Result<void> check_maker(const Endorsement& endorsement, const std::vector<Bytes>& root_ders, WallTime now) {
    ANCHOR_ASSIGN_OR_RETURN(const auto certificate, crypto::Certificate::from_nv(endorsement.certificate));
    ANCHOR_ASSIGN_OR_RETURN(const auto intermediates, parse_all(endorsement.intermediates));
    ANCHOR_ASSIGN_OR_RETURN(const auto roots, parse_all(root_ders));
    const crypto::ChainOptions options{.at = now, .purpose = crypto::ForEndorsement{}};
    if (auto path = crypto::verify_chain(certificate, intermediates, roots, {}, options); !path) {
        return denied("EK certificate: leads to no manufacturer's root: " + path.error().what);
    }
    return {};
}

Result<std::vector<Bytes>> listed_as(const Endorsement& endorsement) {
    std::vector<Bytes> digests = {to_bytes(crypto::hash(HashAlg::Sha256, endorsement.public_area).view())};
    if (endorsement.certificate.empty()) return digests;
    if (const auto certificate = crypto::Certificate::from_nv(endorsement.certificate)) {
        digests.push_back(to_bytes(certificate->fingerprint().view()));
    }
    return digests;
}

Result<CheckedKeys> check_keys(const protocol::EnrollBegin& begin, const Settings& settings, Store& store, WallTime now) {
    ANCHOR_ASSIGN_OR_RETURN(const auto request, read_request(begin.request));
    if (!begin.endorsement) return check_software_keys(request, settings, store);

    ANCHOR_ASSIGN_OR_RETURN(auto ek, area_of(begin.endorsement->public_area, "EK public area"));
    ANCHOR_ASSIGN_OR_RETURN(auto ak, area_of(begin.ak_public, "AK public area"));
    ANCHOR_ASSIGN_OR_RETURN(const auto device_key, area_of(begin.device_key_public, "LDevID public area"));
    ANCHOR_ASSIGN_OR_RETURN(const auto ek_key, tpmwire::public_key_of(ek));
    ANCHOR_RETURN_IF_ERROR(check_endorsement(*begin.endorsement, ek, ek_key, settings, store, now));
    ANCHOR_RETURN_IF_ERROR(check_certification(*begin.certification, begin.request, ak, device_key));
    ANCHOR_ASSIGN_OR_RETURN(auto key, key_of(device_key, request));
    const DeviceId device = tpmwire::device_id_of(ek);
    ANCHOR_RETURN_IF_ERROR(check_request(request, device, settings));
    return CheckedKeys{device, std::move(ek), std::move(ak), std::move(key), digest_of_key(ek_key)};
}

Result<crypto::PublicKey> check_next_key(const protocol::RotateRequest& wish, const DeviceRecord& device, const Settings& settings) {
    ANCHOR_ASSIGN_OR_RETURN(const auto request, read_request(wish.request));
    ANCHOR_RETURN_IF_ERROR(check_request(request, device.id, settings));
    // Whoever has shown a TPM goes on with it: a key of software would be a step down that nobody would see.
    if (device.hardware_bound != wish.certification.has_value()) {
        return rejected(device.hardware_bound ? "certification: missing, and this device has a TPM"
                                              : "certification: this device has no TPM");
    }
    if (!wish.certification) return request.public_key();
    ANCHOR_ASSIGN_OR_RETURN(const auto ak, area_of(device.ak_public, "AK public area"));
    ANCHOR_ASSIGN_OR_RETURN(const auto next, area_of(wish.device_key_public, "LDevID public area"));
    ANCHOR_RETURN_IF_ERROR(check_certification(*wish.certification, wish.request, ak, next));
    return key_of(next, request);
}

}  // namespace anchor::registry
