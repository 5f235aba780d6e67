// SPDX-License-Identifier: Apache-2.0

#include <anchor/policy/difference.h>

#include <algorithm>
#include <map>

namespace anchor::policy {
namespace {

// What one statement of a document says, and how strict that is where it can be said: the greater, the stricter.
struct Statement {
    std::string text;
    std::optional<std::int64_t> strictness;
};

// Compared is what a policy means: order and white space are no difference.
using Statements = std::map<std::string, Statement>;

std::string risk_text(int risk) { return risk > 100 ? "never" : std::to_string(risk); }

std::string joined(const std::vector<std::string>& texts) {
    std::vector<std::string> sorted = texts;
    std::ranges::sort(sorted);
    std::string out;
    for (const std::string& text : sorted) out += (out.empty() ? "" : ", ") + text;
    return out.empty() ? "nothing" : out;
}

Statement plain(std::string text) { return {std::move(text), std::nullopt}; }

template <class Enum>
Statement ranked(Enum value) {
    return {std::string(to_string(value)), static_cast<std::int64_t>(value)};
}

void describe_rule(const Rule& rule, Statements& into) {
    const std::string name = "rule " + rule.id;
    into[name + " require"] = plain(rule.require);
    into[name + " about"] = plain(std::string(to_string(rule.about)));
    into[name + " otherwise"] = ranked(rule.otherwise);
    into[name + " if_unknown"] = ranked(rule.if_unknown);
    into[name + " risk"] = {std::to_string(rule.risk), rule.risk};
    into[name + " because"] = plain(rule.because);
    into[name + " controls"] = plain(joined(rule.controls));
}

void describe_claim(const std::string& name, const DeclaredClaim& claim, Statements& into) {
    into["claim " + name + " type"] = plain(std::string(to_string(claim.type)));
    into["claim " + name + " max_age"] = {claim.max_age ? anchor::to_text(*claim.max_age) : "any",
                                          claim.max_age ? -claim.max_age->count() : INT64_MIN};
    into["claim " + name + " from"] = plain(claim.from.empty() ? "built in" : claim.from);
}

void describe_levels(const Levels& levels, Statements& into) {
    into["levels restricted_at_risk"] = {risk_text(levels.restricted_at_risk), -levels.restricted_at_risk};
    into["levels quarantined_at_risk"] = {risk_text(levels.quarantined_at_risk), -levels.quarantined_at_risk};
    into["levels recover_after"] = {anchor::to_text(levels.recover_after), levels.recover_after.count()};
    into["levels recovery"] = {levels.recovery == Recovery::Local ? "local" : "registry", static_cast<std::int64_t>(levels.recovery)};
}

Statements describe(const Policy& policy) {
    Statements out;
    out["policy"] = plain(policy.name);
    out["version"] = plain(std::to_string(policy.version));
    out["not_after"] = plain(policy.not_after ? to_rfc3339(*policy.not_after) : "never");
    out["about"] = plain(policy.about.empty() ? "nothing" : policy.about);
    for (const auto& [name, claim] : policy.claims) describe_claim(name, claim, out);
    for (const Rule& rule : policy.rules) describe_rule(rule, out);
    describe_levels(policy.levels, out);
    for (const auto& [name, level] : policy.access)
        out["access " + name] = {std::string(to_string(level)), -static_cast<std::int64_t>(level)};
    for (const auto& [level, wanted] : policy.respond) out["respond " + std::string(to_string(level))] = plain(joined(wanted));
    return out;
}

std::string direction(const Statement& before, const Statement& after) {
    if (!before.strictness || !after.strictness || *before.strictness == *after.strictness) return {};
    return *after.strictness > *before.strictness ? " (stricter)" : " (looser)";
}

// A whole rule more or less, or an access; the other statements say it for themselves.
std::string direction_of_presence(const std::string& what, bool is_new) {
    if (what.starts_with("rule ") && what.ends_with(" require")) return is_new ? " (stricter)" : " (looser)";
    if (what.starts_with("access ")) return is_new ? " (looser)" : " (stricter)";
    return {};
}

// What a device does by all of them together.
Statements describe(const PolicySet& policies) {
    Statements out;
    std::map<std::string, Level> worst_open;
    for (const Level level : {Level::Trusted, Level::Restricted, Level::Unverified, Level::Quarantined, Level::Revoked}) {
        const Enforcement enforcement = policies.enforcement(level);
        for (const std::string& name : enforcement.allow) worst_open[name] = level;
        out["respond " + std::string(to_string(level))] = plain(joined(enforcement.respond));
    }
    for (const auto& [name, level] : worst_open) out["access " + name] = {std::string(to_string(level)), -static_cast<std::int64_t>(level)};
    const LevelRules rules = policies.level_rules(WallTime::min());
    out["levels recover_after"] = {anchor::to_text(rules.recover_after), rules.recover_after.count()};
    out["levels recovery"] = {rules.recovery == Recovery::Local ? "local" : "registry", static_cast<std::int64_t>(rules.recovery)};
    return out;
}

std::vector<std::string> compare(const Statements& old_texts, const Statements& new_texts) {
    std::vector<std::string> lines;
    for (const auto& [what, old] : old_texts) {
        const auto now = new_texts.find(what);
        if (now == new_texts.end())
            lines.push_back("- " + what + ": " + old.text + direction_of_presence(what, false));
        else if (now->second.text != old.text)
            lines.push_back("~ " + what + ": " + old.text + " → " + now->second.text + direction(old, now->second));
    }
    for (const auto& [what, now] : new_texts) {
        if (!old_texts.contains(what)) lines.push_back("+ " + what + ": " + now.text + direction_of_presence(what, true));
    }
    return lines;
}

}  // namespace

std::vector<std::string> diff(const Policy& before, const Policy& after) { return compare(describe(before), describe(after)); }

std::vector<std::string> diff(const PolicySet& before, const PolicySet& after) { return compare(describe(before), describe(after)); }

}  // namespace anchor::policy
