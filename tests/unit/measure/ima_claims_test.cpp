// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/ima_claims.h>

#include <gmock/gmock.h>

#include <anchor/measure/ima_table_builder.h>

namespace anchor::measure {
namespace {

using testing::HasSubstr;

ClaimValue value_of(const Claims& claims, std::string_view name) {
    const Claim* const claim = claims.find(name);
    EXPECT_NE(claim, nullptr) << name;
    return claim == nullptr ? ClaimValue{} : claim->value;
}

ImaReport proven_report() {
    ImaReport report;
    report.proof = ImaProof::Proven;
    report.entries = 12;
    report.behind = 2;
    report.lanes = {{10, ImaExtendStyle::PerBank, Digest(HashAlg::Sha256)}};
    report.findings.boot_aggregate.state = ImaBootAggregate::Matches;
    return report;
}

TEST(ImaClaims, AreAllSetWithTheirTypesInEveryCase) {
    const Bytes file = ImaTableBuilder().build().value();
    const ImaTable table = ImaTable::open(file).value();
    const ImaKeys keys;
    ImaReport not_proven = proven_report();
    not_proven.proof = ImaProof::NotProven;
    std::array<Claims, 4> cases;

    claim_ima(proven_report(), {.table = &table, .keys = &keys}, {}, cases[0]);
    claim_ima(proven_report(), {}, {}, cases[1]);
    claim_ima(not_proven, {}, {}, cases[2]);
    claim_ima_unknown("the list is empty", {}, cases[3]);

    for (const Claims& claims : cases) {
        EXPECT_EQ(claims.size(), ima_claims().size());
        for (const ImaClaim& declared : ima_claims()) EXPECT_TRUE(fits(value_of(claims, declared.name), declared.type)) << declared.name;
    }
}

TEST(ImaClaims, SayWhatWasProven) {
    Claims claims;

    claim_ima(proven_report(), {}, {}, claims);

    EXPECT_EQ(value_of(claims, "ima.proven"), ClaimValue(true));
    EXPECT_EQ(value_of(claims, "ima.proven_by"), ClaimValue(std::vector<std::string>{"sha256 per-bank"}));
    EXPECT_EQ(value_of(claims, "ima.entries"), ClaimValue(std::int64_t{12}));
    EXPECT_EQ(value_of(claims, "ima.boot_aggregate_matches"), ClaimValue(true));
    EXPECT_EQ(claims.find("ima.proven")->source, "tpm");
}

TEST(ImaClaims, AreUnknownWithTheirCauseWhereNothingIsProven) {
    ImaReport report = proven_report();
    report.proof = ImaProof::NotProven;
    Claims claims;

    claim_ima(report, {}, {}, claims);

    EXPECT_EQ(value_of(claims, "ima.proven"), ClaimValue(false));
    for (const char* name : {"ima.violations", "ima.clean", "ima.entries", "ima.offenders"}) {
        EXPECT_THAT(to_text(value_of(claims, name)), HasSubstr("does not replay to the quoted PCR 10")) << name;
    }
    EXPECT_EQ(claims.find("ima.clean")->source, "kernel");
}

TEST(ImaClaims, SayNothingAboutFilesWithoutAReference) {
    Claims claims;

    claim_ima(proven_report(), {}, {}, claims);

    EXPECT_EQ(to_text(value_of(claims, "ima.unknown_files")), "unknown: no reference digests of files");
    EXPECT_EQ(to_text(value_of(claims, "ima.wrong_signatures")), "unknown: no trusted keys of files");
    EXPECT_THAT(to_text(value_of(claims, "ima.clean")), HasSubstr("unknown: neither"));
}

TEST(ImaClaims, CallAListCleanOnlyWhereNothingOffendsAndNothingIsUnjudged) {
    const ImaKeys keys;
    ImaReport unjudged = proven_report();
    unjudged.findings.unjudged = 1;
    ImaReport violated = proven_report();
    violated.findings.causes[static_cast<std::size_t>(ImaCause::Violation)] = 1;
    const auto clean = [&](const ImaReport& report) {
        Claims claims;
        claim_ima(report, {.keys = &keys}, {}, claims);
        return value_of(claims, "ima.clean");
    };

    EXPECT_EQ(clean(proven_report()), ClaimValue(true));
    EXPECT_EQ(clean(unjudged), ClaimValue(false));
    EXPECT_EQ(clean(violated), ClaimValue(false));
}

}  // namespace
}  // namespace anchor::measure
