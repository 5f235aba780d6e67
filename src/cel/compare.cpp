// SPDX-License-Identifier: Apache-2.0
#include "compare.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "ip_address.h"

namespace anchor::cel {
namespace {

constexpr double kTwoTo63 = 9223372036854775808.0;
constexpr double kTwoTo64 = 18446744073709551616.0;

bool is_number(Kind kind) { return kind == Kind::Int || kind == Kind::Uint || kind == Kind::Double; }

std::partial_ordering order_int_uint(std::int64_t a, std::uint64_t b) {
    if (a < 0) return std::partial_ordering::less;
    return static_cast<std::uint64_t>(a) <=> b;
}

// The specification compares an integer with a double after rounding the integer, except outside its range.
std::partial_ordering order_int_double(std::int64_t a, double b) {
    if (b < -kTwoTo63) return std::partial_ordering::greater;
    if (b > kTwoTo63) return std::partial_ordering::less;
    return static_cast<double>(a) <=> b;
}

std::partial_ordering order_uint_double(std::uint64_t a, double b) {
    if (b < 0) return std::partial_ordering::greater;
    if (b > kTwoTo64) return std::partial_ordering::less;
    return static_cast<double>(a) <=> b;
}

std::partial_ordering reversed(std::partial_ordering ordering) { return 0 <=> ordering; }

std::partial_ordering order_numbers(const Value& a, const Value& b) {
    switch (a.kind()) {
        case Kind::Int:
            if (b.is(Kind::Int)) return a.as_int() <=> b.as_int();
            return b.is(Kind::Uint) ? order_int_uint(a.as_int(), b.as_uint()) : order_int_double(a.as_int(), b.as_double());
        case Kind::Uint:
            if (b.is(Kind::Uint)) return a.as_uint() <=> b.as_uint();
            return b.is(Kind::Int) ? reversed(order_int_uint(b.as_int(), a.as_uint())) : order_uint_double(a.as_uint(), b.as_double());
        default:
            if (b.is(Kind::Double)) return a.as_double() <=> b.as_double();
            return b.is(Kind::Int) ? reversed(order_int_double(b.as_int(), a.as_double()))
                                   : reversed(order_uint_double(b.as_uint(), a.as_double()));
    }
}

// Equality that counts its steps.
class Comparison {
public:
    explicit Comparison(std::uint64_t& steps) : steps_(steps) {}

    bool equal(const Value& a, const Value& b) {
        if (!pay(1)) return false;
        if (a.kind() != b.kind()) return is_number(a.kind()) && is_number(b.kind()) && order_numbers(a, b) == 0;
        switch (a.kind()) {
            case Kind::Null: return true;
            case Kind::Bool: return a.as_bool() == b.as_bool();
            case Kind::Int: return a.as_int() == b.as_int();
            case Kind::Uint: return a.as_uint() == b.as_uint();
            case Kind::Double: return a.as_double() == b.as_double();
            case Kind::String: return equal_texts(a.as_string(), b.as_string());
            case Kind::Bytes: return equal_texts(as_text(a.as_bytes()), as_text(b.as_bytes()));
            case Kind::List: return equal_lists(a.as_list(), b.as_list());
            case Kind::Map: return equal_maps(a.as_map(), b.as_map());
            case Kind::Timestamp: return a.as_timestamp() == b.as_timestamp();
            case Kind::Duration: return a.as_duration() == b.as_duration();
            case Kind::Type: return a.as_type() == b.as_type();
            case Kind::Optional: return equal_optionals(a.as_optional(), b.as_optional());
            case Kind::Ip: return a.as_ip() == b.as_ip();
            case Kind::Cidr: return a.as_cidr() == b.as_cidr();
            case Kind::Error:
            case Kind::Unknown: break;
        }
        return false;
    }

private:
    bool pay(std::uint64_t steps) {
        const bool enough = steps <= steps_;
        steps_ = enough ? steps_ - steps : 0;
        return enough;
    }
    bool equal_texts(std::string_view a, std::string_view b) { return a.size() == b.size() && pay(a.size() / 16) && a == b; }
    bool equal_lists(std::span<const Value> a, std::span<const Value> b) {
        return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](const Value& x, const Value& y) { return equal(x, y); });
    }
    bool equal_maps(const MapStorage& a, const MapStorage& b) {
        if (a.entries.size() != b.entries.size()) return false;
        return std::all_of(a.entries.begin(), a.entries.end(), [&](const MapEntry& entry) {
            const std::size_t octets = entry.key.is(Kind::String) ? entry.key.as_string().size() : 0;
            if (!pay(1 + octets / 16)) return false;
            const Value* other = b.find(entry.key);
            return other != nullptr && equal(entry.value, *other);
        });
    }
    bool equal_optionals(const Value* a, const Value* b) {
        if (a == nullptr || b == nullptr) return a == b;
        return equal(*a, *b);
    }

