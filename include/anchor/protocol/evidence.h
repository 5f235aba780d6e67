// SPDX-License-Identifier: Apache-2.0
#pragma once

// Evidence (RFC 9334 §8.1) as it travels: an EAT claims set (RFC 9711). The AK's quote binds nonce, logs and claims:
// extraData = SHA-256(nonce ‖ SHA-256(binding)), the binding being the canonical JSON of logs and claims as sent. The IMA list is
// read after the quote, because it grows all the time; what binds it is the quoted PCR 10, to which a prefix of it must replay.

#include <optional>
#include <string>

#include <anchor/core/blob_shelf.h>
#include <anchor/core/claim.h>
#include <anchor/core/device_id.h>
#include <anchor/core/quoter.h>
#include <anchor/protocol/document.h>

namespace anchor::protocol {

using anchor::BlobName;

/// The kernel's list of measured files, binary or ASCII, from an entry on at least to the one that the quoted PCR 10 stands for.
struct ImaPart {
    std::uint64_t from = 0;          ///< the first entry that is sent; the receiver has those before it
    std::optional<BlobName> octets;  ///< nothing where nothing was added
    friend bool operator==(const ImaPart&, const ImaPart&) = default;
};

struct Evidence {
    DeviceId device;
    Bytes nonce;
    std::optional<Quote> quote;         ///< nothing on a device without a TPM
    std::optional<BlobName> event_log;  ///< UEFI event log, whole
    std::optional<ImaPart> ima_list;    ///< of the same boot as the quote
    Claims claims;                      ///< what the device says of itself; ages count from `now` of the sender
};

inline constexpr std::string_view kEvidenceProfile = "urn:anchord:evidence:1";
/// JOSE `typ` of Evidence that the LDevID key signed.
inline constexpr std::string_view kEvidenceTyp = "anchord-evidence+jwt";

/// What the quote's extraData has to be for this Evidence.
[[nodiscard]] Digest binding_of(const Evidence& evidence, SteadyTime now);

/// The claims set. `now` is the sender's: claims travel with their age. Whatever the claims are, it is none that a receiver refuses for
/// its size: those that are too large travel as unknown.
[[nodiscard]] Bytes encode(const Evidence& evidence, SteadyTime now);

/// Evidence as it arrived, with the digest that its quote must carry, computed over the octets as sent.
struct ReceivedEvidence {
    Evidence evidence;
    Digest binding{HashAlg::Sha256};
};
/// Rejected: another profile, unknown or missing keys, more than 512 claims. `now` is the receiver's: ages become times.
[[nodiscard]] Result<ReceivedEvidence> evidence_from(ByteView octets, SteadyTime now);

}  // namespace anchor::protocol
