// SPDX-License-Identifier: Apache-2.0
#pragma once

// Chain verification: from a certificate that a stranger shows to an anchor that we hold (RFC 5280 §6). The path is
// built and judged here and not by Mbed TLS, because to that library an anchor is a self-signed certificate, it refuses
// critical extensions of endorsement certificates before anyone may look at them, and its two branches differ in what
// they read. RFC 5280 §6.1.1 (d) asks for less and for more: an anchor is a name and a key. Keys and signatures stay
// Mbed TLS's business.

#include <string>
#include <variant>
#include <vector>

#include <anchor/base/time.h>
#include <anchor/crypto/certificate.h>
#include <anchor/crypto/crl.h>

namespace anchor::crypto {

/// What the leaf is to be used for.
struct ForServer {
    std::string host;  ///< name or address that we meant to reach; the common name is never looked at (RFC 9525)
};
struct ForClient {};       ///< a TLS client: clientAuth
struct ForAuthority {};    ///< a CA certificate that is to be used as issuer
struct ForEndorsement {};  ///< a TPM's endorsement key (TCG EK Credential Profile); its extended usage where it has one
struct ForAnything {};     ///< the path alone
using Purpose = std::variant<ForServer, ForClient, ForAuthority, ForEndorsement, ForAnything>;

enum class Revocation : std::uint8_t {
    WhereKnown,  ///< lists that are there are used; a missing or stale one is no obstacle
    LeafNeeds,   ///< the leaf's issuer must have a current list here
    AllNeed,     ///< every issuer on the path must
};

struct ChainOptions {
    WallTime at;  ///< judged at this time
    Purpose purpose;
    Revocation revocation = Revocation::WhereKnown;
    /// For a device whose clock is not yet synchronised: "not yet valid" alone is forgiven, expiry is not.
    bool tolerate_not_yet_valid = false;
    std::size_t max_depth = 6;  ///< certificates below the anchor
};

/// The path from the leaf to the anchor, both included. The first path on which everything holds is taken; at most 64
/// signatures are checked whatever was sent in, and at most 32 intermediates are accepted.
///
/// Anchors may have any issuer. Their own signature, validity, extensions and revocation are not judged, but for two:
/// one that says it is no CA, or that may not sign certificates, is no anchor. Who distributes them withdraws one by
/// leaving it out. An intermediate may be given as anchor.
///
/// CRLs count where their issuer on the path signed them: of each scope the full list with the highest number, together with the newest
/// delta among them that fits it; a delta alone not at all. A certificate on a stale list is revoked too; a stale list does not show that
/// one is *not* revoked.
///
/// Rejected, naming the certificate and the reason that came nearest to an anchor: expired, not yet valid, unknown
/// issuer, wrong signature, weak signature (SHA-1 and what we don't know), revoked with serial and date, no current CRL,
/// wrong host, wrong usage, no CA, path too long, unknown critical extension, too much work. Any thread.
[[nodiscard]] Result<std::vector<Certificate>> verify_chain(const Certificate& leaf, const std::vector<Certificate>& intermediates,
                                                            const std::vector<Certificate>& anchors, const std::vector<Crl>& crls,
                                                            const ChainOptions& options);

/// Whether the certificate is for this host: a name matches a DNS alternative name, case-insensitively, where a first
/// label "*" stands for exactly one label (RFC 9525 §6.3); an address matches an IP alternative name.
[[nodiscard]] bool is_for_host(const Certificate& certificate, std::string_view host);

}  // namespace anchor::crypto
