// SPDX-License-Identifier: Apache-2.0
#pragma once

// Authority: what the registry says with its own name: replies, results, standing, freshness, certificates of devices. It
// holds the online key and the issuing CA, and nothing that could sign a policy.

#include <memory>
#include <string>
#include <vector>

#include <anchor/core/clock.h>
#include <anchor/core/device_key.h>
#include <anchor/crypto/certificate_builder.h>
#include <anchor/protocol/anchor_set.h>
#include <anchor/protocol/bodies.h>
#include <anchor/protocol/request.h>
#include <anchor/protocol/revocations.h>
#include <anchor/registry/settings.h>
#include <anchor/registry/store.h>

namespace anchor::registry {

/// An authority that was replaced: it certifies whom a rule gives it and nobody else, and says what has become of those whom it did.
struct Predecessor {
    std::shared_ptr<DeviceKey> key;
    crypto::Certificate certificate;
    std::vector<crypto::Certificate> above = {};  ///< between it and the root, as OnlineKeys::issuing_chain
};

struct OnlineKeys {
    std::shared_ptr<DeviceKey> online;
    std::shared_ptr<DeviceKey> issuing;
    std::vector<crypto::Certificate> issuing_chain;  ///< the issuing CA first; the root is not part of it
    crypto::JwsKeys authority;                       ///< the keys that vouched for the first trust-anchor set
    std::vector<Predecessor> predecessors;           ///< of the issuing CA, as far as anything that they certified may still be shown
};

class Authority {
public:
    /// Settings, store and clock must outlive it. Denied: the trust-anchor set in force is missing, is not vouched for, or does not give
    /// the online key its roles. Rejected: the issuing key is not that of its certificate.
    [[nodiscard]] static Result<std::unique_ptr<Authority>> open(const Settings& settings, Store& store, const Clock& clock,
                                                                 OnlineKeys keys);

    [[nodiscard]] const protocol::AnchorSet& anchors() const noexcept { return anchors_; }
    /// The trust-anchor set in force, as signed.
    [[nodiscard]] const std::string& anchors_document() const noexcept { return anchors_document_; }
    /// Takes over a newer set from the store. Errors as open().
    [[nodiscard]] Result<void> refresh();

    // Signed documents of the online key.
    [[nodiscard]] Result<std::string> reply(const protocol::Reply& reply, const DeviceId& device);
    [[nodiscard]] Result<std::string> result(const protocol::AttestationResult& result, const DeviceId& device, std::uint64_t version);
    [[nodiscard]] Result<std::string> standing(const Standing& standing, const DeviceId& device);
    /// The freshness document in force; a new one where it has grown old or does not name the newest documents.
    [[nodiscard]] Result<std::string> fresh();

    /// A certificate for the device's key and the chain above it, leaf first; remembered, so that it can be revoked. Where the owner has
    /// put the device aside it is revoked or on hold from the beginning. `issuing` is the serial number of the CA, one of the predecessors
    /// too; empty: the one in use. Denied: a key whose certificate was revoked for good; a CA that is not here or has expired.
    [[nodiscard]] Result<std::vector<Bytes>> certify(const crypto::PublicKey& key, const DeviceId& device, const std::string& issuing = {});
    /// In a device's name for ten minutes, for a connection that takes the place of the device's own at the broker. It lets nobody
    /// speak for the device: requests are signed by the key that the registry knows, not by any that is certified.
    [[nodiscard]] Result<std::vector<Bytes>> certify_to_displace(const crypto::PublicKey& key, const DeviceId& device);

    // Revocation lists.
    /// SHA-256 over the issuing CA's SubjectPublicKeyInfo: by this its lists and certificates are told from those of others.
    [[nodiscard]] Bytes issuer() const;
    /// That one, and its predecessors.
    [[nodiscard]] std::vector<Bytes> issuers() const;
    /// Signed by one of them. Rejected: by another.
    [[nodiscard]] Result<crypto::Crl> issue_list(ByteView issuer, const crypto::CrlContent& content);
    /// Remembers the certificate that stands in a device's record, whichever of them issued it.
    [[nodiscard]] Result<void> record_certificates(const DeviceRecord& device);
    /// Signs and stores the next manifest.
    [[nodiscard]] Result<void> publish_revocations(const protocol::RevocationManifest& manifest);

private:
    Authority(const Settings& settings, Store& store, const Clock& clock, OnlineKeys keys, crypto::CertificateBuilder builder)
        : settings_(settings), store_(store), clock_(clock), keys_(std::move(keys)), builder_(std::move(builder)) {}
    [[nodiscard]] Result<std::string> sign(const protocol::Document& document);
    [[nodiscard]] Result<std::vector<Bytes>> certify_for(const crypto::PublicKey& key, const DeviceId& device, Seconds lifetime);
    [[nodiscard]] Result<std::vector<Bytes>> certify_by(const Predecessor& one, const crypto::PublicKey& key, const DeviceId& device);
    [[nodiscard]] Result<const Predecessor*> predecessor(const std::string& serial) const;
    [[nodiscard]] Result<void> record(ByteView issuer, const crypto::Certificate& certificate, const DeviceId& device,
                                      std::optional<crypto::RevocationEntry> revoked);
    [[nodiscard]] protocol::Document about(protocol::DocumentKind kind, std::string audience, std::uint64_t version) const;

    const Settings& settings_;
    Store& store_;
    const Clock& clock_;
    OnlineKeys keys_;
    crypto::CertificateBuilder builder_;
    std::string online_kid_;
    protocol::AnchorSet anchors_;
    std::string anchors_document_;
};

}  // namespace anchor::registry
