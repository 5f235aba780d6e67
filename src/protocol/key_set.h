// SPDX-License-Identifier: Apache-2.0
#pragma once

// Keys by their id as they stand in documents: {"<thumbprint>": "<SubjectPublicKeyInfo>", …}.

#include <string_view>

#include <nlohmann/json.hpp>

#include <anchor/base/json.h>
#include <anchor/crypto/jws.h>

namespace anchor::protocol {

[[nodiscard]] Json keys_to_json(const crypto::JwsKeys& keys);
/// The member `name` of the object. Rejected: too many, a key that PublicKey refuses, an id that is not its key's thumbprint.
[[nodiscard]] Result<crypto::JwsKeys> keys_from(const Json& object, std::string_view name);

}  // namespace anchor::protocol
