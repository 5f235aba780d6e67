// SPDX-License-Identifier: Apache-2.0
#include <daemon/warden_courier.h>

#include <gtest/gtest.h>

#include <deque>

namespace anchor::daemon {
namespace {

// Does nothing before it is told to.
class FakeWorker final : public Worker {
public:
    void run(std::function<void()> job, std::function<void()> done) override { jobs_.push_back({std::move(job), std::move(done)}); }
    void finish_one() {
        auto [job, done] = std::move(jobs_.front());
        jobs_.pop_front();
        job();
        done();
    }
    [[nodiscard]] std::size_t waiting() const { return jobs_.size(); }

private:
    std::deque<std::pair<std::function<void()>, std::function<void()>>> jobs_;
};

class FakeEnforcer final : public Enforcer {
public:
    Result<void> apply(const Enforcement& wish) override {
        carried_out.push_back(wish.level);
        if (failing) return *failing;
        return {};
    }
    std::vector<Level> carried_out;
    std::optional<Error> failing;
};

class WardenCourierTest : public testing::Test {
protected:
    FakeWorker worker_;
    FakeEnforcer warden_;
    std::vector<std::string> log_;
    SteadyTime now_{Seconds(5)};
    WardenCourier courier_{worker_, warden_, [this](agent::Severity, const std::string& text) { log_.push_back(text); },
                           [this] { return now_; }};
};

TEST_F(WardenCourierTest, BringsTheNewestOfTheWishesThatCameMeanwhile) {
    ASSERT_TRUE(courier_.apply({.level = Level::Unverified}));
    ASSERT_TRUE(courier_.apply({.level = Level::Trusted}));
    ASSERT_TRUE(courier_.apply({.level = Level::Quarantined}));
    ASSERT_EQ(worker_.waiting(), 1U);

    while (worker_.waiting() > 0) worker_.finish_one();

    EXPECT_EQ(warden_.carried_out, (std::vector{Level::Unverified, Level::Quarantined}));
}

TEST_F(WardenCourierTest, TriesAgainUntilTheWishIsCarriedOut) {
    warden_.failing = unavailable("no warden");
    ASSERT_TRUE(courier_.apply({.level = Level::Quarantined}));
    worker_.finish_one();
    courier_.retry();
    worker_.finish_one();
    warden_.failing.reset();
    courier_.retry();
    worker_.finish_one();

    courier_.retry();

    EXPECT_EQ(worker_.waiting(), 0U);
    EXPECT_EQ(warden_.carried_out.size(), 3U);
}

TEST_F(WardenCourierTest, BringsTheSameWishAgainEveryMinute) {
    courier_.retry();
    ASSERT_EQ(worker_.waiting(), 0U) << "nothing was wished yet";
    ASSERT_TRUE(courier_.apply({.level = Level::Quarantined}));
    worker_.finish_one();

    for (int tick = 1; tick <= 6; ++tick) {
        now_ += Seconds(30);
        courier_.retry();
        while (worker_.waiting() > 0) worker_.finish_one();
        EXPECT_EQ(warden_.carried_out.size(), 1U + static_cast<std::size_t>(tick) / 2) << tick;
    }

    EXPECT_EQ(warden_.carried_out, std::vector(4, Level::Quarantined));
    EXPECT_TRUE(log_.empty());
}

TEST_F(WardenCourierTest, TellsTheSameFailureOnceAndItsEnd) {
    warden_.failing = unavailable("no warden");
    ASSERT_TRUE(courier_.apply({.level = Level::Quarantined}));
    worker_.finish_one();
    courier_.retry();
    worker_.finish_one();
    warden_.failing.reset();
    courier_.retry();
    worker_.finish_one();

    EXPECT_EQ(log_, (std::vector<std::string>{"enforcement: no warden", "enforcement: carried out again"}));
}

}  // namespace
}  // namespace anchor::daemon
