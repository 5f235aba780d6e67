// SPDX-License-Identifier: Apache-2.0

// The local socket's framing and calls: how the octets are cut into chunks does not change the messages, no message is longer
// than the limit, and a call that was read can be written and read again as the same.

#include <cstdlib>
#include <vector>

#include "control/message.h"
#include "control/message_framing.h"

namespace {

using anchor::control::MessageFraming;

constexpr std::size_t kLimit = 512;

std::vector<std::string> messages_of(std::string_view octets, std::size_t chunk) {
    MessageFraming framing(kLimit);
    std::vector<std::string> messages;
    while (!octets.empty()) {
        framing.feed(octets.substr(0, chunk));
        octets.remove_prefix(std::min(chunk, octets.size()));
        while (true) {
            auto message = framing.next();
            if (!message) return messages;
            if (!message->has_value()) break;
            messages.push_back(std::move(**message));
        }
        if (framing.waiting() > kLimit) std::abort();
    }
    return messages;
}

void check(const std::string& message) {
    if (message.size() > kLimit) std::abort();
    const auto request = anchor::control::request_from(message);
    if (!request) return;
    const std::string text = anchor::control::request_text(request->full_name(), request->parameters, request->more);
    const auto again = anchor::control::request_from(std::string_view(text).substr(0, text.size() - 1));
    if (!again || again->parameters != request->parameters || again->method != request->method) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view octets = anchor::as_text({data, size});
    const auto messages = messages_of(octets, octets.size() + 1);
    if (messages != messages_of(octets, 1) || messages != messages_of(octets, 7)) std::abort();
    for (const std::string& message : messages) check(message);
    return 0;
}
