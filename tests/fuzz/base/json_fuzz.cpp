// SPDX-License-Identifier: Apache-2.0

// Strict JSON: what is accepted can be written canonically and read again as the same value.

#include <cstdlib>

#include <nlohmann/json.hpp>

#include <anchor/base/json.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = anchor::as_text({data, size});
    const auto value = anchor::parse_json(text);
    if (!value) return 0;

    const std::string once = anchor::canonical_json(*value);
    const auto again = anchor::parse_json(once);
    if (!again || anchor::canonical_json(*again) != once) std::abort();
    return 0;
}
