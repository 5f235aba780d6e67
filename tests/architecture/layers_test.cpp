// SPDX-License-Identifier: Apache-2.0

// The rules, held against this very source tree.

#include <anchor/base/file.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "source_rules.h"

namespace anchor::architecture {
namespace {

using testing::IsEmpty;

class Layers : public testing::Test {
protected:
    static const SourceTree& tree() {
        static const SourceTree kTree = read_source_tree(ANCHOR_SOURCE_DIR);
        return kTree;
    }
    static LayersTable table() {
        return parse_layers_table(read_text_file(ANCHOR_SOURCE_DIR "/src/layers.table", 1U << 16U).value()).value();
    }
};

TEST_F(Layers, AreReadFromTheTableThatCMakeReads) {
    EXPECT_TRUE(table().allows("core", "base"));
    EXPECT_TRUE(tree().contains("include/anchor/base/result.h"));
    EXPECT_TRUE(tree().contains("src/base/result.cpp"));
    EXPECT_TRUE(tree().contains("tests/architecture/layers_test.cpp"));
}

TEST_F(Layers, AreKeptByEveryInclude) { EXPECT_THAT(check_includes(table(), tree()), IsEmpty()); }

TEST_F(Layers, HaveALineForEveryFolder) { EXPECT_THAT(check_modules(table(), tree()), IsEmpty()); }

TEST_F(Layers, HaveNoFileWithAnEmptyName) { EXPECT_THAT(check_names(tree()), IsEmpty()); }

TEST_F(Layers, HaveOneForm) { EXPECT_THAT(check_form(tree()), IsEmpty()); }

}  // namespace
}  // namespace anchor::architecture
