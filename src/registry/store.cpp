// SPDX-License-Identifier: Apache-2.0
#include <anchor/registry/numbers.h>
#include <anchor/registry/store.h>

#include "database.h"

namespace anchor::registry {
namespace {

constexpr int kAnswersPerDevice = 32;
constexpr std::int64_t kMostAnswers = 100'000;
constexpr WallTime kEver = WallTime::min();
constexpr WallTime kNever = WallTime::max();

Result<std::vector<AuditEntry>> entries_of(Query query) {
    std::vector<AuditEntry> entries;
    while (true) {
        ANCHOR_ASSIGN_OR_RETURN(const bool found, query.step());
        if (!found) return entries;
        entries.push_back({query.number(0), query.time(1), query.text(2), query.text(3), query.text(4)});
    }
}

}  // namespace

Store::Store(std::unique_ptr<Database> database) : database_(std::move(database)) {}
Store::~Store() = default;

Result<std::unique_ptr<Store>> Store::open(const std::string& path) {
    ANCHOR_ASSIGN_OR_RETURN(auto database, Database::open(path));
    return std::unique_ptr<Store>(new Store(std::move(database)));
}

Result<void> Store::begin() { return database_->begin(); }
Result<void> Store::commit() { return database_->commit(); }

Result<std::int64_t> Store::foreign_changes() {
    ANCHOR_ASSIGN_OR_RETURN(const auto version, database_->number("PRAGMA data_version"));
    return version.value_or(0);
}

Result<std::optional<std::string>> Store::answer(const Digest& request) {
    Query query = database_->query("SELECT reply FROM answers WHERE request=?", request.view());
    ANCHOR_ASSIGN_OR_RETURN(const bool found, query.step());
    return found ? std::optional(query.text(0)) : std::nullopt;
}

Result<void> Store::remember_answer(const Digest& request, std::string_view device, std::string_view reply, WallTime now) {
    ANCHOR_RETURN_IF_ERROR(
        database_->run("INSERT OR REPLACE INTO answers (request, device, at, reply) VALUES (?,?,?,?)", request.view(), device, now, reply));
    ANCHOR_RETURN_IF_ERROR(
        database_->run("DELETE FROM answers WHERE device=? AND request NOT IN"
                       " (SELECT request FROM answers WHERE device=? ORDER BY at DESC, rowid DESC LIMIT ?)",
                       device, device, kAnswersPerDevice));
    // Whoever holds a claim certificate can name any number of devices: the whole has a bound as well.
    ANCHOR_ASSIGN_OR_RETURN(const auto oldest, database_->number("SELECT max(rowid) FROM answers"));
    return database_->run("DELETE FROM answers WHERE rowid<=?", oldest.value_or(0) - kMostAnswers);
}

Result<bool> Store::is_carried_out(const DeviceId& device, ByteView request) {
    Query query = database_->query("SELECT 1 FROM carried_out WHERE device=? AND request=?", device.text(), request);
    return query.step();
}

Result<void> Store::remember_carried_out(const DeviceId& device, ByteView request) {
    return database_->run("INSERT INTO carried_out (device, request) VALUES (?,?)", device.text(), request);
}

Result<std::uint64_t> Store::next_number(std::string_view counter) {
    Query query = database_->query(
        "INSERT INTO counters (name, value) VALUES (?,1) ON CONFLICT (name) DO UPDATE SET value=value+1 RETURNING value", counter);
    ANCHOR_ASSIGN_OR_RETURN(const bool found, query.step());
    if (!found) return corrupt("counter without a value");
    const std::uint64_t value = query.number(0);
    ANCHOR_RETURN_IF_ERROR(query.run());
    return value;
}

Result<std::uint64_t> Store::next_number(std::string_view counter, WallTime now) {
    Query query = database_->query("SELECT value FROM counters WHERE name=?", counter);
    ANCHOR_ASSIGN_OR_RETURN(const bool found, query.step());
    const std::uint64_t value = number_after(found ? query.number(0) : 0, now);
    ANCHOR_RETURN_IF_ERROR(database_->run("INSERT OR REPLACE INTO counters (name, value) VALUES (?,?)", counter, value));
    return value;
}

Result<std::map<std::string, std::uint64_t>> Store::standing_changes() {
    Query query = database_->query("SELECT name, value FROM counters WHERE name LIKE 'standing/%'");
    std::map<std::string, std::uint64_t> rows;
    while (true) {
        ANCHOR_ASSIGN_OR_RETURN(const bool found, query.step());
        if (!found) return rows;
        rows.emplace(query.text(0), query.number(1));
    }
}

Result<void> Store::audit(std::string_view act, std::string_view device, std::string_view what, WallTime now) {
    return database_->run("INSERT INTO audit (at, act, device, what) VALUES (?,?,?,?)", now, act, device, what);
}

Result<std::vector<AuditEntry>> Store::audit_log(std::string_view device, std::size_t limit) {
    return entries_of(
        database_->query("SELECT number, at, act, device, what FROM audit WHERE ?='' OR device=? ORDER BY number DESC LIMIT ?", device,
                         device, static_cast<std::uint64_t>(limit)));
}

Result<std::vector<AuditEntry>> Store::audit_page(const AuditFilter& filter, std::uint64_t after, std::size_t limit) {
    return entries_of(database_->query(
        "SELECT number, at, act, device, what FROM audit WHERE number>? AND at>=? AND at<? AND (?='' OR device=?) AND (?='' OR act=?)"
        " ORDER BY number LIMIT ?",
        after, filter.since.value_or(kEver), filter.until.value_or(kNever), filter.device, filter.device, filter.act, filter.act,
        static_cast<std::uint64_t>(limit)));
}

Result<std::uint64_t> Store::audit_before_newest(const AuditFilter& filter, std::uint64_t count) {
    Query query = database_->query(
        "SELECT number FROM audit WHERE at>=? AND at<? AND (?='' OR device=?) AND (?='' OR act=?) ORDER BY number DESC LIMIT 1 OFFSET ?",
        filter.since.value_or(kEver), filter.until.value_or(kNever), filter.device, filter.device, filter.act, filter.act, count);
    ANCHOR_ASSIGN_OR_RETURN(const bool found, query.step());
    return found ? query.number(0) : 0;
}

}  // namespace anchor::registry
