// SPDX-License-Identifier: Apache-2.0

#include <anchor/policy/difference.h>

#include <algorithm>
#include <map>

namespace anchor::policy {
namespace {

// Each statement of a document and what it says. Compared is what a policy means: order and white space are no difference.
using Texts = std::map<std::string, std::string>;

std::string risk_text(int risk) { return risk > 100 ? "never" : std::to_string(risk); }

std::string joined(const std::vector<std::string>& texts) {
    std::vector<std::string> sorted = texts;
    std::ranges::sort(sorted);
    std::string out;
    for (const std::string& text : sorted) out += (out.empty() ? "" : ", ") + text;
    return out.empty() ? "nothing" : out;
}

void describe_rule(const Rule& rule, Texts& into) {
    const std::string name = "rule " + rule.id;
    into[name + " require"] = rule.require;
    into[name + " about"] = to_string(rule.about);
    into[name + " otherwise"] = to_string(rule.otherwise);
    into[name + " if_unknown"] = to_string(rule.if_unknown);
    into[name + " risk"] = std::to_string(rule.risk);
    into[name + " because"] = rule.because;
    into[name + " controls"] = joined(rule.controls);
}

void describe_claim(const std::string& name, const DeclaredClaim& claim, Texts& into) {
    into["claim " + name + " type"] = to_string(claim.type);
    into["claim " + name + " max_age"] = claim.max_age ? anchor::to_text(*claim.max_age) : "any";
    into["claim " + name + " from"] = claim.from.empty() ? "built in" : claim.from;
}

Texts describe(const Policy& policy) {
    Texts out;
    out["policy"] = policy.name;
    out["version"] = std::to_string(policy.version);
    out["not_after"] = policy.not_after ? to_rfc3339(*policy.not_after) : "never";
    out["about"] = policy.about.empty() ? "nothing" : policy.about;
    for (const auto& [name, claim] : policy.claims) describe_claim(name, claim, out);
    for (const Rule& rule : policy.rules) describe_rule(rule, out);
    out["levels restricted_at_risk"] = risk_text(policy.levels.restricted_at_risk);
    out["levels quarantined_at_risk"] = risk_text(policy.levels.quarantined_at_risk);
    out["levels recover_after"] = anchor::to_text(policy.levels.recover_after);
    out["levels recovery"] = policy.levels.recovery == Recovery::Local ? "local" : "registry";
    for (const auto& [name, level] : policy.access) out["access " + name] = to_string(level);
    for (const auto& [level, wanted] : policy.respond) out["respond " + std::string(to_string(level))] = joined(wanted);
    return out;
}

}  // namespace

std::vector<std::string> diff(const Policy& before, const Policy& after) {
    const Texts old_texts = describe(before);
    const Texts new_texts = describe(after);
    std::vector<std::string> lines;
    for (const auto& [what, text] : old_texts) {
        const auto now = new_texts.find(what);
        if (now == new_texts.end())
            lines.push_back("- " + what + ": " + text);
        else if (now->second != text)
            lines.push_back("~ " + what + ": " + text + " → " + now->second);
    }
    for (const auto& [what, text] : new_texts) {
        if (!old_texts.contains(what)) lines.push_back("+ " + what + ": " + text);
    }
    return lines;
}

}  // namespace anchor::policy
