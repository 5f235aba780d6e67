// SPDX-License-Identifier: Apache-2.0
#include <anchor/core/digest.h>

#include <anchor/base/encoding.h>

namespace anchor {

Result<Digest> Digest::from(HashAlg alg, ByteView octets) {
    if (octets.size() != digest_size(alg)) {
        return rejected(std::string(to_string(alg)) + " digest of " + std::to_string(octets.size()) + " octets, expected " +
                        std::to_string(digest_size(alg)));
    }
    Digest digest(alg);
    std::ranges::copy(octets, digest.octets_.begin());
    return digest;
}

std::string Digest::text() const { return std::string(to_string(alg_)) + ":" + to_hex(view()); }

Result<Digest> Digest::from_text(std::string_view text) {
    const auto colon = text.find(':');
    const auto alg = hash_alg_from(text.substr(0, colon));
    if (colon == std::string_view::npos || !alg) {
        return rejected("digest \"" + std::string(text.substr(0, 80)) + "\" does not begin with sha1:, sha256:, sha384: or sha512:");
    }
    ANCHOR_ASSIGN_OR_RETURN(const Bytes octets, from_hex(text.substr(colon + 1)));
    return from(*alg, octets);
}

}  // namespace anchor
