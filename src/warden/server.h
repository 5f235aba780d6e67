// SPDX-License-Identifier: Apache-2.0
#pragma once

// Server: the warden's end of its socket. One connection at a time, one request in each, and a deadline for whoever is
// slow: there is one rightful peer, and nothing that it could queue up here.

#include <sys/types.h>

#include <functional>

#include <anchor/base/time.h>
#include <anchor/base/unique_fd.h>
#include <anchor/core/enforcer.h>
#include <anchor/core/log_opener.h>

namespace anchor::warden {

/// Who is at the other end of a connection.
using PeerOf = std::function<Result<uid_t>(int connection)>;
/// As the kernel noted it when the peer connected (SO_PEERCRED, unix(7)).
[[nodiscard]] Result<uid_t> kernel_peer(int connection);

class Server {
public:
    /// Serves `peer` and nobody else. The two ports outlive the server.
    Server(uid_t peer, LogOpener& logs, Enforcer& enforcer, PeerOf peer_of = kernel_peer)
        : peer_(peer), logs_(logs), enforcer_(enforcer), peer_of_(std::move(peer_of)) {}

    /// Accepts and serves until accepting fails, and gives that error. `report` gets what went wrong with a connection; what
    /// the peer was told as an answer is for the peer to report.
    [[nodiscard]] Error run(int listener, const std::function<void(const Error&)>& report);

    /// One request and its answer. Denied: another user, who gets no answer. Rejected: no request. Unavailable: the peer was
    /// too slow or went away.
    [[nodiscard]] Result<void> serve(int connection, Milliseconds patience = Seconds(2));

private:
    [[nodiscard]] Result<void> answer(int connection, std::string_view request);

    uid_t peer_;
    LogOpener& logs_;
    Enforcer& enforcer_;
    PeerOf peer_of_;
};

}  // namespace anchor::warden
