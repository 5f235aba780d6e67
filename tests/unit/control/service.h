// SPDX-License-Identifier: Apache-2.0
#pragma once

// Service: the server at a socket of one test's own, its loop on a thread of its own.

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <memory>
#include <string>
#include <thread>

#include <anchor/control/server.h>
#include <parts/scratch.h>

namespace anchor::control {

class Service {
public:
    /// Aborts where it can't listen.
    explicit Service(Handler handler, ServerLimits limits = {}, mode_t mode = 0600);
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;
    ~Service();

    [[nodiscard]] std::string path() const { return scratch_.path("agent.sock"); }
    /// Runs on the loop thread and waits for its end.
    void on_loop(const std::function<void()>& action);
    [[nodiscard]] std::size_t connections();

private:
    parts::Scratch scratch_{"control"};
    asio::io_context loop_;
    asio::executor_work_guard<asio::io_context::executor_type> work_{loop_.get_executor()};
    std::unique_ptr<Server> server_;
    std::thread thread_;
};

}  // namespace anchor::control
