// SPDX-License-Identifier: Apache-2.0
#include <anchor/crypto/crl.h>

#include <algorithm>
#include <array>

#include "distinguished_name.h"
#include "extensions.h"
#include "oids.h"
#include "pem.h"
#include "signed_object.h"

namespace anchor::crypto {
namespace {

constexpr std::string_view kPemLabel = "X509 CRL";
constexpr std::uint32_t kVersion2 = 1;
constexpr std::size_t kMaxSerial = 20;

struct Entry {
    ByteView serial;  ///< points into the list's octets
    WallTime since;
};

// Any strict order does; shorter numbers first is the order of the numbers themselves.
bool before(ByteView a, ByteView b) { return a.size() != b.size() ? a.size() < b.size() : std::ranges::lexicographical_compare(a, b); }

Result<Entry> read_entry(der::Reader& list) {
    Entry entry;
    ANCHOR_ASSIGN_OR_RETURN(der::Reader reader, list.enter(der::kSequence, "revoked certificate"));
    ANCHOR_ASSIGN_OR_RETURN(entry.serial, reader.unsigned_integer("revoked serial number"));
    if (entry.serial.size() > kMaxSerial) return rejected("revoked serial number: longer than 20 octets");
    ANCHOR_ASSIGN_OR_RETURN(entry.since, reader.time("revocation date"));
    if (reader.at_end()) return entry;
    ANCHOR_ASSIGN_OR_RETURN(const auto extensions, read_extensions(reader));
    for (const Extension& extension : extensions) {
        // An entry for another issuer (an indirect list) is the one that must not be misread (RFC 5280 §5.3.3).
        if (extension.critical) return rejected("revoked certificate: unknown critical extension " + der::oid_text(extension.oid));
    }
    ANCHOR_RETURN_IF_ERROR(reader.expect_end("revoked certificate"));
    return entry;
}

Result<std::vector<Entry>> read_entries(der::Reader list) {
    std::vector<Entry> entries;
    while (!list.at_end()) {
        ANCHOR_ASSIGN_OR_RETURN(const Entry entry, read_entry(list));
        entries.push_back(entry);
    }
    std::ranges::sort(entries, before, &Entry::serial);
    const auto same = [](const Entry& a, const Entry& b) { return equal(a.serial, b.serial); };
    if (std::ranges::adjacent_find(entries, same) != entries.end()) return rejected("revoked certificates: a serial number twice");
    return entries;
}

Result<std::uint64_t> read_number(ByteView value) {
    der::Reader reader(value);
    ANCHOR_ASSIGN_OR_RETURN(const ByteView octets, reader.unsigned_integer("CRL number"));
    ANCHOR_RETURN_IF_ERROR(reader.expect_end("CRL number"));
    if (octets.size() > sizeof(std::uint64_t)) return rejected("CRL number: above 64 bits");
    std::uint64_t number = 0;
    for (const std::uint8_t octet : octets) number = (number << 8U) | octet;
    return number;
}

}  // namespace

// Views point into `der`, which never moves: a State is made once and shared.
struct Crl::State {
    Bytes der;
    SignedObject object;
    DistinguishedName issuer;
    Bytes authority_key_id;
    std::optional<std::uint64_t> number;
    WallTime this_update;
    WallTime next_update;
    std::vector<Entry> entries;

