// SPDX-License-Identifier: Apache-2.0
#pragma once

// Worker: does what is slow (TPM commands, reading logs) away from the loop thread, one job after the other.

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include <anchor/base/result.h>

namespace anchor {

class Worker {
public:
    virtual ~Worker() = default;

    /// Runs the job on the worker's thread, then `done` on the loop thread. Jobs keep their order. A job must not touch what
    /// the loop thread owns; it gets what it needs by value and hands its result over.
    virtual void run(std::function<void()> job, std::function<void()> done) = 0;
};

/// The same for a job with a result, which is handed to `done`.
template <class Job, class Done>
void offload(Worker& worker, Job job, Done done) {
    using Value = decltype(job());
    auto result = std::make_shared<std::optional<Value>>();
    worker.run([job = std::move(job), result]() mutable { result->emplace(job()); },
               [done = std::move(done), result]() mutable { done(std::move(**result)); });
}

}  // namespace anchor
