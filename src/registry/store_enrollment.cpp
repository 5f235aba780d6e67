// SPDX-License-Identifier: Apache-2.0
// Who may enrol, enrolments under way, and nonces.
#include <anchor/registry/store.h>

#include "database.h"

namespace anchor::registry {
namespace {

constexpr std::int64_t kMostPending = 10'000;
constexpr int kSessionsPerDevice = 4;
constexpr int kSessions = 1000;
constexpr int kNoncesPerDevice = 16;

}  // namespace

Result<void> Store::list_endorsement(ByteView digest, std::string_view note, WallTime now, std::string_view list) {
    return database_->run("INSERT OR REPLACE INTO ek_list (digest, note, added_at, list) VALUES (?,?,?,?)", digest, note, now, list);
}

Result<std::optional<std::string>> Store::list_of(ByteView digest) {
    Query query = database_->query("SELECT list FROM ek_list WHERE digest=?", digest);
    ANCHOR_ASSIGN_OR_RETURN(const bool found, query.step());
    return found ? std::optional(query.text(0)) : std::nullopt;
}

Result<std::vector<EndorsementListEntry>> Store::endorsement_list() {
    Query query = database_->query("SELECT digest, note, list FROM ek_list ORDER BY added_at, digest");
    std::vector<EndorsementListEntry> entries;
    while (true) {
        ANCHOR_ASSIGN_OR_RETURN(const bool found, query.step());
        if (!found) return entries;
        entries.push_back({query.octets(0), query.text(1), query.text(2)});
    }
}

Result<void> Store::add_root(ByteView fingerprint, std::string_view subject, ByteView der, WallTime now) {
    return database_->run("INSERT OR IGNORE INTO ek_roots (fingerprint, subject, certificate, added_at) VALUES (?,?,?,?)", fingerprint,
                          subject, der, now);
}

Result<std::vector<Bytes>> Store::roots() {
    Query query = database_->query("SELECT certificate FROM ek_roots ORDER BY added_at, fingerprint");
    std::vector<Bytes> roots;
    while (true) {
        ANCHOR_ASSIGN_OR_RETURN(const bool found, query.step());
        if (!found) return roots;
        roots.push_back(query.octets(0));
    }
}

Result<void> Store::ask_approval(const DeviceId& id, std::string_view labels, WallTime now) {
    ANCHOR_ASSIGN_OR_RETURN(const auto waiting, database_->number("SELECT count(*) FROM approvals WHERE approved=0"));
    if (waiting.value_or(0) >= kMostPending) return rejected("too many devices wait for approval");
    return database_->run(
        "INSERT INTO approvals (device, labels, asked_at, approved) VALUES (?,?,?,0)"
        " ON CONFLICT (device) DO UPDATE SET labels=excluded.labels, asked_at=excluded.asked_at",
        id.text(), labels, now);
}

Result<bool> Store::is_approved(const DeviceId& id) {
    return database_->query("SELECT 1 FROM approvals WHERE device=? AND approved=1", id.text()).step();
}

Result<bool> Store::approve(const DeviceId& id) {
    ANCHOR_RETURN_IF_ERROR(database_->run("UPDATE approvals SET approved=1 WHERE device=?", id.text()));
    return database_->changes() == 1;
}

Result<std::vector<PendingDevice>> Store::pending() {
    Query query = database_->query("SELECT device, labels, asked_at, approved FROM approvals WHERE approved=0 ORDER BY asked_at");
    std::vector<PendingDevice> pending;
    while (true) {
        ANCHOR_ASSIGN_OR_RETURN(const bool found, query.step());
        if (!found) return pending;
        pending.push_back({query.text(0), query.text(1), query.time(2), query.boolean(3)});
    }
}

Result<void> Store::open_session(const EnrollmentSession& session, WallTime now) {
    ANCHOR_RETURN_IF_ERROR(database_->run("DELETE FROM sessions WHERE expires<=?", now));
    ANCHOR_RETURN_IF_ERROR(database_->run(
        "INSERT INTO sessions (id, device, claim, begin_body, begin_digest, secret, nonce, expires) VALUES (?,?,?,?,?,?,?,?)", session.id,
        session.device, session.claim, session.begin_body, session.begin_digest, session.secret.view(), session.nonce, session.expires));
    ANCHOR_RETURN_IF_ERROR(
        database_->run("DELETE FROM sessions WHERE device=? AND id NOT IN"
                       " (SELECT id FROM sessions WHERE device=? ORDER BY expires DESC, rowid DESC LIMIT ?)",
                       session.device, session.device, kSessionsPerDevice));
    return database_->run("DELETE FROM sessions WHERE id NOT IN (SELECT id FROM sessions ORDER BY expires DESC, rowid DESC LIMIT ?)",
                          kSessions);
}

Result<void> Store::set_session_reply(ByteView session, const Digest& reply) {
    return database_->run("UPDATE sessions SET reply_digest=? WHERE id=?", reply.view(), session);
}

Result<std::optional<EnrollmentSession>> Store::take_session(ByteView id) {
    EnrollmentSession session;
    {
        Query query = database_->query(
            "SELECT id, device, claim, begin_body, begin_digest, reply_digest, secret, nonce, expires FROM sessions WHERE id=?", id);
        ANCHOR_ASSIGN_OR_RETURN(const bool found, query.step());
        if (!found) return std::optional<EnrollmentSession>();
        session = {
            query.octets(0), query.text(1), query.text(2), query.text(3), query.octets(4), query.octets(5), SecretBytes(query.octets(6)),
            query.octets(7), query.time(8)};
    }
    ANCHOR_RETURN_IF_ERROR(database_->run("DELETE FROM sessions WHERE id=?", id));
    return std::optional(std::move(session));
}

Result<void> Store::open_nonce(const DeviceId& device, ByteView nonce, WallTime expires, WallTime now) {
    // Used ones stay until they would have expired, so that a replay is told from something that never was.
    ANCHOR_RETURN_IF_ERROR(database_->run("DELETE FROM nonces WHERE expires<=?", now - Seconds(3600)));
    ANCHOR_RETURN_IF_ERROR(database_->run("INSERT INTO nonces (nonce, device, expires) VALUES (?,?,?)", nonce, device.text(), expires));
    return database_->run(
        "DELETE FROM nonces WHERE device=? AND nonce NOT IN (SELECT nonce FROM nonces WHERE device=? ORDER BY expires DESC, rowid DESC "
        "LIMIT ?)",
        device.text(), device.text(), kNoncesPerDevice);
}

Result<void> Store::take_nonce(const DeviceId& device, ByteView nonce, WallTime now) {
    {
        Query query = database_->query("SELECT device, expires, used FROM nonces WHERE nonce=?", nonce);
        ANCHOR_ASSIGN_OR_RETURN(const bool found, query.step());
        if (!found) return rejected("nonce: not one of this registry's, or too long ago");
        if (query.text(0) != device.text()) return rejected("nonce: given to another device");
        if (query.boolean(2)) return rejected("nonce: used before");
        if (query.time(1) <= now) return stale("nonce: expired at " + to_rfc3339(query.time(1)));
    }
    return database_->run("UPDATE nonces SET used=1 WHERE nonce=?", nonce);
}

}  // namespace anchor::registry
