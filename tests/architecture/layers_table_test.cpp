// SPDX-License-Identifier: Apache-2.0
#include "layers_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace anchor::architecture {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

LayersTable table_of(std::string_view text) { return parse_layers_table(text).value(); }

std::string complaint_of(std::string_view text) {
    const auto table = parse_layers_table(text);
    return table ? "" : table.error().what;
}

TEST(LayersTable, KnowsWhoMayIncludeWhom) {
    const LayersTable table = table_of("# ground\nbase:\ncore:  base  # nouns\n\ntrust: base core\n");

    EXPECT_THAT(table.order, ElementsAre("base", "core", "trust"));
    EXPECT_TRUE(table.allows("trust", "core"));
    EXPECT_TRUE(table.allows("core", "core"));
    EXPECT_FALSE(table.allows("core", "trust"));
    EXPECT_FALSE(table.allows("core", "nobody"));
    EXPECT_FALSE(table.allows("nobody", "nobody"));
}

TEST(LayersTable, ACompositionRootKnowsEveryoneButTheOtherRoots) {
    const LayersTable table = table_of("base:\ntrust: base\ndaemon: *\ncli: *\n");

    EXPECT_THAT(table.may_include.at("cli"), ElementsAre("base", "trust"));
    EXPECT_FALSE(table.allows("cli", "daemon"));
}

TEST(LayersTable, TheLongestLineOwnsAHeader) {
    const LayersTable table = table_of("wire:\ntpm:\ntss2/ -> tpm\ntss2/tss2_mu.h -> wire tpm\njson/ -> *\n");

    EXPECT_THAT(*table.owners_of("tss2/tss2_mu.h"), ElementsAre("tpm", "wire"));
    EXPECT_THAT(*table.owners_of("tss2/tss2_esys.h"), ElementsAre("tpm"));
    EXPECT_THAT(*table.owners_of("json/json.hpp"), ElementsAre("tpm", "wire"));
    EXPECT_EQ(table.owners_of("re2/re2.h"), nullptr);
}

TEST(LayersTable, CannotExpressACycle) {
    EXPECT_EQ(complaint_of("core: trust\ntrust: core\n"), "line 1: trust does not stand above");
    EXPECT_EQ(complaint_of("core: core\n"), "line 1: core does not stand above");
}

TEST(LayersTable, RefusesLinesOfNoForm) {
    EXPECT_THAT(complaint_of("base:\nCore: base\n"), HasSubstr("line 2: is neither"));
    EXPECT_THAT(complaint_of("base\n"), HasSubstr("line 1: is neither"));
    EXPECT_EQ(complaint_of("base:\nbase:\n"), "line 2: base has two lines");
    EXPECT_EQ(complaint_of("base:\nre2/ -> base\nre2/ -> base\n"), "line 3: re2/ has two lines");
    EXPECT_EQ(complaint_of("base:\nre2/ -> cel\n"), "line 2: cel does not stand above");
}

}  // namespace
}  // namespace anchor::architecture
