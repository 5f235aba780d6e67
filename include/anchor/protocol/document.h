// SPDX-License-Identifier: Apache-2.0
#pragma once

// Signed documents: everything that a device accepts from outside. A document is a JWS whose payload says what it is
// (kind), for whom (tenant, audience), which one (name, version) and until when; the signature covers all of it. What
// is parsed here has a valid form and nothing more: only the gate in trust makes a document one to be believed.

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include <nlohmann/json.hpp>

#include <anchor/base/json.h>
#include <anchor/base/time.h>
#include <anchor/core/device_id.h>
#include <anchor/crypto/jws.h>

namespace anchor::protocol {

enum class DocumentKind : std::uint8_t {
    Reply,          ///< the answer to one request; online key
    Result,         ///< an attestation result; online key
    Standing,       ///< what the owner says of one device; online key
    Fresh,          ///< number and time: nothing newer is being withheld; online key
    Revocations,    ///< manifest of CRLs; online key
    Policy,         ///< k of n, off the registry's host
    Reference,      ///< k of n, off the registry's host
    Approval,       ///< boot states in which a key may sign; k of n, off the registry's host
    Anchors,        ///< the trust-anchor set; k of n of its predecessor
    Reinstatement,  ///< ends a revocation; k of n, off the registry's host
    Departure,      ///< a device leaves this owner, for another one or for good; k of n, off the registry's host
};
inline constexpr std::size_t kDocumentKindCount = 11;

/// "reply", "result", "standing", "fresh", "revocations", "policy", "reference", "approval", "anchors", "reinstatement", "departure".
[[nodiscard]] std::string_view to_string(DocumentKind kind) noexcept;
[[nodiscard]] std::optional<DocumentKind> document_kind_from(std::string_view name) noexcept;
/// The JOSE `typ` of that kind: "anchord-policy+jws".
[[nodiscard]] std::string typ_of(DocumentKind kind);
/// Whether such a document has to be signed by keys that are not on the registry's host.
[[nodiscard]] bool is_offline(DocumentKind kind) noexcept;

/// Whom a document is for.
[[nodiscard]] std::string audience_fleet();
[[nodiscard]] std::string audience_group(std::string_view group);
[[nodiscard]] std::string audience_device(const DeviceId& device);

/// The largest document, and the largest message, that anyone has to accept.
inline constexpr std::size_t kMaxMessage = 120UL * 1024;

struct Document {
    DocumentKind kind = DocumentKind::Reply;
    std::string tenant;
    std::string audience;
    std::string name;  ///< which of several of this kind, e.g. a policy's name; empty where there is only one
    std::uint64_t version = 0;
    WallTime issued{};
    std::optional<WallTime> not_after;
    Json body;
};

/// The payload that gets signed.
[[nodiscard]] Bytes encode(const Document& document);
/// Rejected: not JSON, unknown or missing keys, a kind that does not exist.
[[nodiscard]] Result<Document> document_from(ByteView payload);

/// The signed document: compact with one signer, general with several. Errors of the keys.
[[nodiscard]] Result<std::string> sign(const Document& document, std::span<const crypto::JwsSigner> signers);

}  // namespace anchor::protocol
