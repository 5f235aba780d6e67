// SPDX-License-Identifier: Apache-2.0
#include <anchor/crypto/certificate_request.h>

#include <optional>

#include "distinguished_name.h"
#include "extensions.h"
#include "oids.h"
#include "pem.h"
#include "signed_object.h"

namespace anchor::crypto {
namespace {

constexpr std::string_view kPemLabel = "CERTIFICATE REQUEST";
constexpr std::uint8_t kAttributes = der::context(0, true);

// The extensions that the request asks for (RFC 2985 §5.4.2); other attributes are ignored.
Result<AlternativeNames> read_attributes(der::Reader attributes) {
    std::optional<AlternativeNames> names;
    while (!attributes.at_end()) {
        ANCHOR_ASSIGN_OR_RETURN(der::Reader attribute, attributes.enter(der::kSequence, "attribute"));
        ANCHOR_ASSIGN_OR_RETURN(const der::Element type, attribute.expect(der::kOid, "attribute"));
        ANCHOR_ASSIGN_OR_RETURN(der::Reader values, attribute.enter(der::kSet, "attribute values"));
        ANCHOR_RETURN_IF_ERROR(attribute.expect_end("attribute"));
        if (!equal(type.content, oids::kExtensionRequest)) continue;
        if (names) return rejected("extension request: twice");
        ANCHOR_ASSIGN_OR_RETURN(const auto list, read_extensions(values));
        ANCHOR_RETURN_IF_ERROR(values.expect_end("extension request"));
        ANCHOR_ASSIGN_OR_RETURN(CertificateExtensions extensions, interpret(list));
        names = std::move(extensions.names);
    }
    return names.value_or(AlternativeNames());
}

}  // namespace

struct CertificateRequest::State {
    Bytes der;
    DistinguishedName subject;
    std::optional<PublicKey> key;
    AlternativeNames names;

    Result<void> read();
};

// CertificationRequestInfo (RFC 2986 §4.1)
Result<void> CertificateRequest::State::read() {
    ANCHOR_ASSIGN_OR_RETURN(const SignedObject object, read_signed(der, "request"));
    der::Reader reader(object.content, object.content_offset);
    ANCHOR_ASSIGN_OR_RETURN(const std::uint32_t version, reader.small_integer("version"));
    if (version != 0) return rejected("version: not 1");
    ANCHOR_ASSIGN_OR_RETURN(subject, read_name(reader, "subject"));
    ANCHOR_ASSIGN_OR_RETURN(const der::Element spki, reader.expect(der::kSequence, "public key"));
    ANCHOR_ASSIGN_OR_RETURN(key, PublicKey::from_spki(spki.whole));
    if (reader.next_is(kAttributes)) {
        ANCHOR_ASSIGN_OR_RETURN(der::Reader attributes, reader.enter(kAttributes, "attributes"));
        ANCHOR_ASSIGN_OR_RETURN(names, read_attributes(attributes));
    }
    ANCHOR_RETURN_IF_ERROR(reader.expect_end("request"));
    return verify_signed(object, *key);
}

Result<CertificateRequest> CertificateRequest::from_der(ByteView octets) {
    if (octets.size() > kMaxSize) return rejected("request: larger than " + std::to_string(kMaxSize) + " octets");
    auto state = std::make_shared<State>();
    state->der = to_bytes(octets);
    auto read = state->read();
    if (!read) return std::move(read).error().within("certificate request");
    return CertificateRequest(std::move(state));
}

Result<CertificateRequest> CertificateRequest::from_pem(std::string_view pem) {
    ANCHOR_ASSIGN_OR_RETURN(const Bytes octets, pem_block(pem, kPemLabel));
    return from_der(octets);
}

Result<CertificateRequest> CertificateRequest::make(DeviceKey& key, std::string_view name, const std::vector<std::string>& uris) {
    ANCHOR_ASSIGN_OR_RETURN(const Bytes subject, crypto::common_name(name));
    Bytes attributes;
    if (!uris.empty()) {
        AlternativeNames names;
        names.uris = uris;
        ANCHOR_ASSIGN_OR_RETURN(const Bytes extension, alternative_names_extension(names));
        const Bytes values = der::element(der::kSet, {der::sequence({extension})});
        attributes = der::sequence({der::oid(oids::kExtensionRequest), values});
    }
    const Bytes info = der::sequence({der::small_integer(0), subject, key.public_key(), der::element(kAttributes, {attributes})});
    ANCHOR_ASSIGN_OR_RETURN(const Bytes octets, sign_object(key, info));
    return from_der(octets);
}

ByteView CertificateRequest::der() const noexcept { return state_->der; }
std::string CertificateRequest::pem() const { return to_pem(kPemLabel, state_->der); }
const std::string& CertificateRequest::subject_cn() const noexcept { return state_->subject.common_name; }
const std::string& CertificateRequest::subject() const noexcept { return state_->subject.text; }
const PublicKey& CertificateRequest::public_key() const noexcept { return *state_->key; }
const AlternativeNames& CertificateRequest::alternative_names() const noexcept { return state_->names; }

}  // namespace anchor::crypto
