// SPDX-License-Identifier: Apache-2.0
#include "case_table.h"

#include <algorithm>

#include <anchor/core/claim_table.h>

#include "fields.h"
#include "vocabulary.h"

namespace anchor::policy {
namespace {

constexpr std::size_t kMaxCases = 1000;
constexpr std::size_t kMaxListed = 4096;
constexpr Milliseconds kOldest = std::chrono::hours{24 * 3660};

constexpr std::string_view kLevelNames = "trusted, restricted, unverified, quarantined, revoked";

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

class TableReader {
public:
    TableReader(const Policy& policy, Mistakes& mistakes) : policy_(policy), mistakes_(mistakes) {}

    std::vector<Case> read(const Json& json) {
        Fields document(json, "", mistakes_);
        document.only({"$schema", "policy", "about", "claims", "cases"});
        document.required("policy");
        const auto name = document.name("policy", NameForm::Plain);
        if (name && *name != policy_.name)
            document.wrong("policy", "the cases are for " + in_quotes(*name) + ", the policy is " + in_quotes(policy_.name));
        Claims common;
        read_claims(document, common);
        std::vector<Case> cases;
        const Json* section = document.required("cases");
        if (section == nullptr) return cases;
        if (!section->is_array() || section->empty() || section->size() > kMaxCases) {
            document.wrong("cases", "\"cases\" must be a list of 1 to " + std::to_string(kMaxCases) + " cases");
            return cases;
        }
        for (std::size_t i = 0; i < section->size() && !mistakes_.full(); ++i)
            cases.push_back(read_case((*section)[i], element_pointer("/cases", i), common));
        return cases;
    }

private:
    Case read_case(const Json& json, std::string pointer, const Claims& common) {
        Fields fields(json, std::move(pointer), mistakes_);
        fields.only({"name", "about", "claims", "want"});
        fields.required("name");
        Case one{fields.text("name", 256).value_or(""), common, {}};
        read_claims(fields, one.claims);
        const Json* want = fields.required("want");
        if (want != nullptr) one.wish = read_wish(*want, fields.pointer("want"));
        return one;
    }

    Wish read_wish(const Json& json, std::string pointer) {
        Fields fields(json, std::move(pointer), mistakes_);
        fields.only({"level", "rules", "unknown", "access", "respond", "risk"});
        fields.required("level");
        Wish wish;
        wish.level = fields.word<Level>("level", level_from, kLevelNames);
        const auto list = [&](std::string_view key) -> std::optional<std::vector<std::string>> {
            if (!fields.has(key)) return std::nullopt;
            return fields.texts(key, kMaxRules, 128);
        };
        wish.rules = list("rules");
        wish.unknown = list("unknown");
        wish.access = list("access");
        wish.respond = list("respond");
        for (const auto* rules : {&wish.rules, &wish.unknown}) {
            if (*rules) check_rules(fields, **rules, rules == &wish.rules ? "rules" : "unknown");
        }
        if (const auto risk = fields.integer("risk", 0, 100)) wish.risk = static_cast<int>(*risk);
        return wish;
    }

    void check_rules(Fields& fields, const std::vector<std::string>& rules, std::string_view key) {
        for (const std::string& id : rules) {
            if (std::ranges::find(policy_.rules, id, &Rule::id) == policy_.rules.end())
                fields.wrong(key, "the policy has no rule " + in_quotes(id));
        }
    }

    void read_claims(Fields& fields, Claims& into) {
        const Json* section = fields.member("claims");
        if (section == nullptr) return;
        const Fields all(*section, fields.pointer("claims"), mistakes_);
        if (!section->is_object()) return;
        for (const auto& [name, value] : section->items()) {
            const auto slot = std::ranges::find(policy_.slots, name);
            if (slot == policy_.slots.end()) {
                mistakes_.add(all.pointer(name), in_quotes(name) + " is neither a built-in claim nor declared by the policy");
                continue;
            }
            into.set(name,
                     read_claim(name, policy_.types[static_cast<std::size_t>(slot - policy_.slots.begin())], value, all.pointer(name)));
        }
    }

    // A value, or {"value": …, "age": "5m", "source": "app:plc"}, or {"unknown": "why"}.
    Claim read_claim(const std::string& name, ClaimType type, const Json& json, const std::string& pointer) {
        Claim claim{Unknown{"a mistake in the table"}, kCaseTime, source_of(name)};
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

    [[nodiscard]] std::string source_of(const std::string& name) const {
        if (const BuiltinClaim* known = find_builtin_claim(name); known != nullptr) return std::string(known->source);
        const auto declared = policy_.claims.find(name);
        return declared == policy_.claims.end() ? "" : declared->second.from;
    }

    const Policy& policy_;
    Mistakes& mistakes_;
};

}  // namespace

Result<std::vector<Case>> parse_cases(const Policy& policy, std::string_view text) {
    SourceText source(text.substr(0, std::min(text.size(), kMaxOctets)));
    ANCHOR_ASSIGN_OR_RETURN(const Json json, parse_json(text, {.octets = kMaxOctets, .depth = kMaxDepth}, source.positions()));
    Mistakes mistakes(source);
    auto cases = TableReader(policy, mistakes).read(json);
    if (mistakes.empty()) return cases;
    return rejected(to_string(std::move(mistakes).sorted().front()));
}

}  // namespace anchor::policy