    Result<void> read();
    Result<void> read_list_extensions(der::Reader reader);
};

// TBSCertList (RFC 5280 §5.1.2)
Result<void> Crl::State::read() {
    ANCHOR_ASSIGN_OR_RETURN(object, read_signed(der, "list"));
    der::Reader reader(object.content, object.content_offset);
    ANCHOR_ASSIGN_OR_RETURN(const std::uint32_t version, reader.small_integer("version"));
    if (version != kVersion2) return rejected("version: not 2");
    ANCHOR_ASSIGN_OR_RETURN(const der::Element algorithm, reader.expect(der::kSequence, "inner signature algorithm"));
    if (!equal(algorithm.whole, object.algorithm)) return rejected("its two signature algorithms differ");
    ANCHOR_ASSIGN_OR_RETURN(issuer, read_name(reader, "issuer"));
    ANCHOR_ASSIGN_OR_RETURN(this_update, reader.time("thisUpdate"));
    ANCHOR_ASSIGN_OR_RETURN(next_update, reader.time("nextUpdate"));
    if (reader.next_is(der::kSequence)) {
        ANCHOR_ASSIGN_OR_RETURN(der::Reader list, reader.enter(der::kSequence, "revoked certificates"));
        ANCHOR_ASSIGN_OR_RETURN(entries, read_entries(list));
    }
    if (reader.next_is(der::context(0, true))) {
        ANCHOR_ASSIGN_OR_RETURN(const der::Reader field, reader.enter(der::context(0, true), "extensions"));
        ANCHOR_RETURN_IF_ERROR(read_list_extensions(field));
    }
    return reader.expect_end("list");
}

Result<void> Crl::State::read_list_extensions(der::Reader reader) {
    ANCHOR_ASSIGN_OR_RETURN(const auto extensions, read_extensions(reader));
    for (const Extension& extension : extensions) {
        if (equal(extension.oid, oids::kCrlNumber)) {
            ANCHOR_ASSIGN_OR_RETURN(number, read_number(extension.value));
        } else if (equal(extension.oid, oids::kAuthorityKeyId)) {
            ANCHOR_ASSIGN_OR_RETURN(authority_key_id, read_authority_key_id(extension.value));
        } else if (extension.critical) {
            // Delta indicator and issuing distribution point are critical and end here: such a list is not the whole truth.
            return rejected("unknown critical extension " + der::oid_text(extension.oid));
        }
    }
    return reader.expect_end("extensions");
}

Result<Crl> Crl::from_der(ByteView octets) {
    if (octets.size() > kMaxSize) return rejected("revocation list: larger than " + std::to_string(kMaxSize) + " octets");
    auto state = std::make_shared<State>();
    state->der = to_bytes(octets);
    auto read = state->read();
    if (!read) return std::move(read).error().within("revocation list");
    return Crl(std::move(state));
}

Result<Crl> Crl::from_pem(std::string_view pem) {
    ANCHOR_ASSIGN_OR_RETURN(const Bytes octets, pem_block(pem, kPemLabel));
    return from_der(octets);
}

ByteView Crl::der() const noexcept { return state_->der; }
std::string Crl::pem() const { return to_pem(kPemLabel, state_->der); }
const std::string& Crl::issuer() const noexcept { return state_->issuer.text; }
ByteView Crl::issuer_name() const noexcept { return state_->issuer.der; }
ByteView Crl::authority_key_id() const noexcept { return state_->authority_key_id; }
std::optional<std::uint64_t> Crl::number() const noexcept { return state_->number; }
WallTime Crl::this_update() const noexcept { return state_->this_update; }
WallTime Crl::next_update() const noexcept { return state_->next_update; }
std::size_t Crl::size() const noexcept { return state_->entries.size(); }
Result<void> Crl::verify_signature(const PublicKey& issuer) const { return verify_signed(state_->object, issuer); }

std::optional<WallTime> Crl::revoked_at(ByteView serial) const noexcept {
    const auto found = std::ranges::lower_bound(state_->entries, serial, before, &Entry::serial);
    if (found == state_->entries.end() || !equal(found->serial, serial)) return std::nullopt;
    return found->since;
}

namespace {

Bytes entry_list(const std::vector<RevokedCertificate>& revoked) {
    Bytes entries;
    for (const RevokedCertificate& one : revoked) append(entries, der::sequence({der::unsigned_integer(one.serial), der::time(one.since)}));
    return entries.empty() ? Bytes() : der::sequence({entries});  // an empty list is left out (RFC 5280 §5.1.2.6)
}

Bytes list_extensions(const Certificate& issuer, std::uint64_t number) {
    std::array<std::uint8_t, 8> octets{};
    for (std::size_t i = 0; i < octets.size(); ++i) octets[i] = static_cast<std::uint8_t>(number >> (8U * (7U - i)));
    const Bytes key_id = issuer.subject_key_id().empty() ? key_id_of(issuer.public_key()) : to_bytes(issuer.subject_key_id());
    const Bytes list =
        der::sequence({authority_key_id_extension(key_id), extension(oids::kCrlNumber, false, der::unsigned_integer(octets))});
    return der::element(der::context(0, true), {list});
}

}  // namespace

Result<Crl> issue_crl(const Certificate& issuer, DeviceKey& key, const CrlContent& content) {
    if (!equal(issuer.public_key().spki(), key.public_key())) return rejected("revocation list: the key is not its issuer's");
    if (!issuer.is_ca() || !issuer.allows(KeyUsage::CrlSign)) return rejected("revocation list: its issuer may not sign lists");
    if (content.next_update <= content.this_update) return rejected("revocation list: ends before it begins");

    const Bytes to_be_signed = der::sequence({der::small_integer(kVersion2), signing_algorithm(key.algorithm()), issuer.subject_name(),
                                              der::time(content.this_update), der::time(content.next_update), entry_list(content.revoked),
                                              list_extensions(issuer, content.number)});
    ANCHOR_ASSIGN_OR_RETURN(const Bytes octets, sign_object(key, to_be_signed));
    return Crl::from_der(octets);
}

}  // namespace anchor::crypto
