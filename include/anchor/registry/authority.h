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
#include <anchor/registry/settings.h>
#include <anchor/registry/store.h>

namespace anchor::registry {

struct OnlineKeys {
    std::shared_ptr<DeviceKey> online;
    std::shared_ptr<DeviceKey> issuing;
    std::vector<crypto::Certificate> issuing_chain;  ///< the issuing CA first; the root is not part of it
    crypto::JwsKeys authority;                       ///< the keys that vouched for the first trust-anchor set
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

    /// A certificate for the device's key and the chain above it, leaf first.
    [[nodiscard]] Result<std::vector<Bytes>> certify(const crypto::PublicKey& key, const DeviceId& device);

private:
    Authority(const Settings& settings, Store& store, const Clock& clock, OnlineKeys keys, crypto::CertificateBuilder builder)
        : settings_(settings), store_(store), clock_(clock), keys_(std::move(keys)), builder_(std::move(builder)) {}
    [[nodiscard]] Result<std::string> sign(const protocol::Document& document);
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
