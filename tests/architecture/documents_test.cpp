// SPDX-License-Identifier: Apache-2.0

// The documents against this very tree, and each rule shown to find what it is there for.

#include "documents.h"

#include <anchor/base/file.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace anchor::architecture {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Violations complaints_about(const std::string& text) {
    const SourceTree documents{{"docs/page.md", text}, {"docs/other.md", "# Title\n\n## Two words (`a.h`)\n"}};
    const SourceTree sources{{"src/trust/step.cpp", "Step step(int) {}"},
                             {"tests/unit/step_test.cpp", "TEST_F(StepTest,\n       Tightens) {}"}};
    const Paths paths{"README.md", "docs/page.md", "docs/other.md", "src/trust", "src/trust/step.cpp", "include/anchor/trust/step.h"};
    return check_documents(documents, sources, paths);
}

TEST(Documents, NameWhatExists) {
    const SourceTree documents = read_documents(ANCHOR_SOURCE_DIR);
    ASSERT_TRUE(documents.contains("README.md"));
    ASSERT_TRUE(documents.contains("docs/adr/README.md"));

    EXPECT_THAT(check_documents(documents, read_source_tree(ANCHOR_SOURCE_DIR), read_paths(ANCHOR_SOURCE_DIR)), IsEmpty());
}

TEST(Documents, LeaveOutNoModule) {
    const std::string text = read_documents(ANCHOR_SOURCE_DIR).at("docs/architecture.md");
    const LayersTable table = parse_layers_table(read_text_file(ANCHOR_SOURCE_DIR "/src/layers.table", 1U << 16U).value()).value();
    ASSERT_FALSE(table.order.empty());

    for (const auto& module : table.order) EXPECT_THAT(text, HasSubstr("`" + module + "`"));
}

TEST(Documents, LeaveOutNoPageAndNoDecision) {
    const SourceTree documents = read_documents(ANCHOR_SOURCE_DIR);

    for (const auto& [path, text] : documents) {
        if (path == "README.md") continue;
        const bool is_decision = path.starts_with("docs/adr/0");
        const std::string& list = documents.at(is_decision ? "docs/adr/README.md" : "README.md");
        EXPECT_THAT(list, HasSubstr("(" + (is_decision ? path.substr(std::string_view("docs/adr/").size()) : path) + ")"));
    }
}

TEST(Documents, LinkToFilesThatAreThere) {
    EXPECT_THAT(complaints_about("[a](other.md) [b](../README.md) [c](../src/trust/) [d](https://example.org/x)"), IsEmpty());
    EXPECT_THAT(
        complaints_about("\n[a](gone.md) and [b](../gone/)"),
        ElementsAre("docs/page.md:2: leads to docs/gone.md, which is not there", "docs/page.md:2: leads to gone, which is not there"));
}

TEST(Documents, LinkToHeadingsThatAreThere) {
    EXPECT_THAT(complaints_about("# Here\n[a](other.md#two-words-ah) [b](#here)"), IsEmpty());
    EXPECT_THAT(
        complaints_about("[a](other.md#three) [b](#there) [c](../src/trust/step.cpp#x)"),
        ElementsAre("docs/page.md:1: docs/other.md has no heading for #three", "docs/page.md:1: docs/page.md has no heading for #there",
                    "docs/page.md:1: src/trust/step.cpp has no heading for #x"));
}

TEST(Documents, NamePathsThatAreThere) {
    EXPECT_THAT(complaints_about("`src/trust` `src/trust/step.cpp` `trust/step.h` `anchor/trust/step.h` `/etc/x.h` `a/b` `src/<module>/`"),
                IsEmpty());
    EXPECT_THAT(complaints_about("`src/gone` `trust/gone.h`"),
                ElementsAre("docs/page.md:1: `src/gone` is not there", "docs/page.md:1: `trust/gone.h` is not there"));
}

TEST(Documents, NameTestsAndFunctionsThatAreThere) {
    EXPECT_THAT(complaints_about("`StepTest.Tightens` `trust::step()` `io.anchord.Agent` `README.md` `step()` `a::b`"), IsEmpty());
    EXPECT_THAT(complaints_about("`StepTest.Loosens` `trust::leap()`"),
                ElementsAre("docs/page.md:1: no test is called StepTest.Loosens", "docs/page.md:1: no function is called trust::leap()"));
}

TEST(Documents, ShowExamplesInFencedBlocks) { EXPECT_THAT(complaints_about("```\n`src/gone` [a](gone.md)\n```\n"), IsEmpty()); }

}  // namespace
}  // namespace anchor::architecture
