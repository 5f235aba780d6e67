// SPDX-License-Identifier: Apache-2.0
#pragma once

// The four bodies of enrolment (docs/protocol.md, "Enrolment") and the claim bundle that a device is born with.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <anchor/base/secret_bytes.h>
#include <anchor/core/endorser.h>
#include <anchor/core/quoter.h>
#include <anchor/protocol/document.h>

namespace anchor::protocol {

/// enroll.begin, device → registry: who I am and which keys I have.
struct EnrollBegin {
    std::optional<Endorsement> endorsement;     ///< nothing on a device without a TPM
    Bytes ak_public;                            ///< TPMT_PUBLIC
    Bytes device_key_public;                    ///< TPMT_PUBLIC of the LDevID
    std::optional<Attestation> certification;   ///< TPM2_Certify(LDevID by AK), extraData = SHA-256 of `request`
    Bytes request;                              ///< PKCS#10, DER
    std::map<std::string, std::string> labels;  ///< host name, serial, …: for people, proves nothing
};
[[nodiscard]] Json to_json(const EnrollBegin& begin);
[[nodiscard]] Result<EnrollBegin> enroll_begin_from(const Json& body);

/// The answer: a credential that only this EK with this AK can open.
struct EnrollChallenge {
    Bytes session;     ///< names this attempt
    Bytes credential;  ///< TPM2B_ID_OBJECT; empty without a TPM
    Bytes secret;      ///< TPM2B_ENCRYPTED_SECRET; empty without a TPM
    Bytes nonce;       ///< for the Evidence
    Seconds expires_in{0};
};
[[nodiscard]] Json to_json(const EnrollChallenge& challenge);
[[nodiscard]] Result<EnrollChallenge> enroll_challenge_from(const Json& body);

/// enroll.prove: the secret was activated by the same TPM that these Evidence octets come from.
struct EnrollProve {
    Bytes session;
    Bytes proof;           ///< see enrollment_proof(); empty without a TPM
    std::string evidence;  ///< claims set as text, or the LDevID's JWS over it
};
[[nodiscard]] Json to_json(const EnrollProve& prove);
[[nodiscard]] Result<EnrollProve> enroll_prove_from(const Json& body);

/// HMAC-SHA-256, keyed with the activated secret, over the SHA-256 digests of begin message, its reply and Evidence, each as
/// sent. The secret never travels.
[[nodiscard]] Digest enrollment_proof(const SecretBytes& secret, const Digest& begin, const Digest& reply, const Digest& evidence);

/// The last answer: everything the device needs to be one of the fleet. The documents are signed each by its own role.
struct EnrollGrant {
    std::vector<Bytes> certificates;  ///< X.509 DER, the LDevID's first
    std::string anchors;              ///< the trust-anchor set in force
    std::string standing;
    std::vector<std::string> documents;  ///< policies and reference values
    std::string result;
    std::string broker_host;
    std::uint16_t broker_port = 0;
};
[[nodiscard]] Json to_json(const EnrollGrant& grant);
[[nodiscard]] Result<EnrollGrant> enroll_grant_from(const Json& body);

/// The subject alternative name of every device certificate: urn:anchord:<tenant>:<device-id>.
[[nodiscard]] std::string device_urn(std::string_view tenant, const DeviceId& device);

/// What a device or a batch of them is born with. The file holds a private key.
struct ClaimBundle {
    std::string tenant;
    std::string claim;  ///< name of the batch: the claim certificate's CN
    std::string host;
    std::uint16_t port = 0;           ///< of the broker's enrolment listener
    std::vector<Bytes> certificates;  ///< the claim certificate's chain, X.509 DER
    SecretBytes private_key;          ///< PKCS#8 PEM
    std::string anchors;              ///< the first trust-anchor set, a signed document
    crypto::JwsKeys authority;        ///< the keys that vouch for it: believed because they stand here
};
/// Text of the bundle file; wiped by its owner.
[[nodiscard]] SecretBytes encode(const ClaimBundle& bundle);
[[nodiscard]] Result<ClaimBundle> claim_bundle_from(std::string_view text);

}  // namespace anchor::protocol
