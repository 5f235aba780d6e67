// SPDX-License-Identifier: Apache-2.0
#include <anchor/registry/authority.h>

#include <algorithm>

#include <anchor/crypto/hash.h>
#include <anchor/registry/succession.h>

namespace anchor::registry {
namespace {

using protocol::Document;
using protocol::DocumentKind;

// Devices' clocks may be a little behind ours.
constexpr Seconds kBackdated{300};
constexpr Seconds kDisplaceLifetime{600};

Bytes digest_of(const crypto::PublicKey& key) { return to_bytes(crypto::hash(HashAlg::Sha256, key.spki()).view()); }

Result<protocol::Freshness> newest_versions(Store& store) {
    protocol::Freshness freshness;
    ANCHOR_ASSIGN_OR_RETURN(const auto documents, store.newest_documents());
    for (const StoredDocument& document : documents) {
        // Those that are about one device are named in its standing.
        if (document.kind == DocumentKind::Fresh || document.kind == DocumentKind::Departure) continue;
        const std::string kind(to_string(document.kind));
        freshness.versions[document.name.empty() ? kind : kind + "/" + document.name] = document.version;
    }
    ANCHOR_ASSIGN_OR_RETURN(auto standings, store.standing_changes());
    freshness.versions.merge(standings);
    return freshness;
}

// Our own document, of our own store: who could change it there could have had it signed as well.
Result<bool> still_holds(const StoredDocument& stored, const std::string& versions, const crypto::JwsKeys& keys) {
    ANCHOR_ASSIGN_OR_RETURN(const auto unverified, crypto::UnverifiedJws::parse(stored.text));
    const auto verified = unverified.verify(protocol::typ_of(DocumentKind::Fresh), keys);
    if (!verified) return false;  // signed by an online key that has been replaced since
    ANCHOR_ASSIGN_OR_RETURN(const Document document, protocol::document_from(verified->payload));
    return canonical_json(document.body) == versions;
}

}  // namespace

Result<std::unique_ptr<Authority>> Authority::open(const Settings& settings, Store& store, const Clock& clock, OnlineKeys keys) {
    if (keys.issuing_chain.empty()) return denied("the issuing CA's certificate is missing");
    ANCHOR_ASSIGN_OR_RETURN(auto builder, crypto::CertificateBuilder::open(keys.issuing_chain.front(), *keys.issuing));
    std::unique_ptr<Authority> authority(new Authority(settings, store, clock, std::move(keys), std::move(builder)));
    ANCHOR_ASSIGN_OR_RETURN(const auto online, crypto::PublicKey::from_spki(authority->keys_.online->public_key()));
    authority->online_kid_ = online.thumbprint();
    ANCHOR_RETURN_IF_ERROR(authority->refresh());
    return authority;
}

Result<void> Authority::refresh() {
    ANCHOR_ASSIGN_OR_RETURN(const auto stored, store_.document(DocumentKind::Anchors, "", 0));
    if (stored && stored->text == anchors_document_) return {};
    ANCHOR_ASSIGN_OR_RETURN(AnchorsInForce now, anchors_in_force(store_, keys_.authority, settings_.tenant));
    for (const auto kind : {DocumentKind::Reply, DocumentKind::Result, DocumentKind::Standing, DocumentKind::Fresh}) {
        if (!now.set.keys_of(kind).contains(online_kid_)) {
            return denied("the trust-anchor set does not let the online key sign " + std::string(to_string(kind)) + " documents");
        }
    }
    anchors_ = std::move(now.set);
    anchors_document_ = std::move(now.document);
    return {};
}

Document Authority::about(DocumentKind kind, std::string audience, std::uint64_t version) const {
    return {.kind = kind,
            .tenant = settings_.tenant,
            .audience = std::move(audience),
            .name = {},
            .version = version,
            .issued = clock_.wall(),
            .not_after = std::nullopt,
            .body = {}};
}

Result<std::string> Authority::sign(const Document& document) {
    const crypto::JwsSigner signer{online_kid_, *keys_.online};
    ANCHOR_ASSIGN_OR_RETURN(std::string text, protocol::sign(document, {&signer, 1}));
    if (text.size() > protocol::kMaxMessage) return rejected("the document is larger than a message may be");
    return text;
}

Result<std::string> Authority::reply(const protocol::Reply& reply, const DeviceId& device) {
    return sign(protocol::reply_document(reply, settings_.tenant, device, clock_.wall()));
}

Result<std::string> Authority::result(const protocol::AttestationResult& result, const DeviceId& device, std::uint64_t version) {
    Document document = about(DocumentKind::Result, protocol::audience_device(device), version);
    document.not_after = document.issued + settings_.result_lifetime;
    document.body = protocol::to_json(result);
    return sign(document);
}

Result<std::string> Authority::standing(const Standing& standing, const DeviceId& device) {
    Document document = about(DocumentKind::Standing, protocol::audience_device(device), standing.number);
    document.body = protocol::to_json(standing);
    return sign(document);
}

Result<std::string> Authority::fresh() {
    ANCHOR_ASSIGN_OR_RETURN(const auto versions, newest_versions(store_));
    const Json body = protocol::to_json(versions);
    ANCHOR_ASSIGN_OR_RETURN(const auto stored, store_.document(DocumentKind::Fresh, "", 0));
    const WallTime now = clock_.wall();
    const bool young = stored && stored->issued <= now && now < stored->issued + settings_.fresh_interval;
    if (young) {
        ANCHOR_ASSIGN_OR_RETURN(const bool holds, still_holds(*stored, canonical_json(body), anchors_.keys_of(DocumentKind::Fresh)));
        if (holds) return stored->text;
    }
    ANCHOR_ASSIGN_OR_RETURN(const std::uint64_t number, store_.next_number("fresh", now));
    Document document = about(DocumentKind::Fresh, protocol::audience_fleet(), number);
    document.not_after = now + settings_.fresh_lifetime;
    document.body = body;
    ANCHOR_ASSIGN_OR_RETURN(std::string text, sign(document));
    ANCHOR_RETURN_IF_ERROR(store_.save({DocumentKind::Fresh, "", number, document.audience, text, now}));
    return text;
}

Result<std::vector<Bytes>> Authority::certify_for(const crypto::PublicKey& key, const DeviceId& device, Seconds lifetime) {
    const WallTime now = clock_.wall();
    const crypto::Validity validity{now - kBackdated, std::min(now + lifetime, keys_.issuing_chain.front().not_after())};
    ANCHOR_ASSIGN_OR_RETURN(const auto certificate, builder_.device(key, settings_.tenant, device.text(), validity));
    std::vector<Bytes> chain{to_bytes(certificate.der())};
    for (const auto& above : keys_.issuing_chain) chain.push_back(to_bytes(above.der()));
    return chain;
}

Result<std::vector<Bytes>> Authority::certify_by(const Predecessor& one, const crypto::PublicKey& key, const DeviceId& device) {
    const WallTime now = clock_.wall();
    const crypto::Validity validity{now - kBackdated, std::min(now + settings_.certificate_lifetime, one.certificate.not_after())};
    ANCHOR_ASSIGN_OR_RETURN(auto builder, crypto::CertificateBuilder::open(one.certificate, *one.key));
    ANCHOR_ASSIGN_OR_RETURN(const auto certificate, builder.device(key, settings_.tenant, device.text(), validity));
    std::vector<Bytes> chain{to_bytes(certificate.der()), to_bytes(one.certificate.der())};
    for (const auto& above : one.above) chain.push_back(to_bytes(above.der()));
    return chain;
}

// nullptr: it is the one in use.
Result<const Predecessor*> Authority::predecessor(const std::string& serial) const {
    const Predecessor* in_use = nullptr;
    if (serial.empty() || serial == keys_.issuing_chain.front().serial_text()) return in_use;
    const auto found =
        std::ranges::find_if(keys_.predecessors, [&](const Predecessor& one) { return one.certificate.serial_text() == serial; });
    if (found == keys_.predecessors.end() || found->certificate.not_after() <= clock_.wall()) {
        return denied("the issuing CA " + serial + ", which a rule names, is not here or has expired");
    }
    return &*found;
}

Result<std::vector<Bytes>> Authority::certify(const crypto::PublicKey& key, const DeviceId& device, const std::string& issuing) {
    ANCHOR_ASSIGN_OR_RETURN(const bool revoked_key, store_.is_revoked_key(digest_of(key)));
    if (revoked_key) return denied("a certificate for this key was revoked: a new key is needed");
    ANCHOR_ASSIGN_OR_RETURN(const Predecessor* earlier, predecessor(issuing));
    ANCHOR_ASSIGN_OR_RETURN(
        auto chain, earlier == nullptr ? certify_for(key, device, settings_.certificate_lifetime) : certify_by(*earlier, key, device));
    ANCHOR_ASSIGN_OR_RETURN(const auto certificate, crypto::Certificate::from_der(chain.front()));
    ANCHOR_ASSIGN_OR_RETURN(const auto known, store_.device(device));
    std::optional<crypto::RevocationEntry> entry;
    if (known && known->standing.status != StandingStatus::Active) {
        const bool revoked = known->standing.status == StandingStatus::Revoked;
        entry = crypto::RevocationEntry{std::chrono::floor<Seconds>(clock_.wall()),
                                        revoked ? crypto::CrlReason::PrivilegeWithdrawn : crypto::CrlReason::CertificateHold};
    }
    const Bytes by = earlier == nullptr ? issuer() : digest_of(earlier->certificate.public_key());
    ANCHOR_RETURN_IF_ERROR(record(by, certificate, device, entry));
    return chain;
}

Result<std::vector<Bytes>> Authority::certify_to_displace(const crypto::PublicKey& key, const DeviceId& device) {
    return certify_for(key, device, kDisplaceLifetime);
}

Bytes Authority::issuer() const { return digest_of(keys_.issuing_chain.front().public_key()); }

std::vector<Bytes> Authority::issuers() const {
    std::vector<Bytes> issuers = {issuer()};
    for (const Predecessor& one : keys_.predecessors) issuers.push_back(digest_of(one.certificate.public_key()));
    return issuers;
}

Result<crypto::Crl> Authority::issue_list(ByteView issuer, const crypto::CrlContent& content) {
    if (equal(issuer, this->issuer())) return crypto::issue_crl(keys_.issuing_chain.front(), *keys_.issuing, content);
    for (const Predecessor& one : keys_.predecessors) {
        if (equal(issuer, digest_of(one.certificate.public_key()))) return crypto::issue_crl(one.certificate, *one.key, content);
    }
    return rejected("no issuing CA of this registry has that key");
}

Result<void> Authority::record(ByteView issuer, const crypto::Certificate& certificate, const DeviceId& device,
                               std::optional<crypto::RevocationEntry> revoked) {
    return store_.record({to_bytes(issuer), to_bytes(certificate.serial()), device.text(), digest_of(certificate.public_key()),
                          certificate.not_before(), certificate.not_after(), revoked});
}

Result<void> Authority::record_certificates(const DeviceRecord& device) {
    if (device.certificates.empty()) return {};
    ANCHOR_ASSIGN_OR_RETURN(const auto own, crypto::Certificate::from_der(device.certificates.front()));
    if (own.verify_signature(keys_.issuing_chain.front().public_key())) return record(issuer(), own, device.id, std::nullopt);
    for (const Predecessor& one : keys_.predecessors) {
        if (!own.verify_signature(one.certificate.public_key())) continue;
        return record(digest_of(one.certificate.public_key()), own, device.id, std::nullopt);
    }
    return {};  // of a CA whose key is not here any more: no list speaks of it
}

Result<void> Authority::publish_revocations(const protocol::RevocationManifest& manifest) {
    ANCHOR_ASSIGN_OR_RETURN(const std::uint64_t number, store_.next_number("revocations", clock_.wall()));
    Document document = about(DocumentKind::Revocations, protocol::audience_fleet(), number);
    document.body = protocol::to_json(manifest);
    ANCHOR_ASSIGN_OR_RETURN(std::string text, sign(document));
    return store_.save(StoredDocument{DocumentKind::Revocations, "", number, document.audience, std::move(text), document.issued});
}

}  // namespace anchor::registry
