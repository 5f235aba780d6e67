// SPDX-License-Identifier: Apache-2.0
#include <anchor/enforce/enforcer_group.h>

#include <gtest/gtest.h>

namespace anchor::enforce {
namespace {

class FakeEnforcer final : public Enforcer {
public:
    FakeEnforcer(std::vector<Enforcement>& journal, Result<void> outcome) : journal_(journal), outcome_(std::move(outcome)) {}
    Result<void> apply(const Enforcement& wish) override {
        journal_.push_back(wish);
        return outcome_;
    }

private:
    std::vector<Enforcement>& journal_;
    Result<void> outcome_;
};

const Enforcement kWish{.level = Level::Restricted, .allow = {"a"}, .respond = {}};

TEST(EnforcerGroup, TellsEveryMemberTheWholeWish) {
    std::vector<Enforcement> journal;
    EnforcerGroup group;
    group.add("one", std::make_unique<FakeEnforcer>(journal, Result<void>()));
    group.add("two", std::make_unique<FakeEnforcer>(journal, Result<void>()));

    const auto done = group.apply(kWish);

    EXPECT_TRUE(done);
    EXPECT_EQ(journal, (std::vector{kWish, kWish}));
}

TEST(EnforcerGroup, GoesOnAfterAFailureAndTellsAllOfThem) {
    std::vector<Enforcement> journal;
    EnforcerGroup group;
    group.add("one", std::make_unique<FakeEnforcer>(journal, denied("no right")));
    group.add("two", std::make_unique<FakeEnforcer>(journal, unavailable("busy")));
    group.add("three", std::make_unique<FakeEnforcer>(journal, Result<void>()));

    const auto done = group.apply(kWish);

    ASSERT_FALSE(done);
    EXPECT_EQ(journal.size(), 3U);
    EXPECT_EQ(done.error().what, "one: no right; two: busy");
    EXPECT_EQ(done.error().kind, ErrorKind::Unavailable);
}

TEST(EnforcerGroup, KeepsTheKindWhereTryingAgainHelpsNobody) {
    std::vector<Enforcement> journal;
    EnforcerGroup group;
    group.add("one", std::make_unique<FakeEnforcer>(journal, denied("no right")));
    group.add("two", std::make_unique<FakeEnforcer>(journal, rejected("no")));

    EXPECT_EQ(group.apply(kWish).error().kind, ErrorKind::Denied);
}

}  // namespace
}  // namespace anchor::enforce
