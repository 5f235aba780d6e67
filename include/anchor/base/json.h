// SPDX-License-Identifier: Apache-2.0
#pragma once

// Strict JSON (RFC 8259) for documents that foreigners wrote: a duplicate key, a depth or size beyond
// the limit, or octets after the end are refused, and every complaint can name line and column.
// The values themselves are nlohmann's.

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include <anchor/base/bytes.h>
#include <anchor/base/result.h>

namespace anchor {

using Json = nlohmann::json;

struct JsonLimits {
    std::size_t octets = 1U << 20U;
    std::size_t depth = 32;
};

/// Where a value begins, both counted from 1, columns in octets.
struct JsonPosition {
    std::uint32_t line = 0;
    std::uint32_t column = 0;
};

/// Position of every value by its JSON pointer (RFC 6901); "" is the document.
using JsonPositions = std::map<std::string, JsonPosition, std::less<>>;

/// Parses one document. Rejected, with "line L, column C: …", for anything that is not strict JSON.
/// Numbers outside 64 bits become doubles; invalid UTF-8 is refused.
[[nodiscard]] Result<Json> parse_json(std::string_view text, JsonLimits limits = {});
/// The same, and where each value stands.
[[nodiscard]] Result<Json> parse_json(std::string_view text, JsonLimits limits, JsonPositions& positions);

/// The one canonical spelling that this project signs and hashes: keys sorted, no white space, UTF-8.
[[nodiscard]] std::string canonical_json(const Json& value);

// Typed access to the members of an object, for readers of foreign documents. Each is Rejected where the
// member is missing or of another type, and names it.
[[nodiscard]] Result<std::string> json_string(const Json& object, std::string_view key);
[[nodiscard]] Result<std::int64_t> json_integer(const Json& object, std::string_view key);
[[nodiscard]] Result<std::uint64_t> json_unsigned(const Json& object, std::string_view key);
[[nodiscard]] Result<bool> json_bool(const Json& object, std::string_view key);
/// Octets written as base64url text.
[[nodiscard]] Result<Bytes> json_octets(const Json& object, std::string_view key);
/// Rejected where the object has a key that is not in the list: what we don't understand we don't accept.
[[nodiscard]] Result<void> json_only_keys(const Json& object, std::initializer_list<std::string_view> keys);

}  // namespace anchor
