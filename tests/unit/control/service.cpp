// SPDX-License-Identifier: Apache-2.0
#include "service.h"

#include <sys/stat.h>

#include <asio/post.hpp>
#include <future>

namespace anchor::control {

Service::Service(Handler handler, ServerLimits limits, mode_t mode) {
    ::chmod(scratch_.path().c_str(), 0711);  // others may come as far as the socket
    server_ = Server::listen(loop_, {.path = path(), .mode = mode, .version = "1.2.3", .limits = limits}, std::move(handler)).value();
    thread_ = std::thread([this] { loop_.run(); });
}

Service::~Service() {
    on_loop([this] { server_.reset(); });
    work_.reset();
    thread_.join();
}

void Service::on_loop(const std::function<void()>& action) {
    std::promise<void> done;
    asio::post(loop_, [&] {
        action();
        done.set_value();
    });
    done.get_future().wait();
}

std::size_t Service::connections() {
    std::size_t count = 0;
    on_loop([&] { count = server_->connections(); });
    return count;
}

}  // namespace anchor::control
