// SPDX-License-Identifier: Apache-2.0
#include "bounded_counter.h"

namespace anchor::daemon {

BoundedCounter::BoundedCounter(MonotonicCounter& counter, Milliseconds patience)
    : counter_(counter), patience_(patience), thread_([this] { work(); }) {}

BoundedCounter::~BoundedCounter() {
    {
        const std::lock_guard guard(lock_);
        stopping_ = true;
        changed_.notify_all();
    }
    thread_.join();
}

Result<std::optional<std::uint64_t>> BoundedCounter::read() {
    return ask([this] { return counter_.read(); });
}

Result<std::uint64_t> BoundedCounter::create() {
    return number([this] { return counter_.create(); });
}

Result<std::uint64_t> BoundedCounter::increment() {
    return number([this] { return counter_.increment(); });
}

Result<std::uint64_t> BoundedCounter::number(std::function<Result<std::uint64_t>()> question) {
    ANCHOR_ASSIGN_OR_RETURN(const auto answer, ask([question = std::move(question)]() -> Answer {
                                ANCHOR_ASSIGN_OR_RETURN(const std::uint64_t count, question());
                                return std::optional(count);
                            }));
    return answer.value_or(0);
}

BoundedCounter::Answer BoundedCounter::ask(std::function<Answer()> question) {
    std::unique_lock guard(lock_);
    if (busy_) return unavailable("the TPM's counter has not answered an earlier question yet");
    busy_ = true;
    answer_.reset();
    question_ = std::move(question);
    changed_.notify_all();
    if (!changed_.wait_for(guard, patience_, [this] { return answer_.has_value(); })) {
        return unavailable("the TPM's counter does not answer in time");
    }
    return *std::exchange(answer_, std::nullopt);
}

void BoundedCounter::work() {
    std::unique_lock guard(lock_);
    for (;;) {
        changed_.wait(guard, [this] { return stopping_ || question_; });
        if (!question_) return;
        const auto question = std::exchange(question_, nullptr);
        guard.unlock();
        Answer answer = question();
        guard.lock();
        busy_ = false;
        answer_ = std::move(answer);
        changed_.notify_all();
    }
}

}  // namespace anchor::daemon
