// SPDX-License-Identifier: Apache-2.0

// Signature attributes: parsed, and verified against a key of the id that they name.

#include <cstdlib>

#include <anchor/base/encoding.h>
#include <anchor/measure/ima_signature.h>

namespace {

// The point G of P-256 (FIPS 186-4, D.1.2.3): a key as good as any.
anchor::crypto::PublicKey some_key() {
    const auto x = anchor::from_hex("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296");
    const auto y = anchor::from_hex("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5");
    return anchor::crypto::PublicKey::from_ec_point(anchor::KeyAlg::EcP256, x.value(), y.value()).value();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace anchor;
    using namespace anchor::measure;
    const ByteView attribute(data, size);
    static const crypto::PublicKey key = some_key();
    static const Digest digest = Digest::from(HashAlg::Sha256, Bytes(32, 0x5a)).value();

    const auto signature = ImaSignature::parse(attribute);
    ImaKeys keys;
    keys.add(key, signature ? signature->key : 0);
    const ImaSignatureVerdict verdict = keys.verify(attribute, {{}, "sha256", HashAlg::Sha256, digest.view()});
    if ((verdict == ImaSignatureVerdict::Malformed) == signature.has_value()) std::abort();
    return 0;
}
