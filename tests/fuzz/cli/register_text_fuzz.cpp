// SPDX-License-Identifier: Apache-2.0

// Registers as tools print them: whatever the text is, it is refused with a complaint, or what was read is read again as the same.

#include <cstdlib>

#include <anchor/base/encoding.h>

#include "cli/pcr_text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace anchor;
    const auto values = cli::pcr_values_from(as_text(ByteView(data, size)));
    if (!values) {
        if (values.error().what.empty()) std::abort();
        return 0;
    }
    std::string printed;
    for (const auto& [key, value] : *values) {
        printed += std::string(to_string(key.bank)) + ' ' + std::to_string(key.index) + ' ' + to_hex(value.view()) + '\n';
    }
    const auto again = cli::pcr_values_from(printed);
    if (!again || again->size() != values->size()) std::abort();
    for (const auto& [key, value] : *values) {
        const Digest* const same = again->find(key.bank, key.index);
        if (same == nullptr || *same != value) std::abort();
    }
    return 0;
}
