// SPDX-License-Identifier: Apache-2.0
#include <anchor/registry/judge.h>

namespace anchor::registry {
namespace {

constexpr int kRiskOfMismatch = 100;

void conclude(Decision& decision, Tier tier, Level level) {
    decision.dimensions[static_cast<std::size_t>(Dimension::Executables)] = tier;
    decision.overall = tier;
    decision.level = level;
}

Finding finding_of(const Claims& claims, std::string_view rule, Tier tier, bool unknown, std::string because) {
    Finding finding{.policy = "registers", .rule = std::string(rule), .about = Dimension::Executables, .tier = tier, .unknown = unknown};
    finding.because = std::move(because);
    for (const char* name : {"boot.pcrs_match", "boot.pcr_mismatches"}) {
        if (const Claim* claim = claims.find(name)) finding.inputs.push_back({name, to_text(claim->value)});
    }
    return finding;
}

}  // namespace

Result<Decision> RegisterJudge::judge(const Claims& claims, std::string_view, SteadyTime) {
    Decision decision;
    const Claim* match = claims.find("boot.pcrs_match");
    const bool* known = match == nullptr ? nullptr : std::get_if<bool>(&match->value);
    if (known == nullptr) {
        const Unknown* why = match == nullptr ? nullptr : std::get_if<Unknown>(&match->value);
        const std::string cause = why == nullptr ? "nobody said" : why->why;
        decision.findings.push_back(finding_of(claims, "registers-known", Tier::None, true,
                                               "It is not known whether this boot is an accepted one: " + cause + "."));
    } else if (*known) {
        conclude(decision, Tier::Affirming, Level::Trusted);
    } else {
        conclude(decision, Tier::Contraindicated, Level::Quarantined);
        decision.risk = kRiskOfMismatch;
        Finding finding = finding_of(claims, "registers-match", Tier::Contraindicated, false,
                                     "Registers hold values that are not among the reference values: something else was booted or run.");
        finding.risk = kRiskOfMismatch;
        decision.findings.push_back(std::move(finding));
    }
    return decision;
}

}  // namespace anchor::registry
