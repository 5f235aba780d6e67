// SPDX-License-Identifier: Apache-2.0

// Device paths: whatever the octets are, they are refused with a place, or their text grows with them and with nothing else.

#include <charconv>
#include <cstdlib>
#include <string_view>

#include <anchor/measure/boot_device_path.h>

namespace {

constexpr std::uint64_t kOrigin = 1000;

bool names_a_place(std::string_view complaint, std::size_t size) {
    constexpr std::string_view before = "offset ";
    const auto at = complaint.find(before);
    if (at == std::string_view::npos) return false;
    std::uint64_t offset = 0;
    std::from_chars(complaint.data() + at + before.size(), complaint.data() + complaint.size(), offset);
    return offset >= kOrigin && offset <= kOrigin + size;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace anchor;
    constexpr std::size_t most_an_octet = 32;
    const auto text = measure::device_path_text({data, size}, kOrigin);
    if (!text && !names_a_place(text.error().what, size)) std::abort();
    if (text && text->size() > most_an_octet * size) std::abort();
    return 0;
}
