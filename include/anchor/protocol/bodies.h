// SPDX-License-Identifier: Apache-2.0
#pragma once

// The smaller bodies: standing, freshness, attestation results, telemetry, chunks of what is too large for one message.

#include <map>
#include <string>
#include <vector>

#include <anchor/core/decision.h>
#include <anchor/core/standing.h>
#include <anchor/protocol/evidence.h>

namespace anchor::protocol {

/// Body of a standing document; its number is the document's version.
[[nodiscard]] Json to_json(const Standing& standing);
[[nodiscard]] Result<Standing> standing_from(std::uint64_t number, const Json& body);

/// Body of a freshness document; its number is the document's version, its expiry the document's not_after.
struct Freshness {
    std::map<std::string, std::uint64_t> versions;  ///< "anchors", "policy/<group>", "reference/<group>", "revocations"
};
[[nodiscard]] Json to_json(const Freshness& freshness);
[[nodiscard]] Result<Freshness> freshness_from(const Json& body);

/// Body of an attestation result (RFC 9334 §8.4): how the registry judged Evidence. It expires with its document.
struct AttestationResult {
    Level level = Level::Unverified;
    Tier overall = Tier::None;
    int risk = 0;
    std::vector<Finding> findings;
};
[[nodiscard]] Json to_json(const AttestationResult& result);
[[nodiscard]] Result<AttestationResult> attestation_result_from(const Json& body);

/// Up to where the registry has a device's IMA list: so many entries of the boot with that resetCount are proven.
struct ImaPlace {
    std::uint64_t entries = 0;
    std::uint32_t reset_count = 0;  ///< as this device's AK quoted it
    friend bool operator==(const ImaPlace&, const ImaPlace&) = default;
};

/// The registry's answer to attest.nonce.
struct NonceGrant {
    Bytes nonce;
    Seconds expires_in{0};
    std::vector<PcrSelection> selections;  ///< what it wants quoted
    std::optional<ImaPlace> ima;           ///< nothing where it wants the IMA list from its beginning
};
[[nodiscard]] Json to_json(const NonceGrant& grant);
[[nodiscard]] Result<NonceGrant> nonce_grant_from(const Json& body);

/// By its source, which is the user that a policy names: "app:plc" (docs/adr/0023).
[[nodiscard]] bool is_of_an_application(const Claim& claim) noexcept;

/// telemetry: what the applications of a device said up to a time, by its own clock. The device's own word.
struct Telemetry {
    WallTime at{};
    Claims claims;               ///< of applications; they travel with their age at that time
    std::uint64_t left_out = 0;  ///< claims that are not among them, because they were too many
};
inline constexpr std::size_t kMaxTelemetry = 64UL * 1024;  ///< octets of the body
/// Never larger than that: what is too large travels as unknown, as in Evidence, and what is still too much is counted in `left_out`.
/// `now` is the sender's at that time.
[[nodiscard]] Json to_json(const Telemetry& telemetry, SteadyTime now);
/// Rejected: unknown or missing keys, no claim or more than 512, a value of another type than it says, a claim that is
/// no application's, too large. `now` is the receiver's.
[[nodiscard]] Result<Telemetry> telemetry_from(const Json& body, SteadyTime now);

/// blob.put: a piece of a blob. The answer says up to where the registry has it, so that a broken transfer goes on there.
struct BlobChunk {
    BlobName name;
    std::uint64_t offset = 0;
    Bytes octets;
};
inline constexpr std::size_t kMaxChunk = 64UL * 1024;
[[nodiscard]] Json to_json(const BlobChunk& chunk);
[[nodiscard]] Result<BlobChunk> blob_chunk_from(const Json& body);

/// blob.get: what is published in this place of a blob that a signed document names. The answer holds at least one octet and at most
/// kMaxPiece, so that it fits a message.
struct BlobPlace {
    BlobName name;
    std::uint64_t offset = 0;
};
inline constexpr std::size_t kMaxPiece = 48UL * 1024;
[[nodiscard]] Json to_json(const BlobPlace& place);
[[nodiscard]] Result<BlobPlace> blob_place_from(const Json& body);
[[nodiscard]] Json blob_octets_json(ByteView octets);
/// Rejected: no octets, too many, or more than the blob has from there on.
[[nodiscard]] Result<Bytes> blob_octets_from(const Json& body, const BlobPlace& place);

[[nodiscard]] Json to_json(const Finding& finding);
[[nodiscard]] Result<Finding> finding_from(const Json& json);

}  // namespace anchor::protocol
