// SPDX-License-Identifier: Apache-2.0

// What the warden accepts holds names only, and can be written and read again as the same request. The same octets as an
// answer never crash the client.

#include <algorithm>
#include <cstdlib>

#include <anchor/base/bytes.h>
#include <anchor/enforce/warden_protocol.h>

namespace enforce = anchor::enforce;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = anchor::as_text({data, size});
    (void)enforce::parse_answer(text).has_value();
    const auto request = enforce::parse_request(text);
    if (!request) return 0;

    if (const auto* wish = std::get_if<anchor::Enforcement>(&*request)) {
        if (!std::ranges::all_of(wish->allow, enforce::is_name) || !std::ranges::all_of(wish->respond, enforce::is_name)) std::abort();
    }
    const auto message = enforce::to_message(*request);
    if (!message || enforce::parse_request(*message).value() != *request) std::abort();
    return 0;
}
