// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/boot_guid.h>

#include <algorithm>

#include <anchor/base/encoding.h>

namespace anchor::measure {
namespace {

// Where the octet that is printed n-th stands.
constexpr std::array<std::size_t, 16> kOrder{3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};

}  // namespace

std::string to_text(const Guid& guid) {
    std::array<std::uint8_t, 16> printed{};
    for (std::size_t i = 0; i < printed.size(); ++i) printed[i] = guid.octets[kOrder[i]];
    std::string text = to_hex(printed);
    for (const std::size_t dash : {20U, 16U, 12U, 8U}) text.insert(dash, 1, '-');
    return text;
}

Result<Guid> read_guid(ByteReader& reader, std::string_view field) {
    Guid guid;
    ANCHOR_ASSIGN_OR_RETURN(const ByteView octets, reader.take(guid.octets.size(), field));
    std::ranges::copy(octets, guid.octets.begin());
    return guid;
}

Guid guid_from(std::string_view text) {
    std::string digits(text);
    std::erase(digits, '-');
    const auto octets = from_hex(digits);
    Guid guid;
    if (!octets || octets->size() != guid.octets.size()) return guid;
    for (std::size_t i = 0; i < kOrder.size(); ++i) guid.octets[kOrder[i]] = (*octets)[i];
    return guid;
}

}  // namespace anchor::measure
