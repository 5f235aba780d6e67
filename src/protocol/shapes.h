// SPDX-License-Identifier: Apache-2.0
#pragma once

// The shapes that messages are made of, beyond those of base/json.h: lists of bounded length, nested objects, ports.

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <anchor/base/json.h>
#include <anchor/core/quoter.h>

namespace anchor::protocol {

[[nodiscard]] Json octet_list(const std::vector<Bytes>& items);
/// Rejected: not an array of base64url texts, or more than `limit` of them.
[[nodiscard]] Result<std::vector<Bytes>> octet_list_from(const Json& object, std::string_view key, std::size_t limit);
[[nodiscard]] Result<std::vector<std::string>> text_list_from(const Json& object, std::string_view key, std::size_t limit);

/// The member, which must be an array of at most `limit` items. Borrowed from the object.
[[nodiscard]] Result<const Json*> array_of(const Json& object, std::string_view key, std::size_t limit);
/// The member, which must be an object.
[[nodiscard]] Result<const Json*> object_of(const Json& object, std::string_view key);
/// {"attest", "signature"}: what a TPM states, and its signature.
[[nodiscard]] Json attestation_json(const Attestation& attestation);
[[nodiscard]] Result<Attestation> attestation_from(const Json& json);
/// The member, which must be a TCP port, 1 to 65535.
[[nodiscard]] Result<std::uint16_t> port_of(const Json& object, std::string_view key);

}  // namespace anchor::protocol
