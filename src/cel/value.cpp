// SPDX-License-Identifier: Apache-2.0
#include <anchor/cel/value.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <optional>

#include "compare.h"
#include "failures.h"
#include "ip_address.h"
#include "timestamp.h"

namespace anchor::cel {
namespace {

constexpr std::size_t kIndexFrom = 9;  // entries; below, comparing one by one is faster

std::uint32_t extent_of(std::size_t size) {
    if (size > std::numeric_limits<std::uint32_t>::max()) std::abort();
    return static_cast<std::uint32_t>(size);
}

const char* copy_text(Arena& arena, std::string_view text) {
    auto* room = arena.allocate_array<char>(text.size());
    if (room != nullptr && !text.empty()) std::memcpy(room, text.data(), text.size());
    return room;
}

// False where a key occurs twice.
bool fill_index(std::span<const MapEntry> entries, std::span<std::uint32_t> index) {
    std::fill(index.begin(), index.end(), 0U);
    const std::size_t mask = index.size() - 1;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        std::size_t at = hash_key(entries[i].key) & mask;
        for (; index[at] != 0; at = (at + 1) & mask) {
            if (same_key(entries[index[at] - 1].key, entries[i].key)) return false;
        }
        index[at] = static_cast<std::uint32_t>(i + 1);
    }
    return true;
}

bool has_duplicate(std::span<const MapEntry> entries) {
    for (std::size_t i = 1; i < entries.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            if (same_key(entries[i].key, entries[j].key)) return true;
        }
    }
    return false;
}

std::size_t index_size(std::size_t entries) {
    std::size_t size = 1;
    while (size < entries * 2) size *= 2;
    return size;
}

Value copy_list(Arena& arena, const Value& value) {
    const auto elements = value.as_list();
    auto* room = arena.allocate_array<Value>(elements.size());
    if (room == nullptr) return memory_exceeded();
    for (std::size_t i = 0; i < elements.size(); ++i) {
        room[i] = copy(arena, elements[i]);
        if (room[i].is(Kind::Error)) return room[i];
    }
    return Value::list({room, elements.size()});
}

Value copy_map(Arena& arena, const Value& value) {
    const auto entries = value.as_map().entries;
    auto* room = arena.allocate_array<MapEntry>(entries.size());
    if (room == nullptr) return memory_exceeded();
    for (std::size_t i = 0; i < entries.size(); ++i) {
        room[i] = {copy(arena, entries[i].key), copy(arena, entries[i].value)};
        if (room[i].key.is(Kind::Error)) return room[i].key;
        if (room[i].value.is(Kind::Error)) return room[i].value;
    }
    return make_map(arena, {room, entries.size()});
}

template <class T>
const T* copy_object(Arena& arena, const T& object) {
    auto* room = arena.allocate_array<T>(1);
    return room == nullptr ? nullptr : new (room) T(object);
}

Value copy_unknown(Arena& arena, const Value& value) {
    const auto attributes = value.unknown_attributes();
    if (attributes.size() < 2) return value;
    auto* room = arena.allocate_array<std::uint32_t>(attributes.size());
    if (room == nullptr) return Value::unknown(attributes[0]);
    std::copy(attributes.begin(), attributes.end(), room);
    return Value::unknown(std::span<const std::uint32_t>(room, attributes.size()));
}

}  // namespace

Value Value::timestamp(Timestamp value) noexcept {
    if (!is_in_range(value)) std::abort();
    return {Kind::Timestamp, value.nanoseconds, {.integer = value.seconds}};
}

Value Value::timestamp(std::chrono::sys_time<std::chrono::milliseconds> value) noexcept {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(value);
    const auto rest = std::chrono::duration_cast<std::chrono::nanoseconds>(value - seconds);
    return timestamp(Timestamp{seconds.time_since_epoch().count(), static_cast<std::uint32_t>(rest.count())});
}

Value Value::string(std::string_view utf8) noexcept { return {Kind::String, extent_of(utf8.size()), {.text = utf8.data()}}; }
Value Value::bytes(ByteView octets) noexcept { return {Kind::Bytes, extent_of(octets.size()), {.text = as_text(octets).data()}}; }
Value Value::list(std::span<const Value> elements) noexcept {
    return {Kind::List, extent_of(elements.size()), {.values = elements.data()}};
}
Value Value::map(const MapStorage& storage) noexcept { return {Kind::Map, extent_of(storage.entries.size()), {.map = &storage}}; }
Value Value::type(std::string_view name) noexcept { return {Kind::Type, extent_of(name.size()), {.text = name.data()}}; }

Value Value::error(ErrorCode code, std::string_view message) noexcept {
    Value value(Kind::Error, extent_of(message.size()), {.text = message.data()});
    value.code_ = static_cast<std::uint8_t>(code);
    return value;
}

