// SPDX-License-Identifier: Apache-2.0
#include "message_framing.h"

#include <algorithm>

namespace anchor::control {

void MessageFraming::feed(std::string_view octets) {
    // What was given away goes only here, once a chunk: dropping it message by message takes quadratic time.
    octets_.erase(0, begin_);
    scanned_ -= begin_;
    begin_ = 0;
    octets_ += octets;
}

Result<std::optional<std::string>> MessageFraming::next() {
    const std::size_t end = octets_.find('\0', scanned_);
    const std::size_t length = std::min(end, octets_.size()) - begin_;
    if (length > limit_) return rejected("a message of more than " + std::to_string(limit_) + " octets");
    if (end == std::string::npos) {
        scanned_ = octets_.size();
        return std::optional<std::string>();
    }
    std::optional<std::string> message(octets_.substr(begin_, length));
    begin_ = scanned_ = end + 1;
    return message;
}

}  // namespace anchor::control
