// SPDX-License-Identifier: Apache-2.0
#pragma once

// A value of the Common Expression Language, in 16 octets without ownership: texts, lists and maps are
// borrowed from whoever made them (a program's constants, an Arena, the caller). Errors and unknowns are
// values too, with the rules of the specification. Untrusted content is fine; a text must be valid UTF-8.

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include <anchor/base/bytes.h>
#include <anchor/cel/arena.h>

namespace anchor::cel {

enum class Kind : std::uint8_t {
    Null,
    Bool,
    Int,
    Uint,
    Double,
    String,
    Bytes,
    List,
    Map,
    Timestamp,
    Duration,
    Type,
    Optional,
    Ip,
    Cidr,
    Error,
    Unknown,
};

/// Why an evaluation has no value.
enum class ErrorCode : std::uint8_t {
    NoSuchOverload,  ///< a function or operator does not take values of these types
    NoSuchKey,       ///< a map has no such key, a list no such index, an optional no value
    NoSuchName,      ///< an identifier or function that nobody declared (unchecked programs only)
    BadArgument,     ///< right type, wrong content: a text that is no number, no time, no pattern
    DivideByZero,
    Overflow,  ///< a result outside the range of its type
    DuplicateKey,
    LimitExceeded,  ///< the cost or memory that this evaluation was granted is used up
};

struct MapEntry;
struct MapStorage;
struct IpAddress;
struct IpPrefix;

/// Seconds since 1970 and nanoseconds after them; years 0001 to 9999.
struct Timestamp {
    std::int64_t seconds = 0;
    std::uint32_t nanoseconds = 0;
    friend auto operator<=>(const Timestamp&, const Timestamp&) = default;
};

class Value {
public:
    Value() noexcept : payload_{.integer = 0} {}  ///< null

    // Scalars.
    [[nodiscard]] static Value null() noexcept { return {}; }
    [[nodiscard]] static Value boolean(bool value) noexcept { return {Kind::Bool, 0, {.integer = value ? 1 : 0}}; }
    [[nodiscard]] static Value integer(std::int64_t value) noexcept { return {Kind::Int, 0, {.integer = value}}; }
    [[nodiscard]] static Value natural(std::uint64_t value) noexcept { return {Kind::Uint, 0, {.natural = value}}; }
    [[nodiscard]] static Value real(double value) noexcept { return {Kind::Double, 0, {.real = value}}; }
    [[nodiscard]] static Value duration(std::chrono::nanoseconds value) noexcept { return {Kind::Duration, 0, {.integer = value.count()}}; }
    /// Aborts outside the years 0001 to 9999.
    [[nodiscard]] static Value timestamp(Timestamp value) noexcept;
    [[nodiscard]] static Value timestamp(std::chrono::sys_time<std::chrono::milliseconds> value) noexcept;

    // Borrowed content: it must outlive the value. At most 4 GiB, or it aborts.
    [[nodiscard]] static Value string(std::string_view utf8) noexcept;
    [[nodiscard]] static Value bytes(ByteView octets) noexcept;
    [[nodiscard]] static Value list(std::span<const Value> elements) noexcept;
    [[nodiscard]] static Value map(const MapStorage& storage) noexcept;
    [[nodiscard]] static Value type(std::string_view name) noexcept;
    [[nodiscard]] static Value ip(const IpAddress& address) noexcept { return {Kind::Ip, 0, {.address = &address}}; }
    [[nodiscard]] static Value cidr(const IpPrefix& prefix) noexcept { return {Kind::Cidr, 0, {.prefix = &prefix}}; }
    [[nodiscard]] static Value none() noexcept { return {Kind::Optional, 0, {.values = nullptr}}; }
    [[nodiscard]] static Value some(const Value& value) noexcept { return {Kind::Optional, 0, {.values = &value}}; }
    static Value some(const Value&&) = delete;  // would borrow from a temporary: make_optional()

    /// An error; the message is borrowed.
    [[nodiscard]] static Value error(ErrorCode code, std::string_view message) noexcept;
    /// Not known: `attribute` says what is missing (by convention the slot), so that a reader can name it.
    [[nodiscard]] static Value unknown(std::uint32_t attribute) noexcept { return {Kind::Unknown, 1, {.one_attribute = {attribute, 0}}}; }
    /// Several are missing: sorted, without duplicates, at least two, borrowed.
    [[nodiscard]] static Value unknown(std::span<const std::uint32_t> attributes) noexcept;

    [[nodiscard]] Kind kind() const noexcept { return kind_; }
    [[nodiscard]] bool is(Kind kind) const noexcept { return kind_ == kind; }
    /// Neither error nor unknown.
    [[nodiscard]] bool is_known() const noexcept { return kind_ < Kind::Error; }
    [[nodiscard]] bool is_true() const noexcept { return kind_ == Kind::Bool && payload_.integer != 0; }
    [[nodiscard]] bool is_false() const noexcept { return kind_ == Kind::Bool && payload_.integer == 0; }

