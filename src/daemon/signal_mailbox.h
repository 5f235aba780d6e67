// SPDX-License-Identifier: Apache-2.0
#pragma once

// SignalMailbox: SIGTERM, SIGINT and SIGHUP as events of the loop. Asio has such a thing; this one also starts the clock of the
// last grace inside the signal's handler, because the loop may be waiting for a TPM that never answers just then.

#include <array>
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <functional>
#include <memory>

#include <anchor/base/result.h>

namespace anchor::daemon {

/// From the signal that ends the daemon to the end of the process, whatever it is doing: with exit code 0, as the state is safe
/// at any instruction.
inline constexpr unsigned kLastGraceSeconds = 1;

/// One a process.
class SignalMailbox {
public:
    /// From here on the three signals arrive here and do nothing else. Unavailable: no descriptors to be had.
    [[nodiscard]] static Result<std::unique_ptr<SignalMailbox>> open(asio::io_context& loop);
    ~SignalMailbox();
    SignalMailbox(const SignalMailbox&) = delete;
    SignalMailbox& operator=(const SignalMailbox&) = delete;

    /// Calls back with each signal's number, on the loop thread.
    void listen(std::function<void(int)> receiver);

private:
    SignalMailbox(asio::io_context& loop, int reading) : reading_(loop, reading) {}
    void wait();

    asio::posix::stream_descriptor reading_;
    std::array<char, 16> received_{};
    std::function<void(int)> receiver_;
};

}  // namespace anchor::daemon
