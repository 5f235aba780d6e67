// SPDX-License-Identifier: Apache-2.0

// Device paths: whatever the octets are, they are refused with a place, or their text grows with them and with nothing else.

#include <cstdlib>

#include <anchor/measure/boot_device_path.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace anchor;
    constexpr std::size_t most_an_octet = 32;
    const auto text = measure::device_path_text({data, size}, 1000);
    if (!text && text.error().what.find("offset 1") == std::string::npos) std::abort();
    if (text && text->size() > most_an_octet * size) std::abort();
    return 0;
}
