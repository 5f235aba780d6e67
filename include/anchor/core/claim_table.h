// SPDX-License-Identifier: Apache-2.0
#pragma once

// The table of built-in claims: every name that a program of this project may say something about, with its type and
// meaning. The checker of policies, the client and docs/claims.md read it, so that there is no second list.

#include <span>
#include <string>
#include <string_view>

#include <anchor/core/claim.h>

namespace anchor {

struct BuiltinClaim {
    std::string_view name;  ///< "family.words_with_underscores"
    ClaimType type;
    std::string_view unit;    ///< "octets", "degrees Celsius", … ; empty where the type says it all
    std::string_view source;  ///< who says it: "tpm", "kernel", "system" or "registry"
    std::string_view meaning;
};

/// All of them, by name in ascending order.
[[nodiscard]] std::span<const BuiltinClaim> builtin_claims() noexcept;
/// nullptr where there is none of that name.
[[nodiscard]] const BuiltinClaim* find_builtin_claim(std::string_view name) noexcept;
/// Whether the name is in a family that only this project fills ("boot.anything"): no application may declare it.
[[nodiscard]] bool is_reserved_claim_name(std::string_view name) noexcept;

/// The table as a Markdown document: docs/claims.md is this text.
[[nodiscard]] std::string claims_as_markdown();

}  // namespace anchor
