// SPDX-License-Identifier: Apache-2.0
#include "worker_thread.h"

#include <asio/post.hpp>

namespace anchor::daemon {

WorkerThread::WorkerThread(asio::io_context& loop, std::size_t longest_queue)
    : loop_(loop), longest_queue_(longest_queue), thread_([this] { work(); }) {}

WorkerThread::~WorkerThread() {
    {
        const std::lock_guard guard(lock_);
        stopping_ = true;
        changed_.notify_all();
    }
    thread_.join();
}

void WorkerThread::run(std::function<void()> job, std::function<void()> done) {
    std::unique_lock guard(lock_);
    changed_.wait(guard, [this] { return queue_.size() < longest_queue_; });
    queue_.push_back({std::move(job), std::move(done)});
    changed_.notify_all();
}

void WorkerThread::work() {
    std::unique_lock guard(lock_);
    for (;;) {
        changed_.wait(guard, [this] { return stopping_ || !queue_.empty(); });
        if (stopping_) return;
        Item item = std::move(queue_.front());
        queue_.pop_front();
        changed_.notify_all();
        guard.unlock();
        item.job();
        // What the job holds goes before the loop may act on its result.
        item.job = nullptr;
        asio::post(loop_, std::move(item.done));
        guard.lock();
    }
}

}  // namespace anchor::daemon
