// SPDX-License-Identifier: Apache-2.0
#include <anchor/identity/rotation.h>

#include <anchor/crypto/certificate_request.h>
#include <anchor/crypto/hash.h>
#include <anchor/identity/enrollment.h>

#include "key_octets.h"

namespace anchor::identity {
namespace {

// From 0 to 1, the same for the same octets.
double share_of(ByteView octets) {
    const Digest digest = crypto::hash(HashAlg::Sha256, octets);
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < sizeof number; ++i) number = number << 8U | digest.view()[i];
    return static_cast<double>(number) / 4294967296.0;
}

Milliseconds part_of(Milliseconds whole, double part) {
    return Milliseconds(static_cast<Milliseconds::rep>(static_cast<double>(whole.count()) * part));
}

Result<KeyBlob> next_key(KeyForge& forge, const KeyBlob& current, const RotationSettings& settings) {
    if (settings.new_key) return forge.make(settings.key_alg);
    ANCHOR_ASSIGN_OR_RETURN(const auto loaded, forge.load(current));
    if (loaded->algorithm() != settings.key_alg) return forge.make(settings.key_alg);
    return current.clone();
}

}  // namespace

Result<WallTime> rotation_time(ByteView certificate) {
    ANCHOR_ASSIGN_OR_RETURN(const auto own, crypto::Certificate::from_der(certificate));
    const Milliseconds life = own.not_after() - own.not_before();
    return own.not_before() + part_of(life, 2.0 / 3) + part_of(life, share_of(own.der()) / 12);
}

WallTime rotation_time(const RotationOrder& order, const DeviceId& device) {
    if (order.by <= order.given) return order.by;
    return order.given + part_of(order.by - order.given, share_of(as_bytes(device.text() + to_rfc3339(order.by))));
}

Result<Rotation> Rotation::begin(Keyring& keyring, const DeviceId& device, std::string_view tenant, const KeyBlob& current,
                                 const RotationSettings& settings) {
    Rotation rotation;
    ANCHOR_ASSIGN_OR_RETURN(rotation.key_, next_key(*keyring.forge, current, settings));
    ANCHOR_ASSIGN_OR_RETURN(const auto loaded, keyring.forge->load(rotation.key_));
    rotation.public_key_ = to_bytes(loaded->public_key());
    ANCHOR_ASSIGN_OR_RETURN(const auto request,
                            crypto::CertificateRequest::make(*loaded, device.text(), {protocol::device_urn(tenant, device)}));
    rotation.wish_.request = to_bytes(request.der());
    if (!keyring.endorser) return rotation;
    ANCHOR_ASSIGN_OR_RETURN(rotation.wish_.device_key_public, without_size(rotation.key_.public_area));
    const Digest bound = crypto::hash(HashAlg::Sha256, rotation.wish_.request);
    ANCHOR_ASSIGN_OR_RETURN(rotation.wish_.certification, keyring.forge->certify(rotation.key_, bound.view()));
    return rotation;
}

Result<Slot> Rotation::finish(const protocol::RotateGrant& grant, const DeviceId& device, std::string_view tenant,
                              const std::vector<Bytes>& anchors, WallTime now) const {
    ANCHOR_RETURN_IF_ERROR(check_certificates(grant.certificates, public_key_, device, tenant, anchors, now));
    return Slot{key_.clone(), grant.certificates, std::nullopt};
}

}  // namespace anchor::identity