Value Value::unknown(std::span<const std::uint32_t> attributes) noexcept {
    if (attributes.size() < 2) std::abort();
    return {Kind::Unknown, extent_of(attributes.size()), {.attributes = attributes.data()}};
}

ErrorCode Value::error_code() const noexcept {
    static_cast<void>(checked(Kind::Error));
    return static_cast<ErrorCode>(code_);
}

std::span<const std::uint32_t> Value::unknown_attributes() const& noexcept {
    const Payload& payload = checked(Kind::Unknown);
    if (extent_ > 1) return {payload.attributes, extent_};
    return {payload.one_attribute.data(), 1};
}

Value make_string(Arena& arena, std::string_view utf8) {
    const char* text = copy_text(arena, utf8);
    return text == nullptr ? memory_exceeded() : Value::string({text, utf8.size()});
}

Value make_bytes(Arena& arena, ByteView octets) {
    const char* text = copy_text(arena, as_text(octets));
    return text == nullptr ? memory_exceeded() : Value::bytes(as_bytes({text, octets.size()}));
}

Value make_list(Arena& arena, std::span<const Value> elements) {
    auto* room = arena.allocate_array<Value>(elements.size());
    if (room == nullptr) return memory_exceeded();
    std::copy(elements.begin(), elements.end(), room);
    return Value::list({room, elements.size()});
}

Value make_map(Arena& arena, std::span<const MapEntry> entries) {
    for (const MapEntry& entry : entries) {
        if (!is_map_key(entry.key)) return Value::error(ErrorCode::NoSuchOverload, "a map key must be a bool, int, uint or string");
    }
    auto* room = arena.allocate_array<MapEntry>(entries.size());
    auto* storage = arena.allocate_array<MapStorage>(1);
    if (room == nullptr || storage == nullptr) return memory_exceeded();
    std::copy(entries.begin(), entries.end(), room);
    new (storage) MapStorage{{room, entries.size()}, {}};
    bool duplicate = false;
    if (entries.size() < kIndexFrom) {
        duplicate = has_duplicate(entries);
    } else {
        const std::size_t size = index_size(entries.size());
        auto* index = arena.allocate_array<std::uint32_t>(size);
        if (index == nullptr) return memory_exceeded();
        duplicate = !fill_index(entries, {index, size});
        storage->index = {index, size};
    }
    if (duplicate) return Value::error(ErrorCode::DuplicateKey, "a map has the same key twice");
    return Value::map(*storage);
}

Value make_optional(Arena& arena, const Value& value) {
    const Value* room = copy_object(arena, value);
    return room == nullptr ? memory_exceeded() : Value::some(*room);
}

Value make_error(Arena& arena, ErrorCode code, std::string_view message) {
    const char* text = copy_text(arena, message);
    return text == nullptr ? memory_exceeded() : Value::error(code, {text, message.size()});
}

Value merge_unknowns(Arena& arena, const Value& a, const Value& b) {
    const auto left = a.unknown_attributes();
    const auto right = b.unknown_attributes();
    if (std::includes(left.begin(), left.end(), right.begin(), right.end())) return a;
    if (std::includes(right.begin(), right.end(), left.begin(), left.end())) return b;
    auto* room = arena.allocate_array<std::uint32_t>(left.size() + right.size());
    if (room == nullptr) return a;
    const auto* end = std::set_union(left.begin(), left.end(), right.begin(), right.end(), room);
    return Value::unknown(std::span<const std::uint32_t>(room, static_cast<std::size_t>(end - room)));
}

Value copy(Arena& arena, const Value& value) {
    switch (value.kind()) {
        case Kind::String: return make_string(arena, value.as_string());
        case Kind::Bytes: return make_bytes(arena, value.as_bytes());
        case Kind::List: return copy_list(arena, value);
        case Kind::Map: return copy_map(arena, value);
        case Kind::Type: {
            const char* name = copy_text(arena, value.as_type());
            return name == nullptr ? memory_exceeded() : Value::type({name, value.as_type().size()});
        }
        case Kind::Optional: {
            if (value.as_optional() == nullptr) return value;
            const Value inner = copy(arena, *value.as_optional());
            return inner.is(Kind::Error) ? inner : make_optional(arena, inner);
        }
        case Kind::Ip: {
            const IpAddress* address = copy_object(arena, value.as_ip());
            return address == nullptr ? memory_exceeded() : Value::ip(*address);
        }
        case Kind::Cidr: {
            const IpPrefix* prefix = copy_object(arena, value.as_cidr());
            return prefix == nullptr ? memory_exceeded() : Value::cidr(*prefix);
        }
        case Kind::Error: return make_error(arena, value.error_code(), value.error_message());
        case Kind::Unknown: return copy_unknown(arena, value);
        default: return value;
    }
}

}  // namespace anchor::cel
