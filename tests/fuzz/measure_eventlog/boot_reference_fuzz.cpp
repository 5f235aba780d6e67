// SPDX-License-Identifier: Apache-2.0

// Boot reference values: what is read is written and read again as the same, and comparing with it ends.

#include <cstdlib>

#include <nlohmann/json.hpp>

#include <anchor/measure/reference_boot.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace anchor;
    const auto document = parse_json(as_text({data, size}));
    if (!document) return 0;
    const auto reference = measure::boot_reference_from(*document);
    if (!reference) return 0;

    const Json once = measure::to_json(*reference);
    const auto again = measure::boot_reference_from(once);
    if (!again || measure::to_json(*again) != once) std::abort();
    const auto nothing = measure::compare_boot(*reference, measure::parse_event_log({}), {});
    if (!reference->pcrs.empty() && nothing.empty()) std::abort();
    return 0;
}
