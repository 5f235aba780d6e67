// SPDX-License-Identifier: Apache-2.0
#include <anchor/core/pcr.h>

#include <gtest/gtest.h>

namespace anchor {
namespace {

TEST(PcrSelection, ReadsListsAndRanges) {
    EXPECT_EQ(pcr_selection_from("sha256:0-2,7").value(), (PcrSelection{HashAlg::Sha256, 0x87}));
    EXPECT_EQ(pcr_selection_from("sha1:23").value(), (PcrSelection{HashAlg::Sha1, 0x800000}));
    EXPECT_EQ(to_text(pcr_selection_from("sha384:7,0-2").value()), "sha384:0,1,2,7");
}

TEST(PcrSelection, RefusesOtherForms) {
    for (const auto* text :
         {"", "sha256", "sha256:", "sha256:24", "sha256:-1", "sha256:3-1", "sha256:0,", "md5:0", "sha256:0x1", "sha256:1-"}) {
        EXPECT_FALSE(pcr_selection_from(text)) << text;
    }
}

TEST(PcrValues, KeepsBanksApart) {
    PcrValues values;
    values.set(7, Digest(HashAlg::Sha256));
    values.set(0, Digest(HashAlg::Sha256));
    values.set(7, Digest(HashAlg::Sha1));

    EXPECT_EQ(values.selection(HashAlg::Sha256).mask, 0x81U);
    EXPECT_EQ(values.banks(), (std::vector{HashAlg::Sha1, HashAlg::Sha256}));
    EXPECT_NE(values.find(HashAlg::Sha1, 7), nullptr);
    EXPECT_EQ(values.find(HashAlg::Sha1, 0), nullptr);
}

}  // namespace
}  // namespace anchor
