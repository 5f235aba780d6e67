// SPDX-License-Identifier: Apache-2.0
#include "signed_object.h"

#include <string>

#include <anchor/crypto/hash.h>

#include "oids.h"

namespace anchor::crypto {
namespace {

struct Known {
    ByteView oid;
    SignatureAlgorithm algorithm;
};

const Known kKnown[] = {
    {oids::kEcdsaWithSha256, {SignatureScheme::Ecdsa, HashAlg::Sha256}},
    {oids::kEcdsaWithSha384, {SignatureScheme::Ecdsa, HashAlg::Sha384}},
    {oids::kEcdsaWithSha512, {SignatureScheme::Ecdsa, HashAlg::Sha512}},
    {oids::kEcdsaWithSha1, {SignatureScheme::Ecdsa, HashAlg::Sha1}},
    {oids::kSha256WithRsa, {SignatureScheme::RsaPkcs1, HashAlg::Sha256}},
    {oids::kSha384WithRsa, {SignatureScheme::RsaPkcs1, HashAlg::Sha384}},
    {oids::kSha512WithRsa, {SignatureScheme::RsaPkcs1, HashAlg::Sha512}},
    {oids::kSha1WithRsa, {SignatureScheme::RsaPkcs1, HashAlg::Sha1}},
};

std::optional<HashAlg> hash_of(ByteView oid) {
    if (equal(oid, oids::kSha256)) return HashAlg::Sha256;
    if (equal(oid, oids::kSha384)) return HashAlg::Sha384;
    if (equal(oid, oids::kSha512)) return HashAlg::Sha512;
    return std::nullopt;
}

// The hash of an AlgorithmIdentifier with parameters NULL or none (RFC 4055 §2.1).
Result<std::optional<HashAlg>> read_hash(der::Reader& outer) {
    ANCHOR_ASSIGN_OR_RETURN(der::Reader algorithm, outer.enter(der::kSequence, "PSS hash"));
    ANCHOR_ASSIGN_OR_RETURN(const der::Element oid, algorithm.expect(der::kOid, "PSS hash"));
    return hash_of(oid.content);
}

// RSASSA-PSS-params (RFC 8017 §A.2.3). Only the form in which hash, mask and salt agree is verified here; the defaults
// stand for SHA-1 and are not.
Result<std::optional<SignatureAlgorithm>> read_pss(der::Reader& outer) {
    const std::optional<SignatureAlgorithm> none;
    ANCHOR_ASSIGN_OR_RETURN(der::Reader parameters, outer.enter(der::kSequence, "PSS parameters"));
    if (!parameters.next_is(der::context(0, true))) return none;
    ANCHOR_ASSIGN_OR_RETURN(der::Reader hash_field, parameters.enter(der::context(0, true), "PSS hash"));
    ANCHOR_ASSIGN_OR_RETURN(const auto hash, read_hash(hash_field));
    if (!parameters.next_is(der::context(1, true))) return none;
    ANCHOR_ASSIGN_OR_RETURN(der::Reader mask_field, parameters.enter(der::context(1, true), "PSS mask"));
    ANCHOR_ASSIGN_OR_RETURN(der::Reader mask, mask_field.enter(der::kSequence, "PSS mask"));
    ANCHOR_ASSIGN_OR_RETURN(const der::Element mask_oid, mask.expect(der::kOid, "PSS mask"));
    ANCHOR_ASSIGN_OR_RETURN(const auto mask_hash, read_hash(mask));
    if (!parameters.next_is(der::context(2, true))) return none;
    ANCHOR_ASSIGN_OR_RETURN(der::Reader salt_field, parameters.enter(der::context(2, true), "PSS salt"));
    ANCHOR_ASSIGN_OR_RETURN(const std::uint32_t salt, salt_field.small_integer("PSS salt"));
    ANCHOR_RETURN_IF_ERROR(parameters.expect_end("PSS parameters"));

    const bool agree = hash && hash == mask_hash && equal(mask_oid.content, oids::kMgf1) && salt == digest_size(*hash);
    return agree ? std::optional(SignatureAlgorithm{SignatureScheme::RsaPss, *hash}) : none;
}

Result<std::optional<SignatureAlgorithm>> read_algorithm(der::Reader algorithm) {
    ANCHOR_ASSIGN_OR_RETURN(const der::Element oid, algorithm.expect(der::kOid, "signature algorithm"));
    if (equal(oid.content, oids::kRsaPss)) return read_pss(algorithm);
    for (const Known& known : kKnown) {
        if (!equal(oid.content, known.oid)) continue;
        if (known.algorithm.scheme == SignatureScheme::RsaPkcs1 && algorithm.next_is(der::kNull)) {
            ANCHOR_RETURN_IF_ERROR(algorithm.expect(der::kNull, "signature parameters"));
        }
        ANCHOR_RETURN_IF_ERROR(algorithm.expect_end("signature algorithm"));
        return std::optional(known.algorithm);
    }
    return std::optional<SignatureAlgorithm>();
}

SignatureAlgorithm chosen(KeyAlg alg) {
    if (!is_elliptic(alg)) return {SignatureScheme::RsaPkcs1, HashAlg::Sha256};
    return {SignatureScheme::Ecdsa, alg == KeyAlg::EcP384 ? HashAlg::Sha384 : HashAlg::Sha256};
}

}  // namespace

Result<SignedObject> read_signed(ByteView octets, std::string_view what) {
    SignedObject object;
    ANCHOR_ASSIGN_OR_RETURN(der::Reader outer, der::read_only(octets, der::kSequence, what));
    ANCHOR_ASSIGN_OR_RETURN(const der::Element signed_part, outer.expect(der::kSequence, "signed part"));
    ANCHOR_ASSIGN_OR_RETURN(const der::Element algorithm, outer.expect(der::kSequence, "signature algorithm"));
    ANCHOR_ASSIGN_OR_RETURN(object.signature, outer.bit_octets("signature"));
    ANCHOR_RETURN_IF_ERROR(outer.expect_end(what));
    object.to_be_signed = signed_part.whole;
    object.content = signed_part.content;
    object.content_offset = static_cast<std::size_t>(signed_part.content.data() - octets.data());
    object.algorithm = algorithm.whole;
    ANCHOR_ASSIGN_OR_RETURN(object.scheme, read_algorithm(der::Reader(algorithm.content)));
    return object;
}

Result<Digest> signed_digest(const SignedObject& object) {
    if (!object.scheme) return rejected("weak signature: an algorithm that we don't accept");
    if (object.scheme->hash == HashAlg::Sha1) return rejected("weak signature: SHA-1");
    return hash(object.scheme->hash, object.to_be_signed);
}

Result<void> verify_signed(const SignedObject& object, const PublicKey& key) {
    ANCHOR_ASSIGN_OR_RETURN(const Digest digest, signed_digest(object));
    return verify_signed(object, digest, key);
}

Result<void> verify_signed(const SignedObject& object, const Digest& digest, const PublicKey& key) {
    if (object.scheme->scheme != SignatureScheme::Ecdsa) return key.verify(object.scheme->scheme, digest, object.signature);
    if (!is_elliptic(key.algorithm())) return rejected("signature: scheme does not fit the key");
    ANCHOR_ASSIGN_OR_RETURN(const Bytes raw, ecdsa_from_der(key.algorithm(), object.signature));
    return key.verify(SignatureScheme::Ecdsa, digest, raw);
}

Bytes signing_algorithm(KeyAlg alg) {
    const SignatureAlgorithm algorithm = chosen(alg);
    for (const Known& known : kKnown) {
        if (known.algorithm != algorithm) continue;
        return is_elliptic(alg) ? der::sequence({der::oid(known.oid)}) : der::sequence({der::oid(known.oid), der::null()});
    }
    return {};
}

Result<Bytes> sign_object(DeviceKey& key, ByteView to_be_signed) {
    const SignatureAlgorithm algorithm = chosen(key.algorithm());
    ANCHOR_ASSIGN_OR_RETURN(Bytes signature, key.sign(algorithm.scheme, hash(algorithm.hash, to_be_signed)));
    if (algorithm.scheme == SignatureScheme::Ecdsa) {
        ANCHOR_ASSIGN_OR_RETURN(signature, ecdsa_to_der(key.algorithm(), signature));
    }
    return der::sequence({to_be_signed, signing_algorithm(key.algorithm()), der::bit_string(signature)});
}

}  // namespace anchor::crypto
