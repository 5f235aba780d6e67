// SPDX-License-Identifier: Apache-2.0
#include <anchor/crypto/crl.h>

#include <array>
#include <mutex>

#include "distinguished_name.h"
#include "extensions.h"
#include "mapped_file.h"
#include "oids.h"
#include "pem.h"
#include "revocation_index.h"
#include "signed_object.h"

namespace anchor::crypto {
namespace {

constexpr std::string_view kPemLabel = "X509 CRL";
constexpr std::uint32_t kVersion2 = 1;
constexpr std::uint8_t kOnlyEndEntities = der::context(1, false);

Result<std::uint64_t> read_number(ByteView value) {
    der::Reader reader(value);
    ANCHOR_ASSIGN_OR_RETURN(const ByteView octets, reader.unsigned_integer("CRL number"));
    ANCHOR_RETURN_IF_ERROR(reader.expect_end("CRL number"));
    if (octets.size() > sizeof(std::uint64_t)) return rejected("CRL number: above 64 bits");
    std::uint64_t number = 0;
    for (const std::uint8_t octet : octets) number = (number << 8U) | octet;
    return number;
}

// IssuingDistributionPoint (RFC 5280 §5.2.5). Its name says where the list can be had, which is nothing to us.
Result<bool> read_distribution_point(ByteView value) {
    bool only_end_entities = false;
    ANCHOR_ASSIGN_OR_RETURN(der::Reader point, der::read_only(value, der::kSequence, "issuing distribution point"));
    if (point.next_is(der::context(0, true))) {
        ANCHOR_RETURN_IF_ERROR(point.any("distribution point"));
    }
    if (point.next_is(kOnlyEndEntities)) {
        ANCHOR_ASSIGN_OR_RETURN(const der::Element flag, point.any("onlyContainsUserCerts"));
        only_end_entities = flag.content.size() == 1 && flag.content[0] == 0xff;
        if (!only_end_entities) return rejected("onlyContainsUserCerts: no truth value that DER would have");
    }
    if (!point.at_end()) return rejected("issuing distribution point: the list covers a part only");
    return only_end_entities;
}

}  // namespace

std::string_view to_string(CrlReason reason) noexcept {
    switch (reason) {
        case CrlReason::Unspecified: return "no reason given";
        case CrlReason::KeyCompromise: return "key compromise";
        case CrlReason::CaCompromise: return "authority compromise";
        case CrlReason::AffiliationChanged: return "affiliation changed";
        case CrlReason::Superseded: return "superseded";
        case CrlReason::CessationOfOperation: return "cessation of operation";
        case CrlReason::CertificateHold: return "on hold";
        case CrlReason::RemoveFromCrl: return "removed from the list";
        case CrlReason::PrivilegeWithdrawn: return "privilege withdrawn";
        case CrlReason::AaCompromise: return "attribute authority compromise";
    }
    return "no reason given";
}

std::optional<CrlReason> crl_reason_from(std::uint64_t code) noexcept {
    if (code > static_cast<std::uint64_t>(CrlReason::AaCompromise) || code == 7) return std::nullopt;
    return static_cast<CrlReason>(code);
}

// Views point into the octets, which never move: a State is made once and shared.
struct Crl::State {
    SharedOctets octets;
    SignedObject object;
    DistinguishedName issuer;
    Bytes authority_key_id;
    std::optional<std::uint64_t> number;
    std::optional<std::uint64_t> base;
    bool only_end_entities = false;
    WallTime this_update;
    WallTime next_update;
    std::optional<RevocationIndex> index;

    mutable std::mutex lock;
    mutable Bytes verified_by;             // SubjectPublicKeyInfo
    mutable std::optional<Digest> digest;  // of what is signed

