// SPDX-License-Identifier: Apache-2.0

// The audit log of the registry only grows, also for whoever speaks to the database directly.
#include <gmock/gmock.h>

#include <anchor/registry/store.h>
#include <parts/scratch.h>
#include <registry/database.h>

namespace anchor::registry {
namespace {

class AuditTest : public testing::Test {
protected:
    AuditTest() {
        const auto store = Store::open(path_).value();
        for (const char* what : {"one", "two", "three"}) EXPECT_TRUE(store->audit("noted", "", what, WallTime{}));
        database_ = Database::open(path_).value();
    }
    std::string refusal(const std::string& sql) {
        const auto done = database_->script(sql);
        return done ? "done" : done.error().what;
    }

    parts::Scratch scratch_{"audit"};
    std::string path_ = scratch_.path("registry.db");
    std::unique_ptr<Database> database_;
};

TEST_F(AuditTest, NothingThatStandsThereIsChangedRemovedOrReplaced) {
    for (const char* sql :
         {"DELETE FROM audit", "DELETE FROM audit WHERE number=2", "UPDATE audit SET what='another'",
          "UPDATE audit SET number=9 WHERE number=2", "INSERT OR REPLACE INTO audit VALUES (2, 0, 'noted', '', 'another')",
          "REPLACE INTO audit (number, at, act, device, what) VALUES (3, 0, '', '', '')"}) {
        EXPECT_THAT(refusal(sql), testing::HasSubstr("only grows")) << sql;
    }

    const auto entries = Store::open(path_).value()->audit_page({}, 0, 10).value();
    ASSERT_EQ(entries.size(), 3U);
    EXPECT_EQ(entries[1].what, "two");
}

TEST_F(AuditTest, ItGoesOnAfterAnAttempt) {
    ASSERT_NE(refusal("DELETE FROM audit"), "done");
    ASSERT_TRUE(Store::open(path_).value()->audit("noted", "", "four", WallTime{}));

    EXPECT_EQ(Store::open(path_).value()->audit_log("", 1).value().at(0).number, 4U);
}

}  // namespace
}  // namespace anchor::registry
