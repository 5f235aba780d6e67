// SPDX-License-Identifier: Apache-2.0
#pragma once

// JSON Web Signature (RFC 7515) in the small part that this project speaks: compact, and general JSON with several
// signatures; ES256, ES384 and RS256, each for its own kind of key and no other. What comes in is foreign until a
// key set that the caller trusts has verified it: before that only the headers can be read, and the payload has no
// door at all. Trust never comes from the document itself (jwk, x5c, jku are not read).

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <anchor/base/bytes.h>
#include <anchor/base/result.h>
#include <anchor/core/device_key.h>
#include <anchor/crypto/public_key.h>

namespace anchor::crypto {

/// Bounds on foreign input; beyond them a document is refused unread.
struct JwsLimits {
    std::size_t octets = 1U << 20U;
    std::size_t header_octets = 4096;
    std::size_t signatures = 16;
};

/// Trusted keys by the `kid` under which they sign. Who fills it decides what they may sign: pass only the keys that
/// have the role which this document asks for.
using JwsKeys = std::map<std::string, PublicKey, std::less<>>;

/// Who signs, and under which name. The key must outlive the call.
struct JwsSigner {
    std::string kid;
    DeviceKey& key;
};

/// What one signature says about itself. Printable ASCII of bounded length, but unverified.
struct JwsHeader {
    std::string alg;
    std::string kid;
    std::string typ;
};

/// A payload that at least one trusted key has signed.
struct VerifiedJws {
    Bytes payload;
    /// Under which kid each *distinct* key has signed, in the order of the document. A key that signed twice, or is
    /// known under two names, stands here once, so that the size can be held against a "k of n".
    std::vector<std::string> kids;
};

class UnverifiedJws {
public:
    /// Reads the compact (§7.1) or the general JSON serialisation (§7.2.1). Rejected, for the whole document, where any
    /// signature has: an `alg` other than the three, any `crit`, any `b64`, an unprotected header, no `kid` or `typ`;
    /// where a name is duplicated, an encoding is not canonical, the signatures differ in `typ`, or a bound is exceeded.
    /// Header parameters that are not named here are ignored, as §4 demands.
    [[nodiscard]] static Result<UnverifiedJws> parse(std::string_view text, JwsLimits limits = {});

    /// One a signature, at least one. Good for choosing a key set, for nothing else.
    [[nodiscard]] std::vector<JwsHeader> headers() const;
    [[nodiscard]] const std::string& typ() const noexcept;

    /// The payload, where it is of kind `typ` (compared exactly: a document of one kind never passes for another) and at
    /// least one key of the set has signed it. Signatures by unknown keys are passed over: a successor key may sign ahead
    /// of its time. Rejected: another kind, no valid signature (says why for each), or an `alg` that is not the one of the
    /// key it names, which is an attack and not a missing key.
    [[nodiscard]] Result<VerifiedJws> verify(std::string_view typ, const JwsKeys& keys) const;

private:
    friend Result<std::string> combine_jws(std::span<const UnverifiedJws> documents);

    struct Signature {
        JwsHeader header;
        std::string protected_text;  // base64url, as it was signed
        Bytes octets;
    };

    std::string payload_text_;  // base64url, as it was signed
    std::vector<Signature> signatures_;
};

/// Signs with one key, compact. The algorithm follows from the key: ES256 for P-256, ES384 for P-384, RS256 for RSA. RSA is
/// there for TPMs that have nothing better; PS256 is not, because TPMs choose a salt length that RFC 7518 §3.5 forbids.
/// Rejected: kid or typ is not 1 to 128 printable ASCII characters. Otherwise the errors of the key.
[[nodiscard]] Result<std::string> sign_jws(std::string_view typ, ByteView payload, const JwsSigner& signer);

/// Signs with several keys, general JSON. Rejected also without signers.
[[nodiscard]] Result<std::string> sign_jws(std::string_view typ, ByteView payload, std::span<const JwsSigner> signers);

/// One general document with the signatures of all: for keys that are never in the same room. Verifies nothing. Rejected
/// where the documents differ in payload or typ, or there are none.
[[nodiscard]] Result<std::string> combine_jws(std::span<const UnverifiedJws> documents);

}  // namespace anchor::crypto
