// SPDX-License-Identifier: Apache-2.0
#pragma once

// Mailbox: how messages come from Paho's threads to the loop. Bounded: a full one makes Paho wait, Paho then stops reading, and
// the broker has to keep what it has.

#include <condition_variable>
#include <mutex>

namespace anchor::link {

class Mailbox {
public:
    explicit Mailbox(std::size_t capacity) : room_(capacity) {}

    /// Waits for room. False once the box is closed: the message is to be dropped.
    [[nodiscard]] bool enter() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return closed_ || room_ > 0; });
        if (closed_) return false;
        --room_;
        return true;
    }
    void leave() {
        const std::lock_guard lock(mutex_);
        ++room_;
        changed_.notify_one();
    }
    /// Lets go of whoever waits.
    void close() {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        changed_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t room_;
    bool closed_ = false;
};

}  // namespace anchor::link
