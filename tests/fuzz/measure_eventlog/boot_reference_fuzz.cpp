// SPDX-License-Identifier: Apache-2.0

// Reference values: what is read is written and read again as the same, and comparing with it ends.

#include <cstdlib>

#include <nlohmann/json.hpp>

#include <anchor/measure/reference_values.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace anchor;
    const auto document = parse_json(as_text({data, size}));
    if (!document) return 0;
    const auto reference = measure::reference_values_from(*document);
    if (!reference) return 0;

    const Json once = measure::to_json(*reference);
    const auto again = measure::reference_values_from(once);
    if (!again || measure::to_json(*again) != once) std::abort();
    const auto nothing = measure::compare_boot(reference->boot, measure::parse_event_log({}), {});
    if (!reference->boot.pcrs.empty() && nothing.empty()) std::abort();
    return 0;
}