    // Reading another kind than is there is a broken invariant: it aborts.
    [[nodiscard]] bool as_bool() const noexcept { return checked(Kind::Bool).integer != 0; }
    [[nodiscard]] std::int64_t as_int() const noexcept { return checked(Kind::Int).integer; }
    [[nodiscard]] std::uint64_t as_uint() const noexcept { return checked(Kind::Uint).natural; }
    [[nodiscard]] double as_double() const noexcept { return checked(Kind::Double).real; }
    [[nodiscard]] std::string_view as_string() const noexcept { return {checked(Kind::String).text, extent_}; }
    [[nodiscard]] ByteView as_bytes() const noexcept { return {reinterpret_cast<const std::uint8_t*>(checked(Kind::Bytes).text), extent_}; }
    [[nodiscard]] std::span<const Value> as_list() const noexcept { return {checked(Kind::List).values, extent_}; }
    [[nodiscard]] const MapStorage& as_map() const noexcept { return *checked(Kind::Map).map; }
    [[nodiscard]] Timestamp as_timestamp() const noexcept { return {checked(Kind::Timestamp).integer, extent_}; }
    [[nodiscard]] std::chrono::nanoseconds as_duration() const noexcept {
        return std::chrono::nanoseconds(checked(Kind::Duration).integer);
    }
    [[nodiscard]] std::string_view as_type() const noexcept { return {checked(Kind::Type).text, extent_}; }
    [[nodiscard]] const IpAddress& as_ip() const noexcept { return *checked(Kind::Ip).address; }
    [[nodiscard]] const IpPrefix& as_cidr() const noexcept { return *checked(Kind::Cidr).prefix; }
    /// The value of an optional; nullptr for optional.none().
    [[nodiscard]] const Value* as_optional() const noexcept { return checked(Kind::Optional).values; }
    [[nodiscard]] ErrorCode error_code() const noexcept;
    [[nodiscard]] std::string_view error_message() const noexcept { return {checked(Kind::Error).text, extent_}; }
    /// What is missing, sorted, without duplicates. Borrowed from this value where it is one.
    [[nodiscard]] std::span<const std::uint32_t> unknown_attributes() const& noexcept;
    void unknown_attributes() const&& = delete;

private:
    friend struct ValueBits;  // the evaluator's unchecked view, src/cel/value_bits.h

    union Payload {
        std::int64_t integer;
        std::uint64_t natural;
        double real;
        const char* text;
        const Value* values;
        const MapStorage* map;
        const IpAddress* address;
        const IpPrefix* prefix;
        const std::uint32_t* attributes;
        std::array<std::uint32_t, 2> one_attribute;
    };

    Value(Kind kind, std::uint32_t extent, Payload payload) noexcept : kind_(kind), extent_(extent), payload_(payload) {}

    [[nodiscard]] const Payload& checked(Kind kind) const noexcept {
        if (kind_ != kind) std::abort();
        return payload_;
    }

    Kind kind_ = Kind::Null;
    std::uint8_t code_ = 0;     // ErrorCode; 1 on an optional that is an optional element of a literal
    std::uint32_t extent_ = 0;  // octets, elements, nanoseconds or attributes
    Payload payload_;
};
static_assert(sizeof(Value) == 16 && std::is_trivially_copyable_v<Value>);

struct MapEntry {
    Value key;
    Value value;
};

/// Entries in the order of their making, and a hash index where there are many.
struct MapStorage {
    std::span<const MapEntry> entries;
    std::span<const std::uint32_t> index;  ///< open addressing: entry number + 1, 0 is free; empty for small maps

    /// The value of a key (numbers compare across types, as the specification wants); nullptr where there is none.
    [[nodiscard]] const Value* find(const Value& key) const noexcept;
};

// Making values that live in an arena. Where its limit is exceeded each returns an error value (LimitExceeded).
[[nodiscard]] Value make_string(Arena& arena, std::string_view utf8);
[[nodiscard]] Value make_bytes(Arena& arena, ByteView octets);
[[nodiscard]] Value make_list(Arena& arena, std::span<const Value> elements);
/// Error values: DuplicateKey; NoSuchOverload for a key that is no bool, int, uint or string.
[[nodiscard]] Value make_map(Arena& arena, std::span<const MapEntry> entries);
[[nodiscard]] Value make_optional(Arena& arena, const Value& value);
[[nodiscard]] Value make_error(Arena& arena, ErrorCode code, std::string_view message);
/// Both sets of what is missing, merged.
[[nodiscard]] Value merge_unknowns(Arena& arena, const Value& a, const Value& b);
/// A deep copy that borrows from nothing but the arena.
[[nodiscard]] Value copy(Arena& arena, const Value& value);

/// Equality of the specification: numbers across types by value, NaN equals nothing, maps without order.
/// Errors and unknowns equal nothing. Time grows with the smaller of both.
[[nodiscard]] bool equal(const Value& a, const Value& b) noexcept;

/// For people and logs: the literal where CEL has one ("[1, 2u]", "\"text\"", "duration(\"90s\")"),
/// "error: …" and "unknown" otherwise. At most `max_octets`, then "…".
[[nodiscard]] std::string to_string(const Value& value, std::size_t max_octets = 1024);

}  // namespace anchor::cel
