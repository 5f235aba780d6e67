// SPDX-License-Identifier: Apache-2.0
#pragma once

// WorkerThread: one thread for what would make the loop wait. Its queue is bounded: where it is full, run() waits for
// room, so that neither memory grows nor a job is lost. Jobs never wait for the loop, so this cannot lock up. It ends with
// the object: the job in progress is run to its end, however long that takes, and the rest is dropped.

#include <asio/io_context.hpp>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include <anchor/core/worker.h>

namespace anchor::daemon {

class WorkerThread final : public Worker {
public:
    /// The loop must outlive the worker.
    explicit WorkerThread(asio::io_context& loop, std::size_t longest_queue = 64);
    ~WorkerThread() override;
    WorkerThread(const WorkerThread&) = delete;
    WorkerThread& operator=(const WorkerThread&) = delete;

    void run(std::function<void()> job, std::function<void()> done) override;

private:
    struct Item {
        std::function<void()> job;
        std::function<void()> done;
    };

    void work();

    asio::io_context& loop_;
    const std::size_t longest_queue_;
    std::mutex lock_;  // guards the three below
    std::condition_variable changed_;
    std::deque<Item> queue_;
    bool stopping_ = false;
    std::thread thread_;  // last: it uses all of the above
};

}  // namespace anchor::daemon
