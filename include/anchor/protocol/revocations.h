// SPDX-License-Identifier: Apache-2.0
#pragma once

// Body of a "revocations" document: which revocation lists there are, by digest. The lists themselves are fetched in pieces
// (blob.get) or brought by hand, and each is judged by its own signature as well.

#include <optional>
#include <vector>

#include <anchor/protocol/evidence.h>

namespace anchor::protocol {

/// The lists of one issuing authority.
struct RevocationLists {
    BlobName full;
    std::uint64_t number = 0;  ///< CRL number of the full list
    std::optional<BlobName> delta;
    std::uint64_t delta_number = 0;  ///< above `number`, where there is a delta
    friend bool operator==(const RevocationLists&, const RevocationLists&) = default;
};

struct RevocationManifest {
    static constexpr std::size_t kMaxIssuers = 16;
    std::vector<RevocationLists> issuers;
    friend bool operator==(const RevocationManifest&, const RevocationManifest&) = default;
};

[[nodiscard]] Json to_json(const RevocationManifest& manifest);
/// Rejected: unknown or missing members, no issuer or too many, a list larger than 64 MiB, a delta whose number is not above its full
/// list's.
[[nodiscard]] Result<RevocationManifest> revocation_manifest_from(const Json& body);

}  // namespace anchor::protocol
