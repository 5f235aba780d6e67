// SPDX-License-Identifier: Apache-2.0
// The certificates that the registry has issued, what became of them, and the revocation lists that say so.
#include <anchor/registry/store.h>

#include "database.h"

namespace anchor::registry {
namespace {

// Somebody may be in the middle of fetching the list before the newest.
constexpr int kListsKept = 3;

constexpr std::string_view kCertificates =
    "SELECT issuer, serial, device, key_digest, not_before, not_after, revoked_at, reason FROM certificates ";

std::string_view name_of(ListKind kind) {
    switch (kind) {
        case ListKind::Full: return "full";
        case ListKind::Delta: return "delta";
        case ListKind::Broker: return "broker";
    }
    return "full";
}

crypto::CrlReason reason_of(const Query& row, int column) {
    return crypto::crl_reason_from(row.number(column)).value_or(crypto::CrlReason::Unspecified);
}

CertificateRecord certificate_of(const Query& row) {
    CertificateRecord record{row.octets(0), row.octets(1), row.text(2), row.octets(3), row.time(4), row.time(5), std::nullopt};
    if (!row.is_null(6)) record.revoked = crypto::RevocationEntry{row.time(6), reason_of(row, 7)};
    return record;
}

Result<std::vector<CertificateRecord>> certificates_of(Query query) {
    std::vector<CertificateRecord> records;
    while (true) {
        ANCHOR_ASSIGN_OR_RETURN(const bool found, query.step());
        if (!found) return records;
        records.push_back(certificate_of(query));
    }
}

}  // namespace

Result<void> Store::record(const CertificateRecord& certificate) {
    ANCHOR_RETURN_IF_ERROR(database_->run(
        "INSERT OR IGNORE INTO certificates (issuer, serial, device, key_digest, not_before, not_after) VALUES (?,?,?,?,?,?)",
        certificate.issuer, certificate.serial, certificate.device, certificate.key_digest, certificate.not_before, certificate.not_after));
    if (!certificate.revoked) return {};
    return set_revocation(certificate, certificate.revoked);
}

Result<std::vector<CertificateRecord>> Store::certificates(const DeviceId& device) {
    return certificates_of(database_->query(std::string(kCertificates) + "WHERE device=? ORDER BY not_after DESC, serial", device.text()));
}

Result<void> Store::save_reinstatement(const DeviceId& device, std::uint64_t number, std::string_view text) {
    return database_->run("INSERT OR REPLACE INTO reinstatements (device, number, text) VALUES (?,?,?)", device.text(), number, text);
}

Result<std::string> Store::reinstatement(const DeviceId& device) {
    Query query = database_->query("SELECT text FROM reinstatements WHERE device=? ORDER BY number DESC LIMIT 1", device.text());
    ANCHOR_ASSIGN_OR_RETURN(const bool found, query.step());
    return found ? query.text(0) : std::string();
}

Result<bool> Store::has_certificate_for(ByteView key_digest) {
    return database_->query("SELECT 1 FROM certificates WHERE key_digest=?", key_digest).step();
}

Result<bool> Store::is_revoked_key(ByteView key_digest) {
    return database_
        ->query("SELECT 1 FROM certificates WHERE key_digest=? AND revoked_at IS NOT NULL AND reason<>?", key_digest,
                static_cast<int>(crypto::CrlReason::CertificateHold))
        .step();
}

Result<std::map<std::string, WallTime>> Store::revoked_after(ByteView issuer, WallTime time) {
    Query query = database_->query(
        "SELECT device, max(revoked_at) FROM certificates WHERE issuer=? AND revoked_at IS NOT NULL AND revoked_at>=? GROUP BY device",
        issuer, time);
    std::map<std::string, WallTime> devices;
    while (true) {
        ANCHOR_ASSIGN_OR_RETURN(const bool found, query.step());
        if (!found) return devices;
        devices.emplace(query.text(0), query.time(1));
    }
}

Result<std::vector<std::string>> Store::online_but_put_aside() {
    Query query = database_->query("SELECT id FROM devices WHERE online=1 AND json_extract(standing,'$.status')<>'active'");
    std::vector<std::string> devices;
    while (true) {
        ANCHOR_ASSIGN_OR_RETURN(const bool found, query.step());
        if (!found) return devices;
        devices.push_back(query.text(0));
    }
}

Result<void> Store::set_revocation(const CertificateRecord& certificate, const std::optional<crypto::RevocationEntry>& entry) {
    ANCHOR_ASSIGN_OR_RETURN(const std::uint64_t change, next_number("revocation changes"));
    if (!entry) {
        return database_->run("UPDATE certificates SET revoked_at=NULL, reason=NULL, changed=? WHERE issuer=? AND serial=?", change,
                              certificate.issuer, certificate.serial);
    }
    return database_->run("UPDATE certificates SET revoked_at=?, reason=?, changed=? WHERE issuer=? AND serial=?", entry->since,
                          static_cast<int>(entry->reason), change, certificate.issuer, certificate.serial);
}

Result<std::uint64_t> Store::newest_change(ByteView issuer) {
    ANCHOR_ASSIGN_OR_RETURN(const auto change, database_->number("SELECT max(changed) FROM certificates WHERE issuer=?", issuer));
    return static_cast<std::uint64_t>(change.value_or(0));
}

Result<std::vector<crypto::RevokedCertificate>> Store::revoked(ByteView issuer, WallTime expired_before) {
    Query query =
        database_->query("SELECT serial, revoked_at, reason FROM certificates WHERE issuer=? AND revoked_at IS NOT NULL AND not_after>=?",
                         issuer, expired_before);
    std::vector<crypto::RevokedCertificate> entries;
    while (true) {
        ANCHOR_ASSIGN_OR_RETURN(const bool found, query.step());
        if (!found) return entries;
        entries.push_back({query.octets(0), query.time(1), reason_of(query, 2)});
    }
}

Result<std::vector<crypto::RevokedCertificate>> Store::revoked_since(ByteView issuer, std::uint64_t change, WallTime now) {
    Query query = database_->query("SELECT serial, revoked_at, reason FROM certificates WHERE issuer=? AND changed>?", issuer, change);
    std::vector<crypto::RevokedCertificate> entries;
    while (true) {
        ANCHOR_ASSIGN_OR_RETURN(const bool found, query.step());
        if (!found) return entries;
        if (query.is_null(1)) {
            entries.push_back({query.octets(0), now, crypto::CrlReason::RemoveFromCrl});
        } else {
            entries.push_back({query.octets(0), query.time(1), reason_of(query, 2)});
        }
    }
}

Result<void> Store::save(const RevocationListRecord& list, ByteView octets) {
    ANCHOR_RETURN_IF_ERROR(
        database_->run("INSERT INTO revocation_lists (issuer, kind, number, base, change, this_update, next_update, digest, size, octets)"
                       " VALUES (?,?,?,?,?,?,?,?,?,?)",
                       list.issuer, name_of(list.kind), list.number, list.base, list.change, list.this_update, list.next_update,
                       list.name.sha256.view(), list.name.size, octets));
    return database_->run(
        "DELETE FROM revocation_lists WHERE issuer=? AND kind=? AND number NOT IN"
        " (SELECT number FROM revocation_lists WHERE issuer=? AND kind=? ORDER BY number DESC LIMIT ?)",
        list.issuer, name_of(list.kind), list.issuer, name_of(list.kind), kListsKept);
}

Result<std::optional<RevocationListRecord>> Store::newest_list(ByteView issuer, ListKind kind) {
    Query query = database_->query(
        "SELECT number, base, change, this_update, next_update, digest, size FROM revocation_lists WHERE issuer=? AND kind=?"
        " ORDER BY number DESC LIMIT 1",
        issuer, name_of(kind));
    ANCHOR_ASSIGN_OR_RETURN(const bool found, query.step());
    if (!found) return std::optional<RevocationListRecord>();
    ANCHOR_ASSIGN_OR_RETURN(const Digest digest, Digest::from(HashAlg::Sha256, query.octets(5)));
    return std::optional(RevocationListRecord{to_bytes(issuer),
                                              kind,
                                              query.number(0),
                                              query.number(1),
                                              query.number(2),
                                              query.time(3),
                                              query.time(4),
                                              {digest, query.number(6)}});
}

Result<std::optional<Bytes>> Store::list_piece(const protocol::BlobName& name, std::uint64_t offset, std::size_t size) {
    // substr() counts from 1.
    Query query = database_->query("SELECT substr(octets, ?, ?) FROM revocation_lists WHERE digest=? AND size=? LIMIT 1", offset + 1,
                                   std::uint64_t{size}, name.sha256.view(), name.size);
    ANCHOR_ASSIGN_OR_RETURN(const bool found, query.step());
    return found ? std::optional(query.octets(0)) : std::nullopt;
}

}  // namespace anchor::registry
