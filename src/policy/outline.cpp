// SPDX-License-Identifier: Apache-2.0
#include <anchor/policy/outline.h>

#include <array>

#include "verdict.h"

namespace anchor::policy {
namespace {

constexpr std::array kLevels = {Level::Trusted, Level::Restricted, Level::Unverified, Level::Quarantined, Level::Revoked};

std::string joined(const std::vector<std::string>& texts) {
    std::string out;
    for (const std::string& text : texts) out += (out.empty() ? "" : ", ") + text;
    return out;
}

std::string consequence(Tier tier) {
    if (tier == Tier::Affirming) return "only the risk counts";
    return std::string(to_string(tier)) + ", " + std::string(to_string(level_of(tier))) + " at best";
}

std::string heading(const Policy& policy) {
    std::string out = "policy " + policy.name + ", version " + std::to_string(policy.version) + "\n";
    if (!policy.about.empty()) out += policy.about + "\n";
    if (policy.not_after) out += "after " + to_rfc3339(*policy.not_after) + " the level no longer gets better\n";
    return out;
}

std::string rule_text(const Rule& rule) {
    std::string out = "\n  " + rule.id + ", about " + std::string(to_string(rule.about)) + "\n";
    out += "    must hold:   " + rule.require + "\n";
    out += "    otherwise:   " + consequence(rule.otherwise) + "\n";
    out += "    if unknown:  " + consequence(rule.if_unknown) + "\n";
    if (rule.risk > 0) out += "    risk:        " + std::to_string(rule.risk) + "\n";
    out += "    because:     " + rule.because + "\n";
    if (!rule.controls.empty()) out += "    for:         " + joined(rule.controls) + "\n";
    return out;
}

std::string claims_text(const Policy& policy) {
    std::string out;
    for (const auto& [name, claim] : policy.claims) {
        out += "  " + name + ": " + std::string(to_string(claim.type));
        out += claim.from.empty() ? ", built in" : ", from " + claim.from;
        if (claim.max_age) out += ", counts for " + anchor::to_text(*claim.max_age);
        out += "\n";
    }
    return out.empty() ? out : "\nclaims with conditions of their own\n" + out;
}

std::string risk_line(int risk, Level level) {
    return risk > 100 ? "" : "  risks that add up to " + std::to_string(risk) + " or more: " + std::string(to_string(level)) + " at best\n";
}

std::string levels_text(const Levels& levels) {
    std::string out = "\nlevels\n" + risk_line(levels.restricted_at_risk, Level::Restricted);
    out += risk_line(levels.quarantined_at_risk, Level::Quarantined);
    out += "  worse: at once\n  better: ";
    out += levels.recover_after.count() == 0 ? "at once" : "after " + anchor::to_text(levels.recover_after) + " without a break";
    return out + (levels.recovery == Recovery::Registry ? ", when the registry's result agrees\n" : "\n");
}

std::string access_text(const Policy& policy) {
    std::string out = "\nopen\n";
    for (const Level level : kLevels) {
        std::vector<std::string> open;
        for (const auto& [name, worst] : policy.access) {
            if (level <= worst && level != Level::Revoked) open.push_back(name);
        }
        out += "  " + std::string(to_string(level)) + ": " + (open.empty() ? "nothing" : joined(open)) + "\n";
    }
    return out;
}

std::string responses_text(const Policy& policy) {
    std::string out;
    for (const auto& [level, wanted] : policy.respond) out += "  from " + std::string(to_string(level)) + " on: " + joined(wanted) + "\n";
    return out.empty() ? out : "\nresponses\n" + out;
}

}  // namespace

std::string outline(const Policy& policy) {
    std::string out = heading(policy) + "\nrules\n";
    for (const Rule& rule : policy.rules) out += rule_text(rule);
    return out + claims_text(policy) + levels_text(policy.levels) + access_text(policy) + responses_text(policy);
}

}  // namespace anchor::policy
