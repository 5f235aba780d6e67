// SPDX-License-Identifier: Apache-2.0

// The table of built-in claims against those who make them: whoever adds a claim must declare it.

#include <gtest/gtest.h>

#include <anchor/core/claim_table.h>
#include <anchor/measure/boot_claims.h>
#include <anchor/measure/ima_claims.h>

namespace anchor {
namespace {

template <class Family>
void expect_declared(const Family& family) {
    for (const auto& claim : family) {
        const BuiltinClaim* declared = find_builtin_claim(claim.name);
        ASSERT_NE(declared, nullptr) << claim.name;
        EXPECT_EQ(declared->type, claim.type) << claim.name;
        EXPECT_EQ(declared->meaning, claim.meaning) << claim.name;
    }
}

TEST(ClaimTable, DeclaresEveryClaimOfTheBootLog) { expect_declared(measure::boot_claims()); }

TEST(ClaimTable, DeclaresEveryClaimOfTheImaList) { expect_declared(measure::ima_claims()); }

}  // namespace
}  // namespace anchor
