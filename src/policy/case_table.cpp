// SPDX-License-Identifier: Apache-2.0
#include "case_table.h"

#include <algorithm>

#include "claims_reader.h"
#include "fields.h"

namespace anchor::policy {
namespace {

constexpr std::size_t kMaxCases = 1000;

constexpr std::string_view kLevelNames = "trusted, restricted, unverified, quarantined, revoked";

class TableReader {
public:
    TableReader(const PolicySet& policies, Mistakes& mistakes)
        : policies_(policies), all_(all_of(policies)), mistakes_(mistakes), written_(all_, kCaseTime, mistakes) {}

    std::vector<Case> read(const Json& json) {
        Fields document(json, "", mistakes_);
        document.only({"$schema", "policy", "about", "claims", "cases"});
        document.required("policy");
        const auto name = document.name("policy", NameForm::Plain);
        if (name && *name != all_.front()->name)
            document.wrong("policy", "the cases are for " + in_quotes(*name) + ", the policy is " + in_quotes(all_.front()->name));
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
    static std::vector<const Policy*> all_of(const PolicySet& policies) {
        std::vector<const Policy*> all;
        for (const PolicyInForce& each : policies.policies()) all.push_back(each.policy.get());
        return all;
    }

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
        for (const std::string& written : rules) {
            if (!is_rule(written)) fields.wrong(key, "the policy has no rule " + in_quotes(written));
        }
    }

    [[nodiscard]] bool is_rule(std::string_view written) const {
        return std::ranges::any_of(all_, [&](const Policy* policy) {
            return std::ranges::any_of(policy->rules,
                                       [&](const Rule& rule) { return written == rule_name(policies_, policy->name, rule.id); });
        });
    }

    const PolicySet& policies_;
    const std::vector<const Policy*> all_;
    Mistakes& mistakes_;
    ClaimsReader written_;
};

}  // namespace

std::string rule_name(const PolicySet& policies, const std::string& policy, const std::string& rule) {
    return policies.policies().front().policy->name == policy ? rule : policy + "/" + rule;
}

Result<std::vector<Case>> parse_cases(const PolicySet& policies, std::string_view text, std::vector<Mistake>* mistakes) {
    return read_written<std::vector<Case>>(text, mistakes,
                                           [&](const Json& json, Mistakes& found) { return TableReader(policies, found).read(json); });
}

}  // namespace anchor::policy
