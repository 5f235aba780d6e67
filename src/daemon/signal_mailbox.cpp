// SPDX-License-Identifier: Apache-2.0
#include "signal_mailbox.h"

#include <fcntl.h>
#include <unistd.h>

#include <asio/buffer.hpp>
#include <atomic>
#include <cerrno>
#include <csignal>

#include <anchor/base/file.h>
#include <anchor/base/unique_fd.h>

namespace anchor::daemon {
namespace {

constexpr std::array kSignals = {SIGTERM, SIGINT, SIGHUP};

// Where the handler writes to: a handler has no other way to get at it.
std::atomic<int> writing{-1};

void end_now(int) { ::_exit(0); }

// Only what signal-safety(7) lists.
void deliver(int signal) {
    const int saved = errno;
    if (signal != SIGHUP) ::alarm(kLastGraceSeconds);
    const char octet = static_cast<char>(signal);
    [[maybe_unused]] const auto written = ::write(writing, &octet, 1);  // a full pipe has a signal in it already
    errno = saved;
}

Result<void> handle(int signal, void (*handler)(int)) {
    struct sigaction action {};
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    if (::sigaction(signal, &action, nullptr) != 0) return from_errno("sigaction", errno);
    return {};
}

}  // namespace

Result<std::unique_ptr<SignalMailbox>> SignalMailbox::open(asio::io_context& loop) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) return from_errno("pipe", errno);
    writing = ends[1];
    std::unique_ptr<SignalMailbox> mailbox(new SignalMailbox(loop, ends[0]));
    ANCHOR_RETURN_IF_ERROR(handle(SIGALRM, end_now));
    for (const int signal : kSignals) ANCHOR_RETURN_IF_ERROR(handle(signal, deliver));
    return mailbox;
}

SignalMailbox::~SignalMailbox() {
    for (const int signal : kSignals) (void)handle(signal, SIG_DFL);
    const UniqueFd closed(writing.exchange(-1));
}

void SignalMailbox::listen(std::function<void(int)> receiver) {
    receiver_ = std::move(receiver);
    wait();
}

void SignalMailbox::wait() {
    reading_.async_read_some(asio::buffer(received_), [this](const std::error_code& error, std::size_t size) {
        if (error) return;
        for (std::size_t i = 0; i < size; ++i) receiver_(received_[i]);
        wait();
    });
}

}  // namespace anchor::daemon
