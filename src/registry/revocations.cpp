// SPDX-License-Identifier: Apache-2.0
#include <anchor/registry/revocations.h>

#include <algorithm>

#include <anchor/crypto/hash.h>
#include <anchor/protocol/revocations.h>

namespace anchor::registry {
namespace {

using crypto::CrlReason;
using protocol::DocumentKind;

// A delta that grows for longer than this is folded into a new full list.
constexpr std::chrono::hours kFoldDeltaAfter{24};
// Certificates stay on the lists for a while after they have expired (RFC 5280 §3.3 asks for one list more): clocks of devices are wrong.
constexpr std::chrono::days kListedAfterExpiry{30};

WallTime renewal_of(const RevocationListRecord& list) { return list.this_update + (list.next_update - list.this_update) / 2; }

bool is_worn(const RevocationListRecord& list, WallTime now) { return now >= renewal_of(list); }

// What stands on the lists for such a certificate after the owner's word. A revocation is never taken back: reinstatement needs a new key.
std::optional<crypto::RevocationEntry> entry_after(const CertificateRecord& certificate, StandingStatus status, CrlReason reason,
                                                   WallTime now) {
    const auto& before = certificate.revoked;
    const bool final = before && before->reason != CrlReason::CertificateHold;
    if (final) return before;
    if (status == StandingStatus::Active) return std::nullopt;
    if (status == StandingStatus::Revoked) return crypto::RevocationEntry{now, reason};
    return before ? before : crypto::RevocationEntry{now, CrlReason::CertificateHold};
}

}  // namespace

Result<void> Revocations::follow(const DeviceRecord& device, CrlReason reason) {
    const WallTime now = std::chrono::floor<Seconds>(clock_.wall());
    // Issued before there was a table of them.
    ANCHOR_RETURN_IF_ERROR(authority_.record_certificates(device));
    ANCHOR_ASSIGN_OR_RETURN(const auto certificates, store_.certificates(device.id));
    for (const CertificateRecord& certificate : certificates) {
        const auto entry = entry_after(certificate, device.standing.status, reason, now);
        if (entry == certificate.revoked) continue;
        ANCHOR_RETURN_IF_ERROR(store_.set_revocation(certificate, entry));
    }
    return {};
}

Result<bool> Revocations::refresh() {
    return store_.atomically([this] { return make_due(); });
}

Result<Revocations::Newest> Revocations::newest(const Bytes& issuer) {
    Newest newest{issuer, {}, {}, {}};
    ANCHOR_ASSIGN_OR_RETURN(newest.full, store_.newest_list(issuer, ListKind::Full));
    ANCHOR_ASSIGN_OR_RETURN(newest.delta, store_.newest_list(issuer, ListKind::Delta));
    ANCHOR_ASSIGN_OR_RETURN(newest.broker, store_.newest_list(issuer, ListKind::Broker));
    if (newest.delta && newest.full && newest.delta->base != newest.full->number) newest.delta.reset();
    return newest;
}

Revocations::Due Revocations::due(const Newest& newest, std::uint64_t change) const {
    const WallTime now = clock_.wall();
    Due due;
    due.broker = !newest.broker || newest.broker->change < change || is_worn(*newest.broker, now);
    if (!newest.full || is_worn(*newest.full, now)) {
        due.full = true;
        return due;
    }
    const bool changed = newest.full->change < change;
    due.full = changed && now >= newest.full->this_update + kFoldDeltaAfter;
    due.delta = changed && !due.full && (!newest.delta || newest.delta->change < change || is_worn(*newest.delta, now));
    return due;
}

Result<bool> Revocations::make_due() {
    bool any = false;
    bool for_devices = false;
    std::optional<std::uint64_t> number;  // one for all that is made at once: they say the same (RFC 5280 §5.2.3)
    for (const Bytes& issuer : authority_.issuers()) {
        ANCHOR_ASSIGN_OR_RETURN(const Newest before, newest(issuer));
        ANCHOR_ASSIGN_OR_RETURN(const Due made, make_due(before, number));
        any = any || made.full || made.delta || made.broker;
        for_devices = for_devices || made.full || made.delta;
    }
    if (for_devices) ANCHOR_RETURN_IF_ERROR(publish());
    return any;
}

Result<Revocations::Due> Revocations::make_due(const Newest& before, std::optional<std::uint64_t>& number) {
    ANCHOR_ASSIGN_OR_RETURN(const std::uint64_t change, store_.newest_change(before.issuer));
    const Due what = due(before, change);
    if (!what.full && !what.delta && !what.broker) return what;
    if (!number) {
        ANCHOR_ASSIGN_OR_RETURN(number, store_.next_number("revocation lists", clock_.wall()));
    }
    if (what.full) ANCHOR_RETURN_IF_ERROR(make(ListKind::Full, before, *number, change));
    if (what.delta) ANCHOR_RETURN_IF_ERROR(make(ListKind::Delta, before, *number, change));
    if (what.broker) ANCHOR_RETURN_IF_ERROR(make(ListKind::Broker, before, *number, change));
    return what;
}

Result<void> Revocations::make(ListKind kind, const Newest& newest, std::uint64_t number, std::uint64_t change) {
    const Bytes& issuer = newest.issuer;
    WallTime now = std::chrono::floor<Seconds>(clock_.wall());
    // OpenSSL takes the later of two lists by this time, which knows whole seconds.
    if (kind == ListKind::Broker && newest.broker) now = std::max(now, newest.broker->this_update + Seconds(1));
    const Seconds lifetime = kind == ListKind::Broker ? settings_.broker_crl_lifetime : settings_.crl_lifetime;
    crypto::CrlContent content{.number = number, .this_update = now, .next_update = now + lifetime, .revoked = {}};
    content.only_end_entities = true;
    if (kind == ListKind::Delta) {
        content.base = newest.full->number;
        ANCHOR_ASSIGN_OR_RETURN(content.revoked, store_.revoked_since(issuer, newest.full->change, now));
    } else {
        ANCHOR_ASSIGN_OR_RETURN(content.revoked, store_.revoked(issuer, now - kListedAfterExpiry));
    }
    ANCHOR_ASSIGN_OR_RETURN(const crypto::Crl list, authority_.issue_list(issuer, content));
    const protocol::BlobName name{crypto::hash(HashAlg::Sha256, list.der()), list.der().size()};
    const std::uint64_t base = content.base.value_or(0);
    return store_.save(RevocationListRecord{issuer, kind, number, base, change, now, content.next_update, name}, list.der());
}

Result<void> Revocations::publish() {
    protocol::RevocationManifest manifest;
    for (const Bytes& issuer : authority_.issuers()) {
        ANCHOR_ASSIGN_OR_RETURN(const Newest lists, newest(issuer));
        protocol::RevocationLists own{lists.full->name, lists.full->number, std::nullopt, 0};
        if (lists.delta) {
            own.delta = lists.delta->name;
            own.delta_number = lists.delta->number;
        }
        manifest.issuers.push_back(std::move(own));
    }
    return authority_.publish_revocations(manifest);
}

Result<std::optional<Revocations::BrokerList>> Revocations::broker_list(std::uint64_t newer_than) {
    BrokerList all;
    for (const Bytes& issuer : authority_.issuers()) {
        ANCHOR_ASSIGN_OR_RETURN(const auto record, store_.newest_list(issuer, ListKind::Broker));
        if (!record) return std::optional<BrokerList>();
        ANCHOR_ASSIGN_OR_RETURN(const crypto::Crl list, read(*record));
        all.number = std::max(all.number, record->number);
        all.pem += list.pem();
    }
    return all.number > newer_than ? std::optional(std::move(all)) : std::nullopt;
}

Result<std::vector<std::pair<std::string_view, crypto::Crl>>> Revocations::newest_lists() {
    std::vector<std::pair<std::string_view, crypto::Crl>> lists;
    for (const Bytes& issuer : authority_.issuers()) {
        ANCHOR_ASSIGN_OR_RETURN(const Newest records, newest(issuer));
        for (const auto& [kind, record] : {std::pair("full", &records.full), std::pair("delta", &records.delta)}) {
            if (!*record) continue;
            ANCHOR_ASSIGN_OR_RETURN(crypto::Crl list, read(**record));
            lists.emplace_back(kind, std::move(list));
        }
    }
    return lists;
}

Result<crypto::Crl> Revocations::read(const RevocationListRecord& record) {
    ANCHOR_ASSIGN_OR_RETURN(auto octets, store_.list_piece(record.name, 0, record.name.size));
    if (!octets) return corrupt("revocation list " + std::to_string(record.number) + " has no octets");
    return crypto::Crl::from_octets(SharedOctets(std::move(*octets)));
}

}  // namespace anchor::registry
