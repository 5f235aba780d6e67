// SPDX-License-Identifier: Apache-2.0
#pragma once

// WardenClient: the daemon's end of the warden's socket. Every call is a connection of its own, so that a warden that was
// restarted in between goes unnoticed. Calls block up to the deadline: they belong on a worker, away from the loop.

#include <sys/types.h>

#include <string>

#include <anchor/base/time.h>
#include <anchor/core/enforcer.h>
#include <anchor/core/log_opener.h>
#include <anchor/enforce/warden_protocol.h>

namespace anchor::enforce {

inline constexpr const char* kWardenSocket = "/run/anchord-warden/warden.sock";

struct WardenClientOptions {
    std::string socket = kWardenSocket;
    /// Longer than what the warden grants its hooks.
    Milliseconds deadline = Seconds(30);
    /// Who must have made the socket. Another one could hand us logs of its own and carry out nothing.
    uid_t server = 0;
};

class WardenClient final : public Enforcer, public LogOpener {
public:
    explicit WardenClient(WardenClientOptions options = {}) : options_(std::move(options)) {}

    /// The warden's own answer. Unavailable where nobody answers in time; Denied where another user listens.
    Result<void> apply(const Enforcement& wish) override;
    /// The same for a log.
    Result<UniqueFd> open(std::string_view log) override;

private:
    struct Answer;
    [[nodiscard]] Result<Answer> call(const WardenRequest& request) const;

    WardenClientOptions options_;
};

}  // namespace anchor::enforce
