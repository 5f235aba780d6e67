// SPDX-License-Identifier: Apache-2.0
#include <daemon/tpm_claims.h>

#include <gtest/gtest.h>

#include <anchor/core/claim_table.h>

namespace anchor::daemon {
namespace {

const std::vector<std::string> kNames = {"tpm.manufacturer", "tpm.firmware_version", "tpm.lockout_counter", "tpm.in_lockout",
                                         "tpm.clock",        "tpm.clock_safe",       "tpm.reset_count",     "tpm.restart_count"};

TEST(TpmClaims, AreWhatTheTpmSays) {
    Claims claims;
    tpm::Properties properties;
    properties.manufacturer = "IBM";
    properties.firmware_version = 0x2019102300163636;
    properties.lockout_counter = 3;
    properties.in_lockout = true;

    claim_properties(properties, SteadyTime{}, claims);
    claim_time(tpm::TimeInfo{5, {90'000, 7, 2, true}}, SteadyTime{}, claims);

    EXPECT_EQ(claims.find("tpm.manufacturer")->value, ClaimValue("IBM"));
    EXPECT_EQ(claims.find("tpm.firmware_version")->value, ClaimValue("2019102300163636"));
    EXPECT_EQ(claims.find("tpm.lockout_counter")->value, ClaimValue(std::int64_t{3}));
    EXPECT_EQ(claims.find("tpm.in_lockout")->value, ClaimValue(true));
    EXPECT_EQ(claims.find("tpm.clock")->value, ClaimValue(Milliseconds(90'000)));
    EXPECT_EQ(claims.find("tpm.reset_count")->value, ClaimValue(std::int64_t{7}));
    EXPECT_EQ(claims.find("tpm.restart_count")->value, ClaimValue(std::int64_t{2}));
    EXPECT_EQ(claims.find("tpm.clock_safe")->value, ClaimValue(true));
}

TEST(TpmClaims, HaveTheTypesOfTheTable) {
    Claims claims;

    claim_properties(tpm::Properties{}, SteadyTime{}, claims);
    claim_time(tpm::TimeInfo{}, SteadyTime{}, claims);

    for (const auto& [name, claim] : claims) {
        const BuiltinClaim* declared = find_builtin_claim(name);
        ASSERT_NE(declared, nullptr) << name;
        EXPECT_TRUE(fits(claim.value, declared->type)) << name;
        EXPECT_EQ(claim.source, declared->source) << name;
    }
}

TEST(TpmClaims, AreUnknownWithTheCauseWhereThereIsNoTpm) {
    Claims claims;

    TpmClaims(nullptr, [](const auto&) { FAIL() << "there is no TPM to answer"; }).collect(SteadyTime{}, claims);

    EXPECT_EQ(claims.size(), kNames.size());
    for (const auto& name : kNames) {
        ASSERT_NE(claims.find(name), nullptr) << name;
        EXPECT_TRUE(std::holds_alternative<Unknown>(claims.find(name)->value)) << name;
    }
}

TEST(TpmClaims, TellOnceThatTheTpmDoesNotAnswer) {
    Claims claims;
    std::vector<std::string> told;
    TpmClaims source(tpm::Device::at({.tcti = "swtpm:path=/nonexistent/tpm.sock"}),
                     [&](const std::optional<Error>& why) { told.push_back(why ? why->what : ""); });

    source.collect(SteadyTime{}, claims);
    source.collect(SteadyTime{}, claims);

    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(claims.find("tpm.clock")->value.index(), 0U);
    EXPECT_EQ(claims.find("tpm.manufacturer")->value, ClaimValue(Unknown{told.front()}));
}

TEST(TpmClaims, AreUnknownOneByOneWhereTheTpmAnswersHalf) {
    Claims claims;

    claim_properties(tpm::Properties{}, SteadyTime{}, claims);
    claim_time(unavailable("lost"), SteadyTime{}, claims);

    EXPECT_EQ(claims.find("tpm.clock")->value, ClaimValue(Unknown{"lost"}));
    EXPECT_EQ(claims.find("tpm.in_lockout")->value, ClaimValue(false));
}

}  // namespace
}  // namespace anchor::daemon
