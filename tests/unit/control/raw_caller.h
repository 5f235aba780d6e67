// SPDX-License-Identifier: Apache-2.0
#pragma once

// RawCaller: somebody at the socket who may send anything. Waits at most five seconds for what should come.

#include <string>
#include <string_view>

#include <anchor/base/json.h>
#include <anchor/base/unique_fd.h>

namespace anchor::control {

class RawCaller {
public:
    explicit RawCaller(const std::string& path);
    explicit RawCaller(UniqueFd socket);

    /// As much as the other end takes; false where it is gone.
    bool send(std::string_view octets) const;
    /// The same, with the NUL of a message.
    bool send_message(std::string_view text) const { return send(std::string(text) + '\0'); }
    void end_sending() const;
    /// The next message as JSON; null where the other end closed first, the text "nothing" where nothing came.
    Json message();
    /// Whether the other end closes, whatever it sends before.
    bool sees_end();

private:
    UniqueFd socket_;
    std::string unread_;
};

}  // namespace anchor::control
