// SPDX-License-Identifier: Apache-2.0
#include <anchor/crypto/certificate_builder.h>

#include <algorithm>
#include <array>

#include <arpa/inet.h>

#include <anchor/crypto/random.h>

#include "distinguished_name.h"
#include "extensions.h"
#include "oids.h"
#include "signed_object.h"

namespace anchor::crypto {
namespace {

constexpr std::size_t kSerialSize = 16;
constexpr std::size_t kMaxUrnPart = 64;

// Positive, never zero, always as long as it looks: 126 bits are random (RFC 5280 §4.1.2.2 allows 20 octets).
Bytes new_serial() {
    Bytes serial = random_octets(kSerialSize);
    serial[0] = static_cast<std::uint8_t>((serial[0] & 0x7fU) | 0x40U);
    return serial;
}

Result<void> check_validity(Validity validity) {
    if (validity.not_after <= validity.not_before) return rejected("certificate: ends before it begins");
    constexpr WallTime kFirst = std::chrono::sys_days(std::chrono::year(1950) / 1 / 1);
    constexpr WallTime kLast = std::chrono::sys_days(std::chrono::year(10000) / 1 / 1);
    if (validity.not_before < kFirst || validity.not_after >= kLast) return rejected("certificate: outside the years 1950 to 9999");
    return {};
}

Result<void> check_urn_part(std::string_view what, std::string_view text) {
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    };
    if (text.empty() || text.size() > kMaxUrnPart || !std::ranges::all_of(text, plain)) {
        return rejected(std::string(what) + ": not 1 to 64 letters, digits, '.', '_' or '-'");
    }
    return {};
}

Result<Bytes> address_octets(const std::string& text) {
    std::array<std::uint8_t, 16> octets{};
    if (inet_pton(AF_INET, text.c_str(), octets.data()) == 1) return to_bytes(ByteView(octets).first(4));
    if (inet_pton(AF_INET6, text.c_str(), octets.data()) == 1) return to_bytes(octets);
    return rejected("address: neither IPv4 nor IPv6");
}

struct Subject {
    const PublicKey& key;
    std::string_view name;
    Validity validity;
    const std::vector<Bytes>& extensions;
};

// TBSCertificate (RFC 5280 §4.1), signed.
Result<Certificate> sign_certificate(DeviceKey& key, ByteView issuer_name, const Subject& subject) {
    ANCHOR_RETURN_IF_ERROR(check_validity(subject.validity));
    ANCHOR_ASSIGN_OR_RETURN(const Bytes name, common_name(subject.name));
    Bytes extensions = subject_key_id_extension(subject.key);
    for (const Bytes& extension : subject.extensions) append(extensions, extension);

    const Bytes version = der::element(der::context(0, true), {der::small_integer(2)});
    const Bytes validity = der::sequence({der::time(subject.validity.not_before), der::time(subject.validity.not_after)});
    const Bytes to_be_signed = der::sequence({version, der::unsigned_integer(new_serial()), signing_algorithm(key.algorithm()),
                                              issuer_name.empty() ? ByteView(name) : issuer_name, validity, name, subject.key.spki(),
                                              der::element(der::context(3, true), {der::sequence({extensions})})});
    ANCHOR_ASSIGN_OR_RETURN(const Bytes octets, sign_object(key, to_be_signed));
    return Certificate::from_der(octets);
}

std::vector<Bytes> end_entity(ByteView purpose) {
    return {basic_constraints_extension(false, std::nullopt), key_usage_extension({KeyUsage::DigitalSignature}),
            extended_usage_extension(purpose)};
}

std::vector<Bytes> authority_extensions(std::optional<std::uint32_t> path_length) {
    return {basic_constraints_extension(true, path_length), key_usage_extension({KeyUsage::CertSign, KeyUsage::CrlSign})};
}

}  // namespace

