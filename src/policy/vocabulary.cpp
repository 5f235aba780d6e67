// SPDX-License-Identifier: Apache-2.0
#include "vocabulary.h"

#include <algorithm>
#include <array>

namespace anchor::policy {
namespace {

constexpr Milliseconds kLongestAge = std::chrono::hours{24 * 3660};
constexpr std::string_view kTypeNames = "bool, int, double, string, list(string), timestamp, duration";
constexpr std::array kTypes = {ClaimType::Bool,       ClaimType::Int,       ClaimType::Double,  ClaimType::String,
                               ClaimType::StringList, ClaimType::Timestamp, ClaimType::Duration};

cel::Type cel_type(ClaimType type) {
    switch (type) {
        case ClaimType::Bool: return cel::TypeKind::Bool;
        case ClaimType::Int: return cel::TypeKind::Int;
        case ClaimType::Double: return cel::TypeKind::Double;
        case ClaimType::String: return cel::TypeKind::String;
        case ClaimType::StringList: return cel::Type::list(cel::TypeKind::String);
        case ClaimType::Timestamp: return cel::TypeKind::Timestamp;
        case ClaimType::Duration: return cel::TypeKind::Duration;
    }
    return {};
}

// Who may say it: "app:plc" or "app:998". The daemon knows which user that is.
bool is_source(std::string_view text) noexcept {
    constexpr std::string_view prefix = "app:";
    if (!text.starts_with(prefix) || text.size() == prefix.size() || text.size() > prefix.size() + 32) return false;
    return std::ranges::all_of(text.substr(prefix.size()),
                               [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'; });
}

void read_built_in(Fields& fields, const BuiltinClaim& known, DeclaredClaim& claim) {
    if (fields.has("from")) fields.wrong("from", "the claim is built in, its source is not a matter of policy");
    if (fields.has("type") && claim.type != known.type)
        fields.wrong("type", "the claim is built in and has the type " + std::string(to_string(known.type)));
    fields.required("max_age");
    claim.type = known.type;
}

void read_custom(Fields& fields, std::string_view name, DeclaredClaim& claim) {
    if (is_reserved_claim_name(name)) {
        fields.mistakes().add(fields.pointer(), in_quotes(name) + " is in a family of built-in claims and is none of them");
        return;
    }
    fields.required("type");
    fields.required("from");
    claim.from = fields.text("from", 64).value_or("");
    if (!claim.from.empty() && !is_source(claim.from)) fields.wrong("from", in_quotes(claim.from) + " is no source: expected \"app:USER\"");
}

}  // namespace

std::optional<ClaimType> claim_type_from(std::string_view name) noexcept {
    const auto found = std::ranges::find(kTypes, name, [](ClaimType type) { return to_string(type); });
    return found == kTypes.end() ? std::nullopt : std::optional(*found);
}

std::map<std::string, DeclaredClaim> read_claims(Fields& document) {
    std::map<std::string, DeclaredClaim> claims;
    const Json* section = document.member("claims");
    if (section == nullptr) return claims;
    const Fields all(*section, document.pointer("claims"), document.mistakes());
    if (section->is_object() && section->size() > kMaxDeclaredClaims) {
        document.wrong("claims", "at most " + std::to_string(kMaxDeclaredClaims) + " claims can be declared");
        return claims;
    }
    if (!section->is_object()) return claims;
    for (const auto& [name, value] : section->items()) {
        Fields fields(value, all.pointer(name), document.mistakes());
        fields.only({"type", "max_age", "from", "about"});
        DeclaredClaim claim;
        if (const auto type = fields.word<ClaimType>("type", claim_type_from, kTypeNames)) claim.type = *type;
        claim.max_age = fields.duration("max_age", kLongestAge);
        if (claim.max_age == Milliseconds{0}) fields.wrong("max_age", "must be longer than nothing");
        static_cast<void>(fields.text("about", 1024));
        if (const BuiltinClaim* known = find_builtin_claim(name); known != nullptr)
            read_built_in(fields, *known, claim);
        else
            read_custom(fields, name, claim);
        claims.emplace(name, std::move(claim));
    }
    return claims;
}

cel::Limits expression_limits() noexcept {
    return {.source_octets = 8U << 10U, .nodes = 2000, .depth = 64, .cost = 100'000, .memory = 256U << 10U, .regex_memory = 256U << 10U};
}

Vocabulary make_vocabulary(const std::map<std::string, DeclaredClaim>& declared, Mistakes& mistakes) {
    Vocabulary words;
    const auto add = [&](std::string_view name, ClaimType type) -> Result<void> {
        ANCHOR_ASSIGN_OR_RETURN([[maybe_unused]] const std::uint32_t slot, words.environment.declare(std::string(name), cel_type(type)));
        words.names.emplace_back(name);
        words.types.push_back(type);
        return {};
    };
    for (const BuiltinClaim& claim : builtin_claims()) static_cast<void>(add(claim.name, claim.type));
    for (const auto& [name, claim] : declared) {
        if (find_builtin_claim(name) != nullptr || is_reserved_claim_name(name)) continue;
        const std::string pointer = member_pointer("/claims", name);
        if (name.size() > 128 || name.find('.') == std::string::npos)
            mistakes.add(pointer,
                         in_quotes(name) + " is no name of a claim: expected two or more words with dots between, at most 128 octets");
        else if (const auto added = add(name, claim.type); !added)
            mistakes.add(pointer, added.error().what);
    }
    return words;
}

}  // namespace anchor::policy
