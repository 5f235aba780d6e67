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

// Of tests/vectors/ima: the one that version 1 of the corpus names.
constexpr const char* kRsa =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAyS1JDQzlRh4W5E/vDvwT\n"
    "dC3BSVaVANU00+ql8Otfv5beTRV2hKXl/bTmQ3Op/TCzl1qNBh1ZAgDY+Q3fy4KG\n"
    "PG34/IwHisK3Aa3lx/dE4D4OMx508UkoUj5krEay36GwWZArzMK+aONLUr0N/tnF\n"
    "wdTFEvUdlWV0+imqiOQiEa2SBdNv0zGOud/IADDd0xmCXNbwi/ix0MvEWdkPDhJI\n"
    "7ynnohqplksbecg41LXMT4NHiSi+sOh382QgFD6EVL30K3CWobrt/vYck6VLb+sM\n"
    "qTci2Ollx1CTzz7q829ovYMiWXocT20+F00wYJx5NFu+lyB0F/NfchVps8C80HNQ\n"
    "6wIDAQAB\n"
    "-----END PUBLIC KEY-----\n";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace anchor;
    using namespace anchor::measure;
    const ByteView attribute(data, size);
    static const crypto::PublicKey key = some_key();
    static const crypto::PublicKey rsa = crypto::PublicKey::from_pem(kRsa).value();
    static const Digest digest = Digest::from(HashAlg::Sha256, Bytes(32, 0x5a)).value();

    const auto signature = ImaSignature::parse(attribute);
    ImaKeys keys;
    keys.add(key, signature ? signature->key : 0, true);
    keys.add(rsa, std::nullopt, true);
    const ImaSignatureVerdict verdict = keys.verify(attribute, {{}, "sha256", HashAlg::Sha256, digest.view()});
    if ((verdict == ImaSignatureVerdict::Malformed) == signature.has_value()) std::abort();
    return 0;
}
