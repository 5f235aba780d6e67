// SPDX-License-Identifier: Apache-2.0
#include "database.h"

#include <algorithm>

namespace anchor::registry {
namespace {

constexpr int kBusyMilliseconds = 10'000;

ErrorKind kind_of(int code) {
    switch (code & 0xff) {
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB: return ErrorKind::Corrupt;
        case SQLITE_PERM:
        case SQLITE_AUTH:
        case SQLITE_READONLY:
        case SQLITE_CANTOPEN: return ErrorKind::Denied;
        case SQLITE_CONSTRAINT: return ErrorKind::Rejected;
        default: return ErrorKind::Unavailable;
    }
}

}  // namespace

Query::~Query() {
    if (statement_ == nullptr) return;
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
}

// A value that can't be bound leaves the parameter NULL; every column that matters is NOT NULL, so the statement fails.
Query& Query::bind(std::int64_t value) {
    if (statement_ != nullptr) sqlite3_bind_int64(statement_, next_++, value);
    return *this;
}

Query& Query::bind(std::string_view text) {
    if (statement_ != nullptr)
        sqlite3_bind_text64(statement_, next_++, text.empty() ? "" : text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    return *this;
}

Query& Query::bind(ByteView octets) {
    if (statement_ == nullptr) return *this;
    if (octets.empty())
        sqlite3_bind_zeroblob(statement_, next_++, 0);
    else
        sqlite3_bind_blob64(statement_, next_++, octets.data(), octets.size(), SQLITE_TRANSIENT);
    return *this;
}

Result<bool> Query::step() {
    if (statement_ == nullptr) return database_->failure("prepare");
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    return database_->failure("step");
}

Result<void> Query::run() {
    ANCHOR_ASSIGN_OR_RETURN(const bool row, step());
    static_cast<void>(row);
    return {};
}

std::string Query::text(int column) const {
    const auto* data = sqlite3_column_text(statement_, column);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    return data == nullptr ? std::string() : std::string(reinterpret_cast<const char*>(data), size);
}

Bytes Query::octets(int column) const {
    const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    return data == nullptr ? Bytes() : Bytes(data, data + size);
}

Result<std::unique_ptr<Database>> Database::open(const std::string& path, std::size_t schema) {
    sqlite3* handle = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    std::unique_ptr<Database> database(new Database(handle));
    if (code != SQLITE_OK) return Error{kind_of(code), "open " + path + ": " + sqlite3_errstr(code), code};
    sqlite3_extended_result_codes(handle, 1);
    sqlite3_busy_timeout(handle, kBusyMilliseconds);
    // FULL: a reply that is on its way must not be younger than the last thing a power cut leaves on the disk.
    ANCHOR_RETURN_IF_ERROR(database->script("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"));
    ANCHOR_RETURN_IF_ERROR(migrate(*database, schema));
    return database;
}

Database::~Database() {
    std::ranges::for_each(statements_, [](const auto& one) { sqlite3_finalize(one.second); });
    sqlite3_close(handle_);
}

Query Database::prepare(std::string_view sql) {
    if (const auto known = statements_.find(sql); known != statements_.end()) return {*this, known->second};
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code == SQLITE_OK) statements_.emplace(sql, statement);
    return {*this, statement};
}

Error Database::failure(std::string_view doing) {
    failed_ = true;
    const int code = sqlite3_extended_errcode(handle_);
    return {kind_of(code), "registry database: " + std::string(doing) + ": " + sqlite3_errmsg(handle_), code};
}

Result<void> Database::script(const std::string& sql) {
    if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) return failure("script");
    return {};
}

Result<void> Database::begin() {
    failed_ = false;
    return script("BEGIN IMMEDIATE");
}

Result<void> Database::commit() {
    if (failed_) {
        roll_back();
        return unavailable("registry database: the transaction had failed and was taken back");
    }
    auto committed = script("COMMIT");
    if (!committed) roll_back();
    return committed;
}

void Database::roll_back() {
    if (in_transaction()) sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr);
}

}  // namespace anchor::registry
