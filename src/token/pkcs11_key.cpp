// SPDX-License-Identifier: Apache-2.0
#include <anchor/token/pkcs11_key.h>

#include <algorithm>
#include <array>

#include "pkcs11_module.h"

namespace anchor::token {
namespace {

constexpr std::size_t kLargestSignature = 512;  // RSA-4096

// RFC 8017 §9.2: DigestInfo up to the digest itself.
Bytes digest_info(const Digest& digest) {
    static constexpr std::array<std::uint8_t, 19> kSha256 = {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
                                                             0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};
    Bytes info(kSha256.begin(), kSha256.end());
    const std::size_t size = digest.view().size();
    info[1] = static_cast<std::uint8_t>(17 + size);
    info[14] = digest.alg() == HashAlg::Sha256 ? 1 : digest.alg() == HashAlg::Sha384 ? 2 : 3;
    info[18] = static_cast<std::uint8_t>(size);
    info.insert(info.end(), digest.view().begin(), digest.view().end());
    return info;
}

// CKA_EC_POINT is the DER OCTET STRING of the point (PKCS #11 §2.3.3); some tokens leave the wrapping out.
Result<crypto::PublicKey> elliptic(Bytes point) {
    if (point.size() > 2 && point[0] == 0x04 && point[1] == point.size() - 2) point.erase(point.begin(), point.begin() + 2);
    const bool uncompressed = !point.empty() && point[0] == 0x04 && point.size() % 2 == 1;
    const std::size_t field = point.size() / 2;
    if (!uncompressed || (field != 32 && field != 48)) return rejected("the token's key is on no curve of ours: P-256 and P-384 are");
    const ByteView octets(point);
    return crypto::PublicKey::from_ec_point(field == 32 ? KeyAlg::EcP256 : KeyAlg::EcP384, octets.subspan(1, field),
                                            octets.subspan(1 + field));
}

Result<crypto::PublicKey> public_key_of(Pkcs11Module& module, CK_OBJECT_HANDLE object) {
    ANCHOR_ASSIGN_OR_RETURN(const Bytes type, module.attribute(object, CKA_KEY_TYPE));
    CK_KEY_TYPE kind = ~CK_KEY_TYPE{0};
    if (type.size() == sizeof kind) std::copy(type.begin(), type.end(), reinterpret_cast<std::uint8_t*>(&kind));
    if (kind == CKK_EC) {
        ANCHOR_ASSIGN_OR_RETURN(Bytes point, module.attribute(object, CKA_EC_POINT));
        return elliptic(std::move(point));
    }
    if (kind != CKK_RSA) return rejected("the token's key is neither elliptic nor RSA");
    ANCHOR_ASSIGN_OR_RETURN(const Bytes modulus, module.attribute(object, CKA_MODULUS));
    ANCHOR_ASSIGN_OR_RETURN(const Bytes exponent, module.attribute(object, CKA_PUBLIC_EXPONENT));
    if (exponent.size() > 4) return rejected("the token's key has a public exponent larger than any in use");
    std::uint32_t value = 0;
    for (const std::uint8_t octet : exponent) value = value << 8U | octet;
    return crypto::PublicKey::from_rsa(modulus, value);
}

std::vector<CK_ATTRIBUTE> attributes_of(CK_OBJECT_CLASS& what, std::string& label, Bytes& id) {
    std::vector<CK_ATTRIBUTE> attributes{{CKA_CLASS, &what, sizeof what}};
    if (!label.empty()) attributes.push_back({CKA_LABEL, label.data(), label.size()});
    if (!id.empty()) attributes.push_back({CKA_ID, id.data(), id.size()});
    return attributes;
}

}  // namespace

Pkcs11Key::Pkcs11Key(std::unique_ptr<Pkcs11Module> module, unsigned long private_key, crypto::PublicKey public_key, SecretBytes pin)
    : module_(std::move(module)), private_(private_key), public_(std::move(public_key)), pin_(std::move(pin)) {}
Pkcs11Key::~Pkcs11Key() = default;

Result<std::shared_ptr<Pkcs11Key>> Pkcs11Key::open(const Pkcs11Uri& uri, SecretBytes pin) {
    ANCHOR_ASSIGN_OR_RETURN(auto module, Pkcs11Module::open(uri.module));
    ANCHOR_RETURN_IF_ERROR(module->open_session(uri.token, uri.serial));
    ANCHOR_RETURN_IF_ERROR(module->log_in(CKU_USER, pin.view()));
    std::string label = uri.object;
    Bytes id = uri.id;
    CK_OBJECT_CLASS what = CKO_PRIVATE_KEY;
    ANCHOR_ASSIGN_OR_RETURN(const CK_OBJECT_HANDLE key, module->find("private key", attributes_of(what, label, id)));
    // A pair has one CKA_ID, and mostly one label.
    ANCHOR_ASSIGN_OR_RETURN(id, module->attribute(key, CKA_ID));
    what = CKO_PUBLIC_KEY;
    std::string any;
    ANCHOR_ASSIGN_OR_RETURN(const CK_OBJECT_HANDLE beside, module->find("public key", attributes_of(what, id.empty() ? label : any, id)));
    ANCHOR_ASSIGN_OR_RETURN(auto public_key, public_key_of(*module, beside));
    const auto each_time = module->attribute(key, CKA_ALWAYS_AUTHENTICATE);
    std::shared_ptr<Pkcs11Key> opened(new Pkcs11Key(std::move(module), key, std::move(public_key), std::move(pin)));
    opened->asks_each_time_ = each_time && !each_time->empty() && each_time->front() != CK_FALSE;
    return opened;
}

Result<Bytes> Pkcs11Key::sign(SignatureScheme scheme, const Digest& digest) {
    const std::size_t field = crypto::field_size(algorithm());
    const bool elliptic = field != 0;
    if (scheme != (elliptic ? SignatureScheme::Ecdsa : SignatureScheme::RsaPkcs1))
        return rejected("the token's key does not sign like that");
    Bytes input = elliptic ? to_bytes(digest.view().first(std::min(field, digest.view().size()))) : digest_info(digest);
    CK_MECHANISM mechanism{elliptic ? CK_MECHANISM_TYPE{CKM_ECDSA} : CK_MECHANISM_TYPE{CKM_RSA_PKCS}, nullptr, 0};
    auto& calls = module_->calls();
    if (const CK_RV code = calls.C_SignInit(module_->session(), &mechanism, private_); code != CKR_OK) return pkcs11_failure("sign", code);
    if (asks_each_time_) ANCHOR_RETURN_IF_ERROR(module_->log_in(CKU_CONTEXT_SPECIFIC, pin_.view()));
    Bytes signature(kLargestSignature);
    CK_ULONG size = signature.size();
    if (const CK_RV code = calls.C_Sign(module_->session(), input.data(), input.size(), signature.data(), &size); code != CKR_OK)
        return pkcs11_failure("sign", code);
    signature.resize(size);
    // A token that signs with another key, or wrongly, is found here and not by a whole fleet.
    if (!public_.verify(scheme, digest, signature)) return unavailable("the token gave a signature that is not by its key");
    return signature;
}

}  // namespace anchor::token
