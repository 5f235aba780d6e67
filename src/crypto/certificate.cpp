// SPDX-License-Identifier: Apache-2.0
#include <anchor/crypto/certificate.h>

#include <algorithm>

#include <anchor/base/encoding.h>
#include <anchor/crypto/hash.h>

#include "distinguished_name.h"
#include "extensions.h"
#include "pem.h"
#include "signed_object.h"

namespace anchor::crypto {
namespace {

constexpr std::string_view kPemLabel = "CERTIFICATE";
constexpr std::uint32_t kVersion3 = 2;
constexpr std::size_t kMaxSerial = 20;  // RFC 5280 §4.1.2.2

}  // namespace

// Views point into `der`, which never moves: a State is made once and shared.
struct Certificate::State {
    Bytes der;
    SignedObject object;
    ByteView serial;
    DistinguishedName issuer;
    DistinguishedName subject;
    WallTime not_before;
    WallTime not_after;
    std::optional<PublicKey> key;
    CertificateExtensions extensions;

    Result<void> read();
    Result<void> read_identity(der::Reader& reader);
    Result<void> read_rest(der::Reader& reader);
};

Result<void> Certificate::State::read() {
    ANCHOR_ASSIGN_OR_RETURN(object, read_signed(der, "certificate"));
    der::Reader reader(object.content, object.content_offset);
    ANCHOR_RETURN_IF_ERROR(read_identity(reader));
    return read_rest(reader);
}

// TBSCertificate up to the subject (RFC 5280 §4.1.2)
Result<void> Certificate::State::read_identity(der::Reader& reader) {
    if (!reader.next_is(der::context(0, true))) return rejected("version: not 3");
    ANCHOR_ASSIGN_OR_RETURN(der::Reader version_field, reader.enter(der::context(0, true), "version"));
    ANCHOR_ASSIGN_OR_RETURN(const std::uint32_t version, version_field.small_integer("version"));
    if (version != kVersion3) return rejected("version: not 3");
    ANCHOR_ASSIGN_OR_RETURN(serial, reader.unsigned_integer("serial number"));
    if (serial.size() > kMaxSerial) return rejected("serial number: longer than 20 octets");
    ANCHOR_ASSIGN_OR_RETURN(const der::Element algorithm, reader.expect(der::kSequence, "inner signature algorithm"));
    if (!equal(algorithm.whole, object.algorithm)) return rejected("its two signature algorithms differ");
    ANCHOR_ASSIGN_OR_RETURN(issuer, read_name(reader, "issuer"));
    ANCHOR_ASSIGN_OR_RETURN(der::Reader validity, reader.enter(der::kSequence, "validity"));
    ANCHOR_ASSIGN_OR_RETURN(not_before, validity.time("notBefore"));
    ANCHOR_ASSIGN_OR_RETURN(not_after, validity.time("notAfter"));
    ANCHOR_RETURN_IF_ERROR(validity.expect_end("validity"));
    ANCHOR_ASSIGN_OR_RETURN(subject, read_name(reader, "subject"));
    return {};
}

Result<void> Certificate::State::read_rest(der::Reader& reader) {
    ANCHOR_ASSIGN_OR_RETURN(const der::Element spki, reader.expect(der::kSequence, "public key"));
    ANCHOR_ASSIGN_OR_RETURN(key, PublicKey::from_spki(spki.whole));
    for (const unsigned unique_id : {1U, 2U}) {  // RFC 5280 §4.1.2.8: nobody should, but may
        if (reader.next_is(der::context(unique_id, false))) ANCHOR_RETURN_IF_ERROR(reader.any("unique identifier"));
    }
    if (reader.next_is(der::context(3, true))) {
        ANCHOR_ASSIGN_OR_RETURN(der::Reader field, reader.enter(der::context(3, true), "extensions"));
        ANCHOR_ASSIGN_OR_RETURN(const auto list, read_extensions(field));
        ANCHOR_RETURN_IF_ERROR(field.expect_end("extensions"));
        ANCHOR_ASSIGN_OR_RETURN(extensions, interpret(list));
    }
    return reader.expect_end("certificate");
}

Result<Certificate> Certificate::from_der(ByteView octets) {
    if (octets.size() > kMaxSize) return rejected("certificate: larger than " + std::to_string(kMaxSize) + " octets");
    auto state = std::make_shared<State>();
    state->der = to_bytes(octets);
    auto read = state->read();
    if (!read) return std::move(read).error().within("certificate");
    return Certificate(std::move(state));
}

Result<Certificate> Certificate::from_nv(ByteView octets) {
    der::Reader reader(octets);
    ANCHOR_ASSIGN_OR_RETURN(const der::Element certificate, reader.expect(der::kSequence, "certificate"));
    const ByteView filler = octets.subspan(certificate.whole.size());
    const auto is = [](std::uint8_t octet) { return [octet](std::uint8_t other) { return other == octet; }; };
    if (!std::ranges::all_of(filler, is(0xff)) && !std::ranges::all_of(filler, is(0x00))) {
        return rejected("certificate: unexpected octets at offset " + std::to_string(certificate.whole.size()));
    }
    return from_der(certificate.whole);
}

Result<Certificate> Certificate::from_pem(std::string_view pem) {
    ANCHOR_ASSIGN_OR_RETURN(const Bytes octets, pem_block(pem, kPemLabel));
    return from_der(octets);
}

Result<std::vector<Certificate>> Certificate::bundle_from_pem(std::string_view pem) {
    ANCHOR_ASSIGN_OR_RETURN(const auto blocks, pem_blocks(pem, kPemLabel, kMaxBundle));
    std::vector<Certificate> certificates;
    for (const Bytes& block : blocks) {
        auto certificate = from_der(block);
        if (!certificate)
            return std::move(certificate).error().within("certificate " + std::to_string(certificates.size() + 1) + " of the bundle");
        certificates.push_back(std::move(certificate).value());
    }
    return certificates;
}

ByteView Certificate::der() const noexcept { return state_->der; }
std::string Certificate::pem() const { return to_pem(kPemLabel, state_->der); }
Digest Certificate::fingerprint() const { return hash(HashAlg::Sha256, state_->der); }

const std::string& Certificate::subject_cn() const noexcept { return state_->subject.common_name; }
const std::string& Certificate::subject() const noexcept { return state_->subject.text; }
const std::string& Certificate::issuer() const noexcept { return state_->issuer.text; }
ByteView Certificate::subject_name() const noexcept { return state_->subject.der; }
ByteView Certificate::issuer_name() const noexcept { return state_->issuer.der; }
ByteView Certificate::serial() const noexcept { return state_->serial; }
std::string Certificate::serial_text() const { return to_hex(state_->serial); }
WallTime Certificate::not_before() const noexcept { return state_->not_before; }
WallTime Certificate::not_after() const noexcept { return state_->not_after; }
const PublicKey& Certificate::public_key() const noexcept { return *state_->key; }
const AlternativeNames& Certificate::alternative_names() const noexcept { return state_->extensions.names; }

bool Certificate::allows(KeyUsage usage) const noexcept {
    const auto& bits = state_->extensions.key_usage;
    return !bits || (*bits & (1U << static_cast<unsigned>(usage))) != 0;
}

bool Certificate::has_extended_usage() const noexcept { return state_->extensions.extended_usage.has_value(); }

bool Certificate::allows(ExtendedUsage usage) const noexcept {
    const unsigned bits = state_->extensions.extended_usage.value_or(0);
    const unsigned wanted = (1U << static_cast<unsigned>(usage)) | (1U << static_cast<unsigned>(ExtendedUsage::Any));
    return (bits & wanted) != 0;
}

bool Certificate::is_ca() const noexcept { return state_->extensions.ca; }
std::optional<std::uint32_t> Certificate::path_length() const noexcept { return state_->extensions.path_length; }
ByteView Certificate::subject_key_id() const noexcept { return state_->extensions.subject_key_id; }
ByteView Certificate::authority_key_id() const noexcept { return state_->extensions.authority_key_id; }
const std::string& Certificate::unknown_critical() const noexcept { return state_->extensions.unknown_critical; }
bool Certificate::is_self_issued() const noexcept { return equal(subject_name(), issuer_name()); }
std::optional<SignatureAlgorithm> Certificate::signature_algorithm() const noexcept { return state_->object.scheme; }
Result<void> Certificate::verify_signature(const PublicKey& issuer) const { return verify_signed(state_->object, issuer); }

}  // namespace anchor::crypto
