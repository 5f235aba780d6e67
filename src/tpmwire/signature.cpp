// SPDX-License-Identifier: Apache-2.0
#include <tss2/tss2_tpm2_types.h>

#include <anchor/tpmwire/attestation.h>

#include "fields.h"
#include "octet_writer.h"

namespace anchor::tpmwire {

namespace {

constexpr std::size_t kLargestRsaSignature = 512;
constexpr std::size_t kLargestCoordinate = 48;

Result<SignatureScheme> read_scheme(ByteReader& reader) {
    ANCHOR_ASSIGN_OR_RETURN(const auto alg, reader.u16_be("sigAlg"));
    switch (alg) {
        case TPM2_ALG_ECDSA: return SignatureScheme::Ecdsa;
        case TPM2_ALG_RSASSA: return SignatureScheme::RsaPkcs1;
        case TPM2_ALG_RSAPSS: return SignatureScheme::RsaPss;
        default: return rejected("sigAlg: " + std::to_string(alg) + " is not known");
    }
}

Result<Bytes> read_number(ByteReader& reader, std::size_t limit, std::string_view field) {
    ANCHOR_ASSIGN_OR_RETURN(const ByteView number, read_sized(reader, limit, field));
    if (number.empty()) return rejected(std::string(field) + ": is empty");
    return to_bytes(number);
}

Result<Signature> read_signature(ByteReader& reader) {
    Signature signature;
    ANCHOR_ASSIGN_OR_RETURN(signature.scheme, read_scheme(reader));
    ANCHOR_ASSIGN_OR_RETURN(signature.hash, read_hash_alg(reader, "hash"));
    if (signature.scheme == SignatureScheme::Ecdsa) {
        ANCHOR_ASSIGN_OR_RETURN(signature.value, read_number(reader, kLargestCoordinate, "signatureR"));
        ANCHOR_ASSIGN_OR_RETURN(signature.value_s, read_number(reader, kLargestCoordinate, "signatureS"));
    } else {
        ANCHOR_ASSIGN_OR_RETURN(signature.value, read_number(reader, kLargestRsaSignature, "sig"));
    }
    ANCHOR_RETURN_IF_ERROR(reader.expect_end("TPMT_SIGNATURE"));
    return signature;
}

std::uint16_t tpm_alg_id(SignatureScheme scheme) {
    switch (scheme) {
        case SignatureScheme::Ecdsa: return TPM2_ALG_ECDSA;
        case SignatureScheme::RsaPkcs1: return TPM2_ALG_RSASSA;
        case SignatureScheme::RsaPss: return TPM2_ALG_RSAPSS;
    }
    return TPM2_ALG_NULL;
}

Result<void> append_padded(Bytes& to, ByteView number, std::size_t size) {
    while (number.size() > size && number.front() == 0) number = number.subspan(1);
    if (number.size() > size) return rejected("signature: a number is longer than the key's field");
    to.insert(to.end(), size - number.size(), 0);
    append(to, number);
    return {};
}

}  // namespace

Result<Signature> parse_signature(ByteView tpmt_signature) {
    ByteReader reader(tpmt_signature);
    auto signature = read_signature(reader);
    if (!signature) return std::move(signature).error().within("signature");
    return signature;
}

Bytes marshal(const Signature& signature) {
    OctetWriter out;
    out.u16(tpm_alg_id(signature.scheme)).u16(anchor::tpm_alg_id(signature.hash)).sized(signature.value);
    if (signature.scheme == SignatureScheme::Ecdsa) out.sized(signature.value_s);
    return std::move(out).take();
}

Result<Bytes> plain_signature(const Signature& signature, KeyAlg key) {
    if ((signature.scheme == SignatureScheme::Ecdsa) != is_elliptic(key)) return rejected("signature: not of the key's type");
    if (!is_elliptic(key)) return signature.value;
    Bytes both;
    ANCHOR_RETURN_IF_ERROR(append_padded(both, signature.value, crypto::field_size(key)));
    ANCHOR_RETURN_IF_ERROR(append_padded(both, signature.value_s, crypto::field_size(key)));
    return both;
}

}  // namespace anchor::tpmwire
