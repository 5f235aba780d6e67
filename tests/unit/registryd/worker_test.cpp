// SPDX-License-Identifier: Apache-2.0
// Which of several processes on one folder leads.
#include <registryd/worker.h>

#include <gtest/gtest.h>

#include <parts/scratch.h>
#include <registryd/init.h>

namespace anchor::registryd {
namespace {

class WorkerTest : public testing::Test {
protected:
    WorkerTest() {
        const InitOptions options{.folder = scratch_.path("registry"), .tenant = "acme"};
        EXPECT_TRUE(init(options));
        files_ = RegistryFiles::open(options.folder).value();
        first_.emplace(Worker::open(*files_, 1).value());
        second_.emplace(Worker::open(*files_, 2).value());
        EXPECT_TRUE(first_->leads(true, at(0)));
        EXPECT_FALSE(second_->leads(true, at(0)));
    }
    [[nodiscard]] static SteadyTime at(int seconds) { return SteadyTime{Seconds{1'000'000 + seconds}}; }

    parts::Scratch scratch_{"worker"};
    std::unique_ptr<RegistryFiles> files_;
    std::optional<Worker> first_, second_;
};

TEST_F(WorkerTest, WithoutALinkGivesTheLeadToOneThatHasIt) {
    EXPECT_TRUE(first_->leads(false, at(29))) << "a broker that restarts is no reason";
    EXPECT_FALSE(second_->leads(true, at(29)));

    EXPECT_FALSE(first_->leads(false, at(31)));
    EXPECT_TRUE(second_->leads(true, at(32)));

    EXPECT_FALSE(first_->leads(true, at(60))) << "the other one publishes";
    EXPECT_TRUE(second_->leads(true, at(60)));
}

TEST_F(WorkerTest, WithoutALinkTakesTheLeadAgainWhereNobodyElseDid) {
    EXPECT_FALSE(first_->leads(false, at(31)));
    EXPECT_FALSE(first_->leads(false, at(33))) << "the others first";

    EXPECT_TRUE(first_->leads(false, at(37))) << "somebody has to renew the list beside the broker";
    EXPECT_TRUE(first_->leads(false, at(66)));
    EXPECT_FALSE(first_->leads(false, at(68)));
}

TEST_F(WorkerTest, ALinkThatComesBackInTimeKeepsTheLead) {
    for (int seconds = 20; seconds < 200; seconds += 20) {
        EXPECT_TRUE(first_->leads(seconds % 40 == 0, at(seconds))) << seconds;
    }
}

}  // namespace
}  // namespace anchor::registryd
