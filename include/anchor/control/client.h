// SPDX-License-Identifier: Apache-2.0
#pragma once

// Client: the caller's end of the local socket, for programs that may wait: blocking, each step with a deadline. It believes
// the daemon no more than JSON: messages are bounded and parsed strictly.

#include <functional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include <anchor/base/json.h>
#include <anchor/base/time.h>
#include <anchor/base/unique_fd.h>

namespace anchor::control {

class Client {
public:
    static constexpr std::size_t kMaxMessage = 16U << 20U;

    /// Unavailable: nobody listens there. Denied: the socket may not be opened by this user. Both keep errno as `native`.
    [[nodiscard]] static Result<Client> connect(const std::string& path, Milliseconds deadline = Seconds(5));

    /// Calls a method ("GetStatus", or with its interface: "org.varlink.service.GetInfo") and gives the parameters of its
    /// answer. The daemon's own errors have their kind and reason and `native` 0; errors of the way there have an errno.
    /// Stale: the daemon closed the connection. Unavailable: no answer before the deadline. Rejected: refused, or an answer
    /// that is no Varlink. After an error of the way there the connection is of no more use.
    [[nodiscard]] Result<Json> call(std::string_view method, const Json& parameters, Milliseconds deadline = Seconds(30));

    /// Gives each answer of a stream to the receiver until that returns false, and then closes the connection, or until
    /// the daemon ends the stream. Waits for each answer at most as long as said.
    [[nodiscard]] Result<void> stream(std::string_view method, const Json& parameters, const std::function<bool(const Json&)>& receiver,
                                      Milliseconds each);

private:
    explicit Client(UniqueFd socket) noexcept : socket_(std::move(socket)) {}
    struct Answer;
    [[nodiscard]] Result<void> send(std::string_view method, const Json& parameters, bool more, SteadyTime until);
    [[nodiscard]] Result<Answer> receive(SteadyTime until);
    [[nodiscard]] Result<std::string> message(SteadyTime until);

    UniqueFd socket_;
    std::string unread_;
};

}  // namespace anchor::control
