// SPDX-License-Identifier: Apache-2.0
#include "extensions.h"

#include <algorithm>

#include <anchor/crypto/hash.h>

#include "oids.h"

namespace anchor::crypto {
namespace {

constexpr std::size_t kMaxExtensions = 64;
constexpr std::size_t kMaxKeyId = 64;  // of the longest digest; it becomes part of names that we keep
constexpr std::uint8_t kDnsName = der::context(2, false);
constexpr std::uint8_t kDirectoryName = der::context(4, true);
constexpr std::uint8_t kUri = der::context(6, false);
constexpr std::uint8_t kAddress = der::context(7, false);

bool is_visible_ascii(ByteView text) {
    return !text.empty() && std::ranges::all_of(text, [](std::uint8_t octet) { return octet > 0x20 && octet < 0x7f; });
}

Result<std::uint16_t> read_key_usage(ByteView value) {
    der::Reader reader(value);
    ANCHOR_ASSIGN_OR_RETURN(const der::Element bits, reader.expect(der::kBitString, "key usage"));
    ANCHOR_RETURN_IF_ERROR(reader.expect_end("key usage"));
    if (bits.content.size() < 2 || bits.content.size() > 3 || bits.content[0] > 7) return rejected("key usage: no bits");
    std::uint16_t usage = 0;
    for (unsigned n = 0; n < 8 * (bits.content.size() - 1); ++n) {
        if ((bits.content[1 + n / 8] & (0x80U >> (n % 8))) != 0) usage = static_cast<std::uint16_t>(usage | (1U << n));
    }
    return usage;
}

Result<std::uint8_t> read_extended_usage(ByteView value) {
    ANCHOR_ASSIGN_OR_RETURN(der::Reader purposes, der::read_only(value, der::kSequence, "extended key usage"));
    unsigned usage = 0;
    do {
        ANCHOR_ASSIGN_OR_RETURN(const der::Element purpose, purposes.expect(der::kOid, "extended key usage"));
        const auto add = [&](ByteView oid, ExtendedUsage bit) {
            if (equal(purpose.content, oid)) usage |= 1U << static_cast<unsigned>(bit);
        };
        add(oids::kServerAuth, ExtendedUsage::ServerAuth);
        add(oids::kClientAuth, ExtendedUsage::ClientAuth);
        add(oids::kEndorsementKey, ExtendedUsage::EndorsementKey);
        add(oids::kAnyExtendedUsage, ExtendedUsage::Any);
    } while (!purposes.at_end());
    return static_cast<std::uint8_t>(usage);
}

// DER leaves out a cA of FALSE; manufacturers write it, and it does no harm.
Result<void> read_basic_constraints(ByteView value, CertificateExtensions& into) {
    ANCHOR_ASSIGN_OR_RETURN(der::Reader constraints, der::read_only(value, der::kSequence, "basic constraints"));
    if (constraints.next_is(der::kBoolean)) {
        ANCHOR_ASSIGN_OR_RETURN(into.ca, constraints.boolean("basic constraints"));
    }
    if (constraints.next_is(der::kInteger)) {
        ANCHOR_ASSIGN_OR_RETURN(into.path_length, constraints.small_integer("path length"));
    }
    return constraints.expect_end("basic constraints");
}

Result<void> add_name(const der::Element& name, AlternativeNames& into) {
    if (name.tag == kDnsName || name.tag == kUri) {
        // A zero octet or a space inside a name is an attack on whoever compares it as text.
        if (!is_visible_ascii(name.content)) return rejected("alternative name: not visible ASCII");
        (name.tag == kDnsName ? into.dns : into.uris).emplace_back(as_text(name.content));
    } else if (name.tag == kAddress) {
        if (name.content.size() != 4 && name.content.size() != 16) return rejected("alternative name: address of a strange size");
        into.addresses.push_back(to_bytes(name.content));
    } else if (name.tag == kDirectoryName) {
        into.directory_names.push_back(to_bytes(name.content));
    }
    return {};
}

Result<AlternativeNames> read_alternative_names(ByteView value) {
    AlternativeNames names;
    ANCHOR_ASSIGN_OR_RETURN(der::Reader reader, der::read_only(value, der::kSequence, "alternative names"));
    while (!reader.at_end()) {
        ANCHOR_ASSIGN_OR_RETURN(const der::Element name, reader.any("alternative name"));
        ANCHOR_RETURN_IF_ERROR(add_name(name, names));
    }
    return names;
}

Result<Bytes> read_key_id(ByteView id, const std::string& field) {
    if (id.size() > kMaxKeyId) return rejected(field + ": larger than " + std::to_string(kMaxKeyId) + " octets");
    return to_bytes(id);
}

Result<Bytes> read_subject_key_id(ByteView value) {
    der::Reader reader(value);
    ANCHOR_ASSIGN_OR_RETURN(const der::Element id, reader.expect(der::kOctetString, "subject key identifier"));
    ANCHOR_RETURN_IF_ERROR(reader.expect_end("subject key identifier"));
    return read_key_id(id.content, "subject key identifier");
}

Result<void> interpret_one(const Extension& extension, CertificateExtensions& into) {
    const auto is = [&](ByteView oid) { return equal(extension.oid, oid); };
    if (is(oids::kKeyUsage)) {
        ANCHOR_ASSIGN_OR_RETURN(into.key_usage, read_key_usage(extension.value));
    } else if (is(oids::kExtendedKeyUsage)) {
        ANCHOR_ASSIGN_OR_RETURN(into.extended_usage, read_extended_usage(extension.value));
    } else if (is(oids::kBasicConstraints)) {
        ANCHOR_RETURN_IF_ERROR(read_basic_constraints(extension.value, into));
    } else if (is(oids::kSubjectAltName)) {
        ANCHOR_ASSIGN_OR_RETURN(into.names, read_alternative_names(extension.value));
    } else if (is(oids::kSubjectKeyId)) {
        ANCHOR_ASSIGN_OR_RETURN(into.subject_key_id, read_subject_key_id(extension.value));
    } else if (is(oids::kAuthorityKeyId)) {
        ANCHOR_ASSIGN_OR_RETURN(into.authority_key_id, read_authority_key_id(extension.value));
    } else if (is(oids::kNameConstraints) || is(oids::kPolicyConstraints)) {
        // They narrow what is below, and we do not judge by them: so they stop us, whether they say that they are critical or not.
        into.unknown_critical = der::oid_text(extension.oid);
    } else if (extension.critical && !is(oids::kCertificatePolicies)) {
        // Policies are understood without reading them: we ask for none (RFC 5280 §6.1.1 (c), any-policy).
        into.unknown_critical = der::oid_text(extension.oid);
    }
    return {};
}

}  // namespace

Result<std::vector<Extension>> read_extensions(der::Reader& reader) {
    std::vector<Extension> extensions;
    ANCHOR_ASSIGN_OR_RETURN(der::Reader list, reader.enter(der::kSequence, "extensions"));
    do {
        Extension extension;
        ANCHOR_ASSIGN_OR_RETURN(der::Reader one, list.enter(der::kSequence, "extension"));
        ANCHOR_ASSIGN_OR_RETURN(const der::Element oid, one.expect(der::kOid, "extension"));
        if (one.next_is(der::kBoolean)) {
            ANCHOR_ASSIGN_OR_RETURN(extension.critical, one.boolean("critical"));
        }
        ANCHOR_ASSIGN_OR_RETURN(const der::Element value, one.expect(der::kOctetString, "extension value"));
        ANCHOR_RETURN_IF_ERROR(one.expect_end("extension"));
        extension.oid = oid.content;
        extension.value = value.content;
        const auto same = [&](const Extension& other) { return equal(other.oid, extension.oid); };
        if (std::ranges::any_of(extensions, same)) return rejected("extension " + der::oid_text(extension.oid) + ": twice");
        if (extensions.size() == kMaxExtensions) return rejected("extensions: more than 64");
        extensions.push_back(extension);
    } while (!list.at_end());
    return extensions;
}

Result<CertificateExtensions> interpret(const std::vector<Extension>& extensions) {
    CertificateExtensions found;
    for (const Extension& extension : extensions) ANCHOR_RETURN_IF_ERROR(interpret_one(extension, found));
    return found;
}

Result<Bytes> read_authority_key_id(ByteView value) {
    ANCHOR_ASSIGN_OR_RETURN(der::Reader reader, der::read_only(value, der::kSequence, "authority key identifier"));
    if (!reader.next_is(der::context(0, false))) return Bytes();
    ANCHOR_ASSIGN_OR_RETURN(const der::Element id, reader.any("authority key identifier"));
    return read_key_id(id.content, "authority key identifier");
}

Bytes extension(ByteView oid, bool critical, ByteView value) {
    return der::sequence({der::oid(oid), critical ? der::true_value() : Bytes(), der::octet_string(value)});
}

Bytes key_usage_extension(std::initializer_list<KeyUsage> usages) {
    unsigned bits = 0;
    for (const KeyUsage usage : usages) bits |= 0x80U >> static_cast<unsigned>(usage);
    unsigned unused = 0;  // named bits: trailing zeros are left out (X.690 §11.2.2)
    while (unused < 7 && (bits & (1U << unused)) == 0) ++unused;
    const Bytes content = {static_cast<std::uint8_t>(unused), static_cast<std::uint8_t>(bits)};
    return extension(oids::kKeyUsage, true, der::element(der::kBitString, {content}));
}

Bytes extended_usage_extension(ByteView purpose) { return extension(oids::kExtendedKeyUsage, false, der::sequence({der::oid(purpose)})); }

Bytes basic_constraints_extension(bool ca, std::optional<std::uint32_t> path_length) {
    const Bytes length = path_length ? der::small_integer(*path_length) : Bytes();
    return extension(oids::kBasicConstraints, true, der::sequence({ca ? der::true_value() : Bytes(), length}));
}

Bytes subject_key_id_extension(const PublicKey& key) { return extension(oids::kSubjectKeyId, false, der::octet_string(key_id_of(key))); }

Bytes authority_key_id_extension(ByteView key_id) {
    return extension(oids::kAuthorityKeyId, false, der::sequence({der::element(der::context(0, false), {key_id})}));
}

Result<Bytes> alternative_names_extension(const AlternativeNames& names) {
    Bytes list;
    for (const auto& [texts, tag] : {std::pair(&names.dns, kDnsName), std::pair(&names.uris, kUri)}) {
        for (const std::string& text : *texts) {
            if (!is_visible_ascii(as_bytes(text))) return rejected("alternative name: not visible ASCII");
            append(list, der::element(tag, {as_bytes(text)}));
        }
    }
    for (const Bytes& address : names.addresses) {
        if (address.size() != 4 && address.size() != 16) return rejected("alternative name: address of a strange size");
        append(list, der::element(kAddress, {address}));
    }
    if (list.empty()) return rejected("alternative names: none");
    return extension(oids::kSubjectAltName, false, der::sequence({list}));
}

// DistributionPoint { distributionPoint [0] { fullName [0] { URI } } }, RFC 5280 §4.2.1.13
Bytes crl_distribution_extension(std::string_view uri) {
    const Bytes name = der::element(kUri, {as_bytes(uri)});
    const Bytes full_name = der::element(der::context(0, true), {der::element(der::context(0, true), {name})});
    return extension(oids::kCrlDistribution, false, der::sequence({der::sequence({full_name})}));
}

Bytes key_id_of(const PublicKey& key) { return to_bytes(hash(HashAlg::Sha1, key.key_bits()).view()); }

}  // namespace anchor::crypto
