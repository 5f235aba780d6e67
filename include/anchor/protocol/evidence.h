// SPDX-License-Identifier: Apache-2.0
#pragma once

// Evidence (RFC 9334 §8.1) as it travels: an EAT claims set (RFC 9711). The AK's quote binds nonce, logs and claims:
// extraData = SHA-256(nonce ‖ SHA-256(binding)), the binding being the canonical JSON of logs and claims as sent. The IMA list is
// read after the quote, because it grows all the time; what binds it is the quoted PCR 10, to which a prefix of it must replay.

#include <optional>
#include <string>

#include <anchor/core/claim.h>
#include <anchor/core/device_id.h>
#include <anchor/core/quoter.h>
#include <anchor/protocol/document.h>

namespace anchor::protocol {

/// A log that was sent apart, in chunks, and is named by its digest.
struct BlobName {
    Digest sha256{HashAlg::Sha256};
    std::uint64_t size = 0;
    friend bool operator==(const BlobName&, const BlobName&) = default;
};

struct Evidence {
    DeviceId device;
    Bytes nonce;
    std::optional<Quote> quote;         ///< nothing on a device without a TPM
    std::optional<BlobName> event_log;  ///< UEFI event log, whole
    std::optional<BlobName> ima_list;   ///< IMA list, whole, binary
    Claims claims;                      ///< what the device says of itself; ages count from `now` of the sender
};

inline constexpr std::string_view kEvidenceProfile = "urn:anchord:evidence:1";
/// JOSE `typ` of Evidence that the LDevID key signed.
inline constexpr std::string_view kEvidenceTyp = "anchord-evidence+jwt";

/// What the quote's extraData has to be for this Evidence.
[[nodiscard]] Digest binding_of(const Evidence& evidence, SteadyTime now);

/// The claims set. `now` is the sender's: claims travel with their age.
[[nodiscard]] Bytes encode(const Evidence& evidence, SteadyTime now);

/// Evidence as it arrived, with the digest that its quote must carry, computed over the octets as sent.
struct ReceivedEvidence {
    Evidence evidence;
    Digest binding{HashAlg::Sha256};
};
/// Rejected: another profile, unknown or missing keys, more than 512 claims. `now` is the receiver's: ages become times.
[[nodiscard]] Result<ReceivedEvidence> evidence_from(ByteView octets, SteadyTime now);

}  // namespace anchor::protocol
