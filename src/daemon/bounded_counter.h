// SPDX-License-Identifier: Apache-2.0
#pragma once

// BoundedCounter: a counter that answers the loop in time, whatever its TPM does. Each question goes to a thread of its own; one that is
// not answered in time is Unavailable, and so is each further one, at once, until the TPM has let go of the first. What the late answer
// did is not lost: whoever saved by it finds out with the next read (SealedState).

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include <anchor/base/time.h>
#include <anchor/core/monotonic_counter.h>

namespace anchor::daemon {

class BoundedCounter final : public MonotonicCounter {
public:
    /// The counter must outlive it. The end of this object waits for the last question's.
    BoundedCounter(MonotonicCounter& counter, Milliseconds patience);
    ~BoundedCounter() override;
    BoundedCounter(const BoundedCounter&) = delete;
    BoundedCounter& operator=(const BoundedCounter&) = delete;

    Result<std::optional<std::uint64_t>> read() override;
    Result<std::uint64_t> create() override;
    Result<std::uint64_t> increment() override;

private:
    using Answer = Result<std::optional<std::uint64_t>>;
    [[nodiscard]] Answer ask(std::function<Answer()> question);
    [[nodiscard]] Result<std::uint64_t> number(std::function<Result<std::uint64_t>()> question);
    void work();

    MonotonicCounter& counter_;
    const Milliseconds patience_;
    std::mutex lock_;  // guards all below
    std::condition_variable changed_;
    std::function<Answer()> question_;
    std::optional<Answer> answer_;
    bool busy_ = false;  // with a question, whether somebody still waits for it or not
    bool stopping_ = false;
    std::thread thread_;  // last: it uses the rest
};

}  // namespace anchor::daemon
