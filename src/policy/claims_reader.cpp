// SPDX-License-Identifier: Apache-2.0
#include "claims_reader.h"

#include <algorithm>

#include <anchor/core/claim_table.h>
#include <anchor/policy/cases.h>

namespace anchor::policy {
namespace {

constexpr std::size_t kMaxListed = 4096;
constexpr Milliseconds kOldest = std::chrono::hours{24 * 3660};

Result<ClaimValue> text_value(const std::string& text, ClaimType type) {
    if (type == ClaimType::Timestamp) {
        ANCHOR_ASSIGN_OR_RETURN(const WallTime time, from_rfc3339(text));
        return ClaimValue(time);
    }
    if (type == ClaimType::Duration) {
        const bool is_negative = text.starts_with('-');
        ANCHOR_ASSIGN_OR_RETURN(const Milliseconds duration, parse_duration(std::string_view(text).substr(is_negative ? 1 : 0)));
        return ClaimValue(is_negative ? -duration : duration);
    }
    return ClaimValue(text);
}

// As people write it: true, 4, 4.5, "text", ["texts"], "2027-06-30T00:00:00Z", "1h30m".
Result<ClaimValue> plain_value(const Json& json, ClaimType type) {
    if (type == ClaimType::Bool && json.is_boolean()) return ClaimValue(json.get<bool>());
    if (type == ClaimType::Int && json.is_number_integer()) return ClaimValue(json.get<std::int64_t>());
    if (type == ClaimType::Double && json.is_number()) return ClaimValue(json.get<double>());
    const bool is_text = type == ClaimType::String || type == ClaimType::Timestamp || type == ClaimType::Duration;
    if (is_text && json.is_string()) return text_value(json.get<std::string>(), type);
    if (type == ClaimType::StringList && json.is_array() && json.size() <= kMaxListed &&
        std::ranges::all_of(json, [](const Json& each) { return each.is_string(); }))
        return ClaimValue(json.get<std::vector<std::string>>());
    return rejected("expected a value of the type " + std::string(to_string(type)));
}

}  // namespace

void ClaimsReader::read(Fields& fields, Claims& into) const {
    if (const Json* section = fields.member("claims"); section != nullptr) read(*section, fields.pointer("claims"), into);
}

void ClaimsReader::read(const Json& section, const std::string& pointer, Claims& into) const {
    const Fields all(section, pointer, mistakes_);
    if (!section.is_object()) return;
    for (const auto& [name, value] : section.items()) {
        if (const auto type = type_of(name))
            into.set(name, read_claim(name, *type, value, all.pointer(name)));
        else
            mistakes_.add(all.pointer(name), in_quotes(name) + " is neither a built-in claim nor declared by the policy");
    }
}

std::optional<ClaimType> ClaimsReader::type_of(std::string_view name) const {
    for (const Policy* policy : policies_) {
        const auto slot = std::ranges::find(policy->slots, name);
        if (slot != policy->slots.end()) return policy->types[static_cast<std::size_t>(slot - policy->slots.begin())];
    }
    return std::nullopt;
}

std::string ClaimsReader::source_of(const std::string& name) const {
    if (const BuiltinClaim* known = find_builtin_claim(name); known != nullptr) return std::string(known->source);
    for (const Policy* policy : policies_) {
        if (const auto declared = policy->claims.find(name); declared != policy->claims.end()) return declared->second.from;
    }
    return {};
}

// A value, or {"value": …, "age": "5m", "source": "app:plc"}, or {"unknown": "why"}.
Claim ClaimsReader::read_claim(const std::string& name, ClaimType type, const Json& json, const std::string& pointer) const {
    Claim claim{Unknown{"a mistake in the table"}, now_, source_of(name)};
    const Json* written = &json;
    if (json.is_object()) {
        Fields fields(json, pointer, mistakes_);
        fields.only({"value", "age", "source", "unknown"});
        claim.observed -= fields.duration("age", kOldest).value_or(Milliseconds{0});
        if (auto source = fields.text("source", 64)) claim.source = std::move(*source);
        if (const auto why = fields.text("unknown", 1024)) {
            claim.value = Unknown{*why};
            return claim;
        }
        written = fields.required("value");
    }
    if (written == nullptr) return claim;
    auto value = plain_value(*written, type);
    if (value)
        claim.value = std::move(*value);
    else
        mistakes_.add(pointer, in_quotes(name) + ": " + value.error().what);
    return claim;
}

Result<Claims> claims_from(const PolicySet& policies, std::string_view text, SteadyTime now, std::vector<Mistake>* mistakes) {
    std::vector<const Policy*> readers;
    for (const PolicyInForce& each : policies.policies()) readers.push_back(each.policy.get());
    return read_written<Claims>(text, mistakes, [&](const Json& json, Mistakes& found) {
        Claims claims;
        ClaimsReader(readers, now, found).read(json, "", claims);
        return claims;
    });
}

}  // namespace anchor::policy