    Result<void> read();
    Result<void> read_list_extensions(der::Reader reader);
    Result<Digest> digest_once() const;
};

// TBSCertList (RFC 5280 §5.1.2)
Result<void> Crl::State::read() {
    ANCHOR_ASSIGN_OR_RETURN(object, read_signed(octets.view(), "list"));
    der::Reader reader(object.content, object.content_offset);
    ANCHOR_ASSIGN_OR_RETURN(const std::uint32_t version, reader.small_integer("version"));
    if (version != kVersion2) return rejected("version: not 2");
    ANCHOR_ASSIGN_OR_RETURN(const der::Element algorithm, reader.expect(der::kSequence, "inner signature algorithm"));
    if (!equal(algorithm.whole, object.algorithm)) return rejected("its two signature algorithms differ");
    ANCHOR_ASSIGN_OR_RETURN(issuer, read_name(reader, "issuer"));
    ANCHOR_ASSIGN_OR_RETURN(this_update, reader.time("thisUpdate"));
    ANCHOR_ASSIGN_OR_RETURN(next_update, reader.time("nextUpdate"));
    ByteView entries = octets.view().first(0);
    if (reader.next_is(der::kSequence)) {
        ANCHOR_ASSIGN_OR_RETURN(const der::Element list, reader.expect(der::kSequence, "revoked certificates"));
        entries = list.content;
    }
    if (reader.next_is(der::context(0, true))) {
        ANCHOR_ASSIGN_OR_RETURN(const der::Reader field, reader.enter(der::context(0, true), "extensions"));
        ANCHOR_RETURN_IF_ERROR(read_list_extensions(field));
    }
    ANCHOR_RETURN_IF_ERROR(reader.expect_end("list"));
    if (base && (!number || *base >= *number)) return rejected("delta list: its base is not below its number");
    ANCHOR_ASSIGN_OR_RETURN(index, RevocationIndex::build(octets.view(), entries, base.has_value()));
    return {};
}

Result<void> Crl::State::read_list_extensions(der::Reader reader) {
    ANCHOR_ASSIGN_OR_RETURN(const auto extensions, read_extensions(reader));
    for (const Extension& extension : extensions) {
        if (equal(extension.oid, oids::kCrlNumber)) {
            ANCHOR_ASSIGN_OR_RETURN(number, read_number(extension.value));
        } else if (equal(extension.oid, oids::kAuthorityKeyId)) {
            ANCHOR_ASSIGN_OR_RETURN(authority_key_id, read_authority_key_id(extension.value));
        } else if (equal(extension.oid, oids::kDeltaCrl)) {
            ANCHOR_ASSIGN_OR_RETURN(base, read_number(extension.value));
        } else if (equal(extension.oid, oids::kIssuingDistributionPoint)) {
            ANCHOR_ASSIGN_OR_RETURN(only_end_entities, read_distribution_point(extension.value));
        } else if (extension.critical) {
            return rejected("unknown critical extension " + der::oid_text(extension.oid));
        }
    }
    return reader.expect_end("extensions");
}

// Whoever asks while another thread hashes hashes too: it is only work.
Result<Digest> Crl::State::digest_once() const {
    {
        const std::lock_guard guard(lock);
        if (digest) return *digest;
    }
    ANCHOR_ASSIGN_OR_RETURN(const Digest made, signed_digest(object));
    const std::lock_guard guard(lock);
    digest = made;
    return made;
}

Result<Crl> Crl::from_der(ByteView octets) {
    if (octets.size() > kMaxSize) return rejected("revocation list: larger than " + std::to_string(kMaxSize) + " octets");
    return from_octets(SharedOctets(to_bytes(octets)));
}

Result<Crl> Crl::from_file(const std::string& path) {
    ANCHOR_ASSIGN_OR_RETURN(SharedOctets octets, map_file(path, kMaxSize));
    return from_octets(std::move(octets));
}

Result<Crl> Crl::from_octets(SharedOctets octets) {
    if (octets.size() > kMaxSize) return rejected("revocation list: larger than " + std::to_string(kMaxSize) + " octets");
    auto state = std::make_shared<State>();
    state->octets = std::move(octets);
    auto read = state->read();
    if (!read) return std::move(read).error().within("revocation list");
    return Crl(std::move(state));
}

Result<Crl> Crl::from_pem(std::string_view pem) {
    ANCHOR_ASSIGN_OR_RETURN(Bytes octets, pem_block(pem, kPemLabel));
    return from_octets(SharedOctets(std::move(octets)));
}

ByteView Crl::der() const noexcept { return state_->octets.view(); }
SharedOctets Crl::octets() const noexcept { return state_->octets; }
std::string Crl::pem() const { return to_pem(kPemLabel, der()); }
const std::string& Crl::issuer() const noexcept { return state_->issuer.text; }
ByteView Crl::issuer_name() const noexcept { return state_->issuer.der; }
ByteView Crl::authority_key_id() const noexcept { return state_->authority_key_id; }
std::optional<std::uint64_t> Crl::number() const noexcept { return state_->number; }
WallTime Crl::this_update() const noexcept { return state_->this_update; }
WallTime Crl::next_update() const noexcept { return state_->next_update; }
std::optional<std::uint64_t> Crl::base() const noexcept { return state_->base; }
bool Crl::only_end_entities() const noexcept { return state_->only_end_entities; }
std::size_t Crl::size() const noexcept { return state_->index->size(); }
std::size_t Crl::index_memory() const noexcept { return state_->index->memory(); }
std::optional<RevocationEntry> Crl::find(ByteView serial) const noexcept { return state_->index->find(serial); }

std::optional<WallTime> Crl::revoked_at(ByteView serial) const noexcept {
    const auto entry = find(serial);
    if (!entry || entry->reason == CrlReason::RemoveFromCrl) return std::nullopt;
    return entry->since;
}

Result<void> Crl::verify_signature(const PublicKey& issuer) const {
    const Bytes key = to_bytes(issuer.spki());
    {
        const std::lock_guard guard(state_->lock);
        if (state_->verified_by == key) return {};
    }
    ANCHOR_ASSIGN_OR_RETURN(const Digest digest, state_->digest_once());
    ANCHOR_RETURN_IF_ERROR(verify_signed(state_->object, digest, issuer));
    const std::lock_guard guard(state_->lock);
    state_->verified_by = key;
    return {};
}

bool fits(const Crl& delta, const Crl& full) noexcept {
    if (!delta.base() || full.base() || !full.number() || !delta.number()) return false;
    return equal(delta.issuer_name(), full.issuer_name()) && equal(delta.authority_key_id(), full.authority_key_id()) &&
           delta.only_end_entities() == full.only_end_entities() && *delta.base() <= *full.number() && *full.number() < *delta.number();
}

std::optional<RevocationEntry> find(const Crl& full, const Crl* delta, ByteView serial) noexcept {
    if (delta != nullptr && fits(*delta, full)) {
        if (const auto changed = delta->find(serial)) {
            return changed->reason == CrlReason::RemoveFromCrl ? std::nullopt : changed;
        }
    }
    return full.find(serial);
}

namespace {

// "Unspecified" is written by leaving it out (RFC 5280 §5.3.1).
Bytes entry_extensions(CrlReason reason) {
    if (reason == CrlReason::Unspecified) return {};
    const auto code = static_cast<std::uint8_t>(reason);
    return der::sequence({extension(oids::kCrlReason, false, der::element(der::kEnumerated, {ByteView(&code, 1)}))});
}

Bytes entry_list(const std::vector<RevokedCertificate>& revoked) {
    Bytes entries;
    for (const RevokedCertificate& one : revoked) {
        append(entries, der::sequence({der::unsigned_integer(one.serial), der::time(one.since), entry_extensions(one.reason)}));
    }
    return entries.empty() ? Bytes() : der::sequence({entries});  // an empty list is left out (RFC 5280 §5.1.2.6)
}

Bytes number_value(std::uint64_t number) {
    std::array<std::uint8_t, 8> octets{};
    for (std::size_t i = 0; i < octets.size(); ++i) octets[i] = static_cast<std::uint8_t>(number >> (8U * (7U - i)));
    return der::unsigned_integer(octets);
}

// Without a distribution point's name: which certificates it covers must not hang on what stands in them.
Bytes distribution_point() {
    const std::uint8_t yes = 0xff;
    return extension(oids::kIssuingDistributionPoint, true, der::sequence({der::element(kOnlyEndEntities, {ByteView(&yes, 1)})}));
}

Bytes list_extensions(const Certificate& issuer, const CrlContent& content) {
    const Bytes key_id = issuer.subject_key_id().empty() ? key_id_of(issuer.public_key()) : to_bytes(issuer.subject_key_id());
    const Bytes list = der::sequence({authority_key_id_extension(key_id), extension(oids::kCrlNumber, false, number_value(content.number)),
                                      content.base ? extension(oids::kDeltaCrl, true, number_value(*content.base)) : Bytes(),
                                      content.only_end_entities ? distribution_point() : Bytes()});
    return der::element(der::context(0, true), {list});
}

}  // namespace

Result<Crl> issue_crl(const Certificate& issuer, DeviceKey& key, const CrlContent& content) {
    if (!equal(issuer.public_key().spki(), key.public_key())) return rejected("revocation list: the key is not its issuer's");
    if (!issuer.is_ca() || !issuer.allows(KeyUsage::CrlSign)) return rejected("revocation list: its issuer may not sign lists");
    if (content.next_update <= content.this_update) return rejected("revocation list: ends before it begins");

    const Bytes to_be_signed = der::sequence({der::small_integer(kVersion2), signing_algorithm(key.algorithm()), issuer.subject_name(),
                                              der::time(content.this_update), der::time(content.next_update), entry_list(content.revoked),
                                              list_extensions(issuer, content)});
    ANCHOR_ASSIGN_OR_RETURN(Bytes octets, sign_object(key, to_be_signed));
    return Crl::from_octets(SharedOctets(std::move(octets)));
}

}  // namespace anchor::crypto
