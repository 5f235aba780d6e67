// SPDX-License-Identifier: Apache-2.0
#pragma once

// LocalApi: the methods of io.anchord.Agent, answered by the agent. Who calls has been judged by the server; what they send is
// foreign. On the loop thread; nothing here waits.

#include <asio/io_context.hpp>
#include <string>
#include <vector>

#include <anchor/agent/agent.h>
#include <anchor/control/server.h>

#include "log_pieces.h"
#include "telemetry.h"

namespace anchor::daemon {

class LocalApi {
public:
    /// All must outlive it. `selections` are the registers of every quote, in their order.
    LocalApi(asio::io_context& loop, agent::Agent& agent, Telemetry& telemetry, LogPieces& logs, std::vector<PcrSelection> selections,
             std::string version)
        : loop_(loop),
          agent_(agent),
          telemetry_(telemetry),
          logs_(logs),
          selections_(std::move(selections)),
          version_(std::move(version)) {}

    void answer(const control::Call& call, const control::Responder& responder);

    /// The agent's status may have changed. Subscribers hear of it once a turn of the loop, however often this is called, and only where
    /// it did change.
    void changed();

private:
    void get_status(const control::Call& call, const control::Responder& responder);
    void get_decision(const control::Call& call, const control::Responder& responder);
    void subscribe(const control::Call& call, const control::Responder& responder);
    void get_evidence(const control::Call& call, const control::Responder& responder);
    void get_log(const control::Call& call, const control::Responder& responder);
    void attest(const control::Call& call, const control::Responder& responder);
    void rotate(const control::Call& call, const control::Responder& responder);
    void reset(const control::Call& call, const control::Responder& responder);
    void check_access(const control::Call& call, const control::Responder& responder);
    void put_telemetry(const control::Call& call, const control::Responder& responder);
    void import(const control::Call& call, const control::Responder& responder);
    void verify_peer(const control::Call& call, const control::Responder& responder);
    void tell();
    [[nodiscard]] Json status() const;

    asio::io_context& loop_;
    agent::Agent& agent_;
    Telemetry& telemetry_;
    LogPieces& logs_;
    std::vector<PcrSelection> selections_;
    std::string version_;
    std::vector<control::Responder> subscribers_;
    Json told_;               // the status that subscribers know
    std::size_t quotes_ = 0;  // under way
    std::size_t pieces_ = 0;  // of logs, under way
    bool telling_soon_ = false;
};

}  // namespace anchor::daemon
