// SPDX-License-Identifier: Apache-2.0
#include <daemon/pulse.h>

#include <gtest/gtest.h>

#include <fakes/fake_device.h>

namespace anchor::daemon {
namespace {

class PulseTest : public testing::Test {
protected:
    // A round of the loop; how often the watchdog was fed in it.
    int tick(Milliseconds later = Milliseconds{30'000}) {
        const int before = beats_;
        clock_.pass(later);
        pulse_.tick();
        return beats_ - before;
    }

    fakes::FakeClock clock_;
    fakes::FakeWorker worker_;
    int beats_ = 0;
    Pulse pulse_{worker_, clock_, [this] { ++beats_; }};
};

TEST_F(PulseTest, BeatsOnceARoundAndBehindItsWork) {
    EXPECT_EQ(tick(), 0);
    EXPECT_TRUE(worker_.step());
    EXPECT_EQ(beats_, 1);
    EXPECT_FALSE(worker_.step());
}

TEST_F(PulseTest, ALongJobIsNoReasonToBeKilled) {
    worker_.run([] {}, [] {});  // a key that takes minutes
    EXPECT_EQ(tick(), 0);
    for (int i = 0; i < 10; ++i) EXPECT_EQ(tick(), 1);

    worker_.step();
    worker_.step();
    EXPECT_EQ(beats_, 11);
    EXPECT_FALSE(worker_.step()) << "one question waits, however long it takes";
}

TEST_F(PulseTest, StopsWhereTheWorkerHangs) {
    EXPECT_EQ(tick(), 0);

    EXPECT_EQ(tick(Pulse::kLongestJob - Milliseconds{1}), 1);
    EXPECT_EQ(tick(Milliseconds{1}), 0);
    EXPECT_EQ(tick(), 0);

    worker_.step();
    EXPECT_EQ(beats_, 2) << "it comes back";
}

}  // namespace
}  // namespace anchor::daemon