Result<Certificate> CertificateBuilder::root(DeviceKey& key, std::string_view name, Validity validity) {
    ANCHOR_ASSIGN_OR_RETURN(const PublicKey public_key, PublicKey::from_spki(key.public_key()));
    return sign_certificate(key, {}, {public_key, name, validity, authority_extensions(std::nullopt)});
}

Result<CertificateBuilder> CertificateBuilder::open(Certificate authority, DeviceKey& key) {
    if (!equal(authority.public_key().spki(), key.public_key())) return rejected("authority: the key is not its certificate's");
    if (!authority.is_ca() || !authority.allows(KeyUsage::CertSign)) return rejected("authority: may not issue certificates");
    return CertificateBuilder(std::move(authority), key);
}

Result<Certificate> CertificateBuilder::issue(const PublicKey& key, std::string_view name, Validity validity,
                                              const std::vector<Bytes>& extensions) {
    if (validity.not_after > authority_.not_after()) return rejected("certificate: outlives its issuer");
    std::vector<Bytes> all = extensions;
    const ByteView own_id = authority_.subject_key_id();
    all.push_back(authority_key_id_extension(own_id.empty() ? key_id_of(authority_.public_key()) : to_bytes(own_id)));
    if (!crl_uri_.empty()) all.push_back(crl_distribution_extension(crl_uri_));
    return sign_certificate(*key_, authority_.subject_name(), {key, name, validity, all});
}

Result<Certificate> CertificateBuilder::authority(const PublicKey& key, std::string_view name, Validity validity,
                                                  std::uint32_t path_length) {
    const auto own = authority_.path_length();
    if (own && path_length >= *own) return rejected("certificate: more authorities below it than its issuer allows");
    return issue(key, name, validity, authority_extensions(path_length));
}

Result<Certificate> CertificateBuilder::device(const PublicKey& key, std::string_view tenant, std::string_view device_id,
                                               Validity validity) {
    ANCHOR_RETURN_IF_ERROR(check_urn_part("tenant", tenant));
    ANCHOR_RETURN_IF_ERROR(check_urn_part("device id", device_id));
    AlternativeNames names;
    names.uris.push_back("urn:anchord:" + std::string(tenant) + ":" + std::string(device_id));
    auto extensions = end_entity(oids::kClientAuth);
    ANCHOR_ASSIGN_OR_RETURN(Bytes alternative, alternative_names_extension(names));
    extensions.push_back(std::move(alternative));
    return issue(key, device_id, validity, extensions);
}

Result<Certificate> CertificateBuilder::server(const PublicKey& key, std::string_view name, const std::vector<std::string>& dns,
                                               const std::vector<std::string>& addresses, Validity validity) {
    AlternativeNames names;
    names.dns = dns;
    for (const std::string& address : addresses) {
        ANCHOR_ASSIGN_OR_RETURN(Bytes octets, address_octets(address));
        names.addresses.push_back(std::move(octets));
    }
    auto extensions = end_entity(oids::kServerAuth);
    ANCHOR_ASSIGN_OR_RETURN(Bytes alternative, alternative_names_extension(names));
    extensions.push_back(std::move(alternative));
    return issue(key, name, validity, extensions);
}

Result<Certificate> CertificateBuilder::claim(const PublicKey& key, std::string_view tenant, std::string_view batch, Validity validity) {
    ANCHOR_RETURN_IF_ERROR(check_urn_part("tenant", tenant));
    ANCHOR_RETURN_IF_ERROR(check_urn_part("batch", batch));
    AlternativeNames names;
    names.uris.push_back("urn:anchord:" + std::string(tenant) + ":claim:" + std::string(batch));
    auto extensions = end_entity(oids::kClientAuth);
    ANCHOR_ASSIGN_OR_RETURN(Bytes alternative, alternative_names_extension(names));
    extensions.push_back(std::move(alternative));
    return issue(key, batch, validity, extensions);
}

}  // namespace anchor::crypto
