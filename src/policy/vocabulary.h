// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the rules of one document may speak of: the built-in claims and those that it declares, as variables of expressions.

#include <map>
#include <string>
#include <vector>

#include <anchor/cel/environment.h>
#include <anchor/core/claim_table.h>
#include <anchor/policy/policy.h>

#include "fields.h"

namespace anchor::policy {

/// "bool", …, "duration"; nothing for any other word.
[[nodiscard]] std::optional<ClaimType> claim_type_from(std::string_view name) noexcept;

/// The section "claims": {"plc.vibration_rms": {"type": "double", "max_age": "60s", "from": "app:plc"}, …}.
[[nodiscard]] std::map<std::string, DeclaredClaim> read_claims(Fields& document);

/// Bounds of one expression of a policy: far tighter than those of the language, wide enough for what people write.
[[nodiscard]] cel::Limits expression_limits() noexcept;

/// Variable number n is the claim names[n] of type types[n].
struct Vocabulary {
    cel::Environment environment{cel::Extension::All, expression_limits()};
    std::vector<std::string> names;
    std::vector<ClaimType> types;
};
/// Notes declared names that can't be variables.
[[nodiscard]] Vocabulary make_vocabulary(const std::map<std::string, DeclaredClaim>& declared, Mistakes& mistakes);

}  // namespace anchor::policy
