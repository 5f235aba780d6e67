// SPDX-License-Identifier: Apache-2.0
#include <anchor/core/claim_table.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>

#include <anchor/base/file.h>

namespace anchor {
namespace {

TEST(ClaimTable, IsSortedAndHasEveryNameOnce) {
    const auto claims = builtin_claims();

    const auto unsorted = std::ranges::adjacent_find(claims, [](const auto& a, const auto& b) { return a.name >= b.name; });

    EXPECT_EQ(unsorted, claims.end()) << unsorted->name;
}

TEST(ClaimTable, NamesAreFamilyAndWords) {
    const std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789_.";

    for (const BuiltinClaim& claim : builtin_claims()) {
        EXPECT_EQ(claim.name.find_first_not_of(allowed), std::string_view::npos) << claim.name;
        EXPECT_EQ(std::ranges::count(claim.name, '.'), 1) << claim.name;
        EXPECT_TRUE(is_reserved_claim_name(claim.name)) << claim.name;
    }
}

TEST(ClaimTable, SaysOfEachClaimWhatItMeansAndWhoSaysIt) {
    const std::set<std::string_view> sources = {"tpm", "kernel", "system", "registry"};

    for (const BuiltinClaim& claim : builtin_claims()) {
        EXPECT_TRUE(claim.meaning.ends_with('.')) << claim.name;
        EXPECT_TRUE(sources.contains(claim.source)) << claim.name;
    }
}

TEST(ClaimTable, FindsEveryClaimByItsNameAndNothingElse) {
    for (const BuiltinClaim& claim : builtin_claims()) EXPECT_EQ(find_builtin_claim(claim.name), &claim);

    EXPECT_EQ(find_builtin_claim("boot.secure_boo"), nullptr);
    EXPECT_EQ(find_builtin_claim("boot.secure_boot2"), nullptr);
    EXPECT_EQ(find_builtin_claim(""), nullptr);
}

TEST(ClaimTable, LeavesOtherFamiliesToApplications) {
    EXPECT_TRUE(is_reserved_claim_name("boot.anything_new"));
    EXPECT_TRUE(is_reserved_claim_name("tpm"));
    EXPECT_FALSE(is_reserved_claim_name("plc.vibration_rms"));
    EXPECT_FALSE(is_reserved_claim_name("booting.time"));
}

// After a change of the table: ANCHOR_REGENERATE=1 core_test --gtest_filter=ClaimTable.*
TEST(ClaimTable, IsWhatTheDocumentSays) {
    const std::string path = ANCHOR_SOURCE_DIR "/docs/claims.md";
    if (std::getenv("ANCHOR_REGENERATE") != nullptr) std::ofstream(path) << claims_as_markdown();

    const auto document = read_text_file(path, 1U << 20U);

    ASSERT_TRUE(document) << document.error().what;
    EXPECT_EQ(*document, claims_as_markdown());
}

}  // namespace
}  // namespace anchor
