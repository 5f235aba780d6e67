// SPDX-License-Identifier: Apache-2.0
#include "daemon/bounded_counter.h"

#include <future>

#include <gtest/gtest.h>

#include <anchor/store/sealed_state.h>
#include <fakes/fake_disk.h>

namespace anchor::daemon {
namespace {

// A counter whose TPM hangs until it is let go.
class HangingCounter final : public MonotonicCounter {
public:
    Result<std::optional<std::uint64_t>> read() override {
        wait();
        return count_;
    }
    Result<std::uint64_t> create() override {
        wait();
        return *(count_ = 7);
    }
    Result<std::uint64_t> increment() override {
        wait();
        return *(count_ = *count_ + 1);
    }
    void hang() { gate_ = std::promise<void>(), open_ = gate_.get_future().share(); }
    void let_go() { gate_.set_value(); }

private:
    void wait() const {
        if (open_.valid()) open_.wait();
    }
    std::promise<void> gate_;
    std::shared_future<void> open_;
    std::optional<std::uint64_t> count_;
};

// Asks until the counter answers again.
Result<std::optional<std::uint64_t>> patiently(BoundedCounter& counter) {
    auto answer = counter.read();
    while (!answer && answer.error().kind == ErrorKind::Unavailable) answer = counter.read();
    return answer;
}

TEST(BoundedCounter, SaysWhatTheCounterSays) {
    HangingCounter real;
    BoundedCounter counter(real, std::chrono::minutes(1));

    EXPECT_EQ(counter.read().value(), std::nullopt);
    EXPECT_EQ(counter.create().value(), 7U);
    EXPECT_EQ(counter.increment().value(), 8U);
    EXPECT_EQ(counter.read().value(), 8U);
}

TEST(BoundedCounter, DoesNotWaitForATpmThatHangsAndNotAgainForTheSame) {
    HangingCounter real;
    BoundedCounter counter(real, Milliseconds(1));
    real.hang();

    EXPECT_EQ(counter.read().error().what, "the TPM's counter does not answer in time");
    EXPECT_EQ(counter.read().error().what, "the TPM's counter has not answered an earlier question yet");
    real.let_go();
    EXPECT_EQ(patiently(counter).value(), std::nullopt);
}

TEST(BoundedCounter, ALateIncrementIsFoundByTheNextSave) {
    fakes::FakeDisk disk;
    HangingCounter real;
    BoundedCounter counter(real, std::chrono::seconds(5));
    store::SealedState state(disk, &counter);
    ASSERT_TRUE(state.save(to_bytes("one"), SaveKind::Floor));

    real.hang();
    BoundedCounter hasty(real, Milliseconds(1));
    store::SealedState hurried(disk, &hasty);
    EXPECT_FALSE(hurried.save(to_bytes("two"), SaveKind::Floor)) << "and it returned";
    real.let_go();
    // A millisecond is short on a busy machine: each try that it was too short for is one more late increment.
    while (!hurried.save(to_bytes("three"), SaveKind::Floor)) ASSERT_TRUE(patiently(hasty));

    store::SealedState after(disk, &counter);
    EXPECT_EQ(as_text(*after.load().value()), "three");
}

}  // namespace
}  // namespace anchor::daemon
