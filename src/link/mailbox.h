// SPDX-License-Identifier: Apache-2.0
#pragma once

// Mailbox: how many messages may be on their way from Paho's threads to the loop. Never waits: Paho calls with its lock held, and a
// loop that publishes would wait for that lock for ever. A message that finds the box full is lost, as it may be on any network:
// requests are asked again, and what is retained is asked for on every connect.

#include <atomic>
#include <cstddef>

namespace anchor::link {

class Mailbox {
public:
    explicit Mailbox(std::size_t capacity) : capacity_(capacity) {}

    /// False where the box is full: the message is to be dropped.
    [[nodiscard]] bool enter() {
        if (inside_.fetch_add(1) < capacity_) return true;
        --inside_;
        return false;
    }
    void leave() { --inside_; }

private:
    std::size_t capacity_;
    std::atomic<std::size_t> inside_{0};
};

}  // namespace anchor::link
