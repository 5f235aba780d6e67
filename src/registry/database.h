// SPDX-License-Identifier: Apache-2.0
#pragma once

// The only code that speaks to SQLite: one connection, prepared statements, one transaction at a time. Failures are
// remembered, so that a transaction in which any statement failed cannot be committed by someone who overlooked it.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <sqlite3.h>

#include <anchor/base/bytes.h>
#include <anchor/base/result.h>
#include <anchor/base/time.h>

namespace anchor::registry {

class Database;

/// How many steps there are.
[[nodiscard]] std::size_t newest_schema() noexcept;

/// A prepared statement with its values, read row by row. It goes back to its database when it ends.
class Query {
public:
    Query(Database& database, sqlite3_stmt* statement) : database_(&database), statement_(statement) {}
    Query(Query&& other) noexcept : database_(other.database_), statement_(std::exchange(other.statement_, nullptr)), next_(other.next_) {}
    Query& operator=(Query&&) = delete;
    ~Query();

    Query& bind(std::int64_t value);
    Query& bind(std::uint64_t value) { return bind(static_cast<std::int64_t>(value)); }
    Query& bind(int value) { return bind(static_cast<std::int64_t>(value)); }
    Query& bind(bool value) { return bind(static_cast<std::int64_t>(value)); }
    Query& bind(std::string_view text);
    Query& bind(const std::string& text) { return bind(std::string_view(text)); }
    Query& bind(const char* text) { return bind(std::string_view(text)); }
    Query& bind(ByteView octets);
    Query& bind(const Bytes& octets) { return bind(ByteView(octets)); }
    Query& bind(WallTime time) { return bind(static_cast<std::int64_t>(time.time_since_epoch().count())); }

    /// Whether there is a (next) row. Unavailable: the disk is full or the file is busy. Corrupt: the file is damaged.
    [[nodiscard]] Result<bool> step();
    /// For statements without rows.
    [[nodiscard]] Result<void> run();

    // Columns of the present row, counted from 0.
    [[nodiscard]] std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
    [[nodiscard]] std::uint64_t number(int column) const { return static_cast<std::uint64_t>(integer(column)); }
    [[nodiscard]] bool boolean(int column) const { return integer(column) != 0; }
    [[nodiscard]] std::string text(int column) const;
    [[nodiscard]] Bytes octets(int column) const;
    [[nodiscard]] WallTime time(int column) const { return WallTime(Milliseconds(integer(column))); }
    [[nodiscard]] bool is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

private:
    Database* database_;
    sqlite3_stmt* statement_;  // nullptr where it could not be prepared
    int next_ = 1;
};

class Database {
public:
    /// Opens or makes the file (":memory:" for a test), in WAL mode with foreign keys, and brings its schema up to date.
    /// Denied: made by a newer version of this program. Corrupt, Unavailable: as SQLite says.
    /// `schema`: the step to stop at, for a test that needs a file as an earlier version left it.
    [[nodiscard]] static Result<std::unique_ptr<Database>> open(const std::string& path, std::size_t schema = newest_schema());
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    ~Database();

    template <class... Values>
    [[nodiscard]] Query query(std::string_view sql, const Values&... values) {
        Query prepared = prepare(sql);
        (prepared.bind(values), ...);
        return prepared;
    }
    template <class... Values>
    [[nodiscard]] Result<void> run(std::string_view sql, const Values&... values) {
        return query(sql, values...).run();
    }
    /// One number of one row; nothing where there is no row or it is NULL.
    template <class... Values>
    [[nodiscard]] Result<std::optional<std::int64_t>> number(std::string_view sql, const Values&... values) {
        Query prepared = query(sql, values...);
        ANCHOR_ASSIGN_OR_RETURN(const bool found, prepared.step());
        if (!found || prepared.is_null(0)) return std::optional<std::int64_t>();
        return std::optional(prepared.integer(0));
    }
    /// Several statements without values, as the schema has them.
    [[nodiscard]] Result<void> script(const std::string& sql);

    /// Writers of other processes are waited for, a bounded time.
    [[nodiscard]] Result<void> begin();
    /// Fails, and takes everything back, where any statement since begin() has failed.
    [[nodiscard]] Result<void> commit();
    void roll_back();
    [[nodiscard]] bool in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }
    /// Rows that the last statement changed.
    [[nodiscard]] int changes() const { return sqlite3_changes(handle_); }

private:
    friend class Query;
    explicit Database(sqlite3* handle) : handle_(handle) {}
    [[nodiscard]] Query prepare(std::string_view sql);
    [[nodiscard]] Error failure(std::string_view doing);

    sqlite3* handle_;
    std::map<std::string, sqlite3_stmt*, std::less<>> statements_;
    bool failed_ = false;
};

/// Brings an older file to that schema, step by numbered step, each in a transaction of its own.
[[nodiscard]] Result<void> migrate(Database& database, std::size_t schema);

}  // namespace anchor::registry
