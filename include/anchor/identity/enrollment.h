// SPDX-License-Identifier: Apache-2.0
#pragma once

// The device's side of enrolment, step by step (docs/protocol.md, "Enrolment"). Each step is slow where it asks the TPM and
// belongs on the worker. Nothing is remembered before the last step has succeeded, so an attempt can be dropped anywhere.

#include <functional>
#include <map>
#include <memory>
#include <string>

#include <anchor/core/root_of_trust.h>
#include <anchor/identity/identity.h>
#include <anchor/protocol/anchor_set.h>
#include <anchor/protocol/enrollment.h>
#include <anchor/protocol/evidence.h>

namespace anchor::identity {

struct EnrollmentSettings {
    std::string tenant;
    KeyAlg key_alg = KeyAlg::EcP256;
    std::map<std::string, std::string> labels;
};

/// What a device that enrols again goes on with.
struct KnownKeys {
    DeviceId device;
    RootState root;
    KeyBlob device_key;
};

class Enrollment {
public:
    /// Makes new keys and everything that enroll.begin says. Errors of the root of trust. A device whose certificate is over stays who
    /// it is: with its attestation key, and without a TPM with its device key. Stale then: the TPM was cleared or swapped, nothing is left
    /// of them.
    [[nodiscard]] static Result<Enrollment> begin(RootOfTrust& root, EnrollmentSettings settings,
                                                  std::optional<KnownKeys> known = std::nullopt);

    [[nodiscard]] const DeviceId& device() const noexcept { return device_; }
    [[nodiscard]] const protocol::EnrollBegin& begin_body() const noexcept { return begin_; }
    [[nodiscard]] Keyring& keyring() noexcept { return keyring_; }
    /// The new device key, ready to sign.
    [[nodiscard]] Result<std::shared_ptr<DeviceKey>> key() const { return keyring_.forge->load(key_); }

    /// Opens the credential and binds the Evidence text to this attempt. `begin` and `reply` are the SHA-256 digests of the two
    /// messages as they were sent. Rejected: the credential is for another EK or AK.
    [[nodiscard]] Result<protocol::EnrollProve> prove(const protocol::EnrollChallenge& challenge, const Digest& begin, const Digest& reply,
                                                      std::string evidence);

    /// Checks the grant and makes the identity. Rejected: the certificate is not for this key, id and tenant, or does not lead
    /// to the anchors of the set.
    [[nodiscard]] Result<Identity> finish(const protocol::EnrollGrant& grant, const protocol::AnchorSet& anchors, WallTime now);

private:
    Enrollment(DeviceId device, EnrollmentSettings settings, RootState root, Keyring keyring, KeyBlob key, protocol::EnrollBegin begin)
        : device_(std::move(device)),
          settings_(std::move(settings)),
          root_(std::move(root)),
          keyring_(std::move(keyring)),
          key_(std::move(key)),
          begin_(std::move(begin)) {}

    DeviceId device_;
    EnrollmentSettings settings_;
    RootState root_;
    Keyring keyring_;
    KeyBlob key_;
    Bytes public_key_;
    protocol::EnrollBegin begin_;
};

/// Checks that certificates name this key, id and tenant and lead to the anchors at that time: for the grant of an enrolment, for
/// a rotation, and for our own store at every start.
[[nodiscard]] Result<void> check_certificates(const std::vector<Bytes>& certificates, ByteView public_key, const DeviceId& device,
                                              std::string_view tenant, const std::vector<Bytes>& anchors, WallTime now);

}  // namespace anchor::identity