    std::uint64_t& steps_;
};

// A double that is a whole number in the range of int or uint is that number; others are no key.
std::optional<Value> normalized(const Value& key) {
    if (!key.is(Kind::Double)) return key;
    const double real = key.as_double();
    if (std::trunc(real) != real) return std::nullopt;
    if (real >= -kTwoTo63 && real < kTwoTo63) return Value::integer(static_cast<std::int64_t>(real));
    if (real >= 0 && real < kTwoTo64) return Value::natural(static_cast<std::uint64_t>(real));
    return std::nullopt;
}

std::uint64_t mixed(std::uint64_t x) {
    x ^= x >> 33U;
    x *= 0xff51afd7ed558ccdULL;
    return x ^ (x >> 29U);
}

std::uint64_t hash_text(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    for (const char c : text) hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001b3ULL;
    return mixed(hash);
}

}  // namespace

bool equal(const Value& a, const Value& b) noexcept {
    std::uint64_t steps = std::numeric_limits<std::uint64_t>::max();
    return Comparison(steps).equal(a, b);
}

bool equal_within(const Value& a, const Value& b, std::uint64_t& steps) noexcept { return Comparison(steps).equal(a, b); }

std::optional<std::partial_ordering> order(const Value& a, const Value& b) noexcept {
    if (is_number(a.kind()) && is_number(b.kind())) return order_numbers(a, b);
    if (a.kind() != b.kind()) return std::nullopt;
    switch (a.kind()) {
        case Kind::Bool: return a.as_bool() <=> b.as_bool();
        case Kind::String: return a.as_string() <=> b.as_string();
        case Kind::Bytes: return as_text(a.as_bytes()) <=> as_text(b.as_bytes());
        case Kind::Timestamp: return a.as_timestamp() <=> b.as_timestamp();
        case Kind::Duration: return a.as_duration() <=> b.as_duration();
        default: return std::nullopt;
    }
}

bool is_map_key(const Value& value) noexcept {
    return value.is(Kind::Bool) || value.is(Kind::Int) || value.is(Kind::Uint) || value.is(Kind::String);
}

bool same_key(const Value& a, const Value& b) noexcept {
    if (a.kind() == b.kind()) return equal(a, b);
    return is_number(a.kind()) && is_number(b.kind()) && order_numbers(a, b) == 0;
}

std::uint64_t hash_key(const Value& key) noexcept {
    switch (key.kind()) {
        case Kind::String: return hash_text(key.as_string());
        case Kind::Int: return mixed(static_cast<std::uint64_t>(key.as_int()));
        case Kind::Uint: return mixed(key.as_uint());
        default: return key.is_true() ? 1 : 0;
    }
}

const Value* MapStorage::find(const Value& key) const noexcept {
    const std::optional<Value> wanted = normalized(key);
    if (!wanted.has_value() || !is_map_key(*wanted)) return nullptr;
    if (index.empty()) {
        for (const MapEntry& entry : entries) {
            if (same_key(entry.key, *wanted)) return &entry.value;
        }
        return nullptr;
    }
    const std::size_t mask = index.size() - 1;
    for (std::size_t at = hash_key(*wanted) & mask; index[at] != 0; at = (at + 1) & mask) {
        const MapEntry& entry = entries[index[at] - 1];
        if (same_key(entry.key, *wanted)) return &entry.value;
    }
    return nullptr;
}

}  // namespace anchor::cel
