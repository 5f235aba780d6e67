// SPDX-License-Identifier: Apache-2.0
#pragma once

// A device's request and the registry's reply (docs/protocol.md, "Requests"). The reply is a signed document that carries
// the digest of the very request it answers; the request holds fresh random octets; so a reply that fits was made after
// the request, and its time is proof of the time.

#include <optional>
#include <string>

#include <anchor/core/device_id.h>
#include <anchor/core/digest.h>
#include <anchor/protocol/document.h>

namespace anchor::protocol {

/// The verbs that devices may ask.
namespace verb {
inline constexpr std::string_view kEnrollBegin = "enroll.begin";
inline constexpr std::string_view kEnrollProve = "enroll.prove";
inline constexpr std::string_view kNonce = "attest.nonce";
inline constexpr std::string_view kEvidence = "attest.evidence";
inline constexpr std::string_view kBlobPut = "blob.put";
inline constexpr std::string_view kBlobGet = "blob.get";
inline constexpr std::string_view kStandingGet = "standing.get";
inline constexpr std::string_view kStandingAck = "standing.ack";
inline constexpr std::string_view kDocumentGet = "document.get";
inline constexpr std::string_view kDocumentPut = "document.put";
inline constexpr std::string_view kReport = "report";
inline constexpr std::string_view kTelemetry = "telemetry";
inline constexpr std::string_view kRotate = "rotate";
inline constexpr std::string_view kFarewell = "farewell";
}  // namespace verb

struct Request {
    std::string verb;
    std::string tenant;
    DeviceId device;
    Bytes id;  ///< 16 random octets, never used twice
    Json body;
};

/// JOSE `typ` of a request that a device signed with its LDevID key.
inline constexpr std::string_view kRequestTyp = "anchord-request+jws";

/// The octets of the request. On enrolment topics they are sent as they are, elsewhere inside a JWS.
[[nodiscard]] Bytes encode(const Request& request);
/// Rejected: not JSON, unknown or missing keys, an id that is not 16 octets.
[[nodiscard]] Result<Request> request_from(ByteView octets);

/// What a reply answers with in place of a body.
struct Refusal {
    ErrorKind kind = ErrorKind::Rejected;
    std::string what;
};

struct Reply {
    std::string verb;
    Digest request{HashAlg::Sha256};  ///< SHA-256 over the message as it was sent
    std::optional<Refusal> refusal;
    Json body;          ///< null where refused
    std::string fresh;  ///< the fleet's newest freshness document, signed; empty where there is none yet
};

/// The reply as a document for that device, issued now, unsigned.
[[nodiscard]] Document reply_document(const Reply& reply, std::string_view tenant, const DeviceId& device, WallTime now);
/// Rejected where the body has not the form of a reply. The document itself must have passed the gate.
[[nodiscard]] Result<Reply> reply_from(const Document& document);

}  // namespace anchor::protocol
