// SPDX-License-Identifier: Apache-2.0
#pragma once

// MessageFraming: cuts a stream of foreign octets into Varlink's messages, each ended by a NUL octet. It never holds more
// than one message's limit and what was fed last.

#include <optional>
#include <string>

#include <anchor/base/bytes.h>
#include <anchor/base/result.h>

namespace anchor::control {

class MessageFraming {
public:
    explicit MessageFraming(std::size_t limit) noexcept : limit_(limit) {}

    void feed(std::string_view octets);
    /// The next message without its NUL; nothing where it is not there as a whole. Rejected: it is longer than the limit.
    [[nodiscard]] Result<std::optional<std::string>> next();

    /// Octets that next() has not given yet.
    [[nodiscard]] std::size_t waiting() const noexcept { return octets_.size() - begin_; }
    /// Feeding should pause until next() has taken messages away.
    [[nodiscard]] bool full() const noexcept { return waiting() > limit_; }

private:
    std::size_t limit_;
    std::string octets_;
    std::size_t begin_ = 0;    // of what was not given yet
    std::size_t scanned_ = 0;  // up to here there is no NUL behind begin_
};

}  // namespace anchor::control
