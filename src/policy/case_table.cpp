// SPDX-License-Identifier: Apache-2.0
#include "case_table.h"

#include <algorithm>
#include <array>

#include "claims_reader.h"
#include "fields.h"

namespace anchor::policy {
namespace {

constexpr std::size_t kMaxCases = 1000;

constexpr std::string_view kLevelNames = "trusted, restricted, unverified, quarantined, revoked";

class TableReader {
public:
    TableReader(const Policy& policy, Mistakes& mistakes) : policy_(policy), mistakes_(mistakes), written_(one_, kCaseTime, mistakes) {}

    std::vector<Case> read(const Json& json) {
        Fields document(json, "", mistakes_);
        document.only({"$schema", "policy", "about", "claims", "cases"});
        document.required("policy");
        const auto name = document.name("policy", NameForm::Plain);
        if (name && *name != policy_.name)
            document.wrong("policy", "the cases are for " + in_quotes(*name) + ", the policy is " + in_quotes(policy_.name));
        Claims common;
        written_.read(document, common);
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
        written_.read(fields, one.claims);
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

    const Policy& policy_;
    const std::array<const Policy*, 1> one_{&policy_};
    Mistakes& mistakes_;
    ClaimsReader written_;
};

}  // namespace

Result<std::vector<Case>> parse_cases(const Policy& policy, std::string_view text, std::vector<Mistake>* mistakes) {
    return read_written<std::vector<Case>>(text, mistakes,
                                           [&](const Json& json, Mistakes& found) { return TableReader(policy, found).read(json); });
}

}  // namespace anchor::policy
