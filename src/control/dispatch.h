// SPDX-License-Identifier: Apache-2.0
#pragma once

// Dispatch: which call goes where, and whether its caller may make it. What only describes the service is answered here.

#include <memory>
#include <string>

#include <anchor/control/server.h>

#include "exchange.h"
#include "message.h"

namespace anchor::control {

class Dispatch {
public:
    Dispatch(Authority authority, std::string version, Handler handler)
        : authority_(authority), version_(std::move(version)), handler_(std::move(handler)) {}

    /// The role of a caller, who is judged once, when he connects.
    [[nodiscard]] Role role_of(const Peer& peer) const noexcept { return authority_.role_of(peer); }
    void operator()(Request request, const Peer& peer, const std::shared_ptr<Exchange>& exchange) const;

private:
    void describe(const Request& request, Exchange& exchange) const;
    void call_agent(Request request, const Peer& peer, const std::shared_ptr<Exchange>& exchange) const;

    Authority authority_;
    std::string version_;
    Handler handler_;
};

}  // namespace anchor::control
