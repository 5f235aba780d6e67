// SPDX-License-Identifier: Apache-2.0
#include "ip_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace anchor::cel {
namespace {

// inet_pton wants a terminated text; nothing longer than this is an address.
using Terminated = std::array<char, INET6_ADDRSTRLEN + 1>;

std::optional<Terminated> terminated(std::string_view text) {
    Terminated copy{};
    if (text.size() >= copy.size() || text.find('\0') != std::string_view::npos) return std::nullopt;
    std::copy(text.begin(), text.end(), copy.begin());
    return copy;
}

bool is_v4_mapped(const IpAddress& address) {
    const auto& o = address.octets;
    return std::all_of(o.begin(), o.begin() + 10, [](std::uint8_t octet) { return octet == 0; }) && o[10] == 0xff && o[11] == 0xff;
}

IpAddress unmapped(const IpAddress& address) {
    if (address.is_v4 || !is_v4_mapped(address)) return address;
    IpAddress v4{.octets = {}, .is_v4 = true};
    std::copy(address.octets.begin() + 12, address.octets.end(), v4.octets.begin());
    return v4;
}

}  // namespace

std::optional<IpAddress> parse_ip(std::string_view text) noexcept {
    const auto copy = terminated(text);
    if (!copy) return std::nullopt;
    IpAddress address;
    const bool has_colon = text.find(':') != std::string_view::npos;
    if (!has_colon) {
        address.is_v4 = true;
        if (inet_pton(AF_INET, copy->data(), address.octets.data()) != 1) return std::nullopt;
        return address;
    }
    if (inet_pton(AF_INET6, copy->data(), address.octets.data()) != 1) return std::nullopt;
    if (is_v4_mapped(address) && text.find('.') != std::string_view::npos) return std::nullopt;
    return unmapped(address);
}

std::optional<IpPrefix> parse_cidr(std::string_view text) noexcept {
    const std::size_t slash = text.rfind('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const std::string_view digits = text.substr(slash + 1);
    const auto address = parse_ip(text.substr(0, slash));
    unsigned length = 0;
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
    const bool is_number = problem == std::errc() && end == digits.data() + digits.size() && (digits.size() == 1 || digits[0] != '0');
    if (!address || digits.empty() || !is_number || length > address->bits()) return std::nullopt;
    // A mapped address would make its length count from another end.
    if (address->is_v4 && text.find(':') != std::string_view::npos) return std::nullopt;
    return IpPrefix{*address, static_cast<std::uint8_t>(length)};
}

std::string to_string(const IpAddress& address) {
    Terminated text{};
    inet_ntop(address.is_v4 ? AF_INET : AF_INET6, address.octets.data(), text.data(), static_cast<socklen_t>(text.size()));
    return text.data();
}

std::string to_string(const IpPrefix& prefix) { return to_string(prefix.address) + "/" + std::to_string(prefix.length); }

IpAddress masked(const IpAddress& address, unsigned length) noexcept {
    IpAddress result = address;
    for (unsigned bit = length; bit < address.bits(); ++bit) {
        result.octets[bit / 8] = static_cast<std::uint8_t>(result.octets[bit / 8] & ~(0x80U >> (bit % 8)));
    }
    return result;
}

bool contains(const IpPrefix& prefix, const IpAddress& address) noexcept {
    return prefix.address.is_v4 == address.is_v4 && masked(prefix.address, prefix.length) == masked(address, prefix.length);
}

bool contains(const IpPrefix& outer, const IpPrefix& inner) noexcept {
    return outer.length <= inner.length && contains(outer, inner.address);
}

bool is_unspecified(const IpAddress& address) noexcept {
    return std::all_of(address.octets.begin(), address.octets.end(), [](std::uint8_t octet) { return octet == 0; });
}

bool is_loopback(const IpAddress& address) noexcept {
    if (address.is_v4) return address.octets[0] == 127;
    return address.octets[15] == 1 && std::all_of(address.octets.begin(), address.octets.end() - 1, [](std::uint8_t o) { return o == 0; });
}

bool is_global_unicast(const IpAddress& address) noexcept {
    const auto& o = address.octets;
    const bool is_multicast = address.is_v4 ? (o[0] & 0xf0U) == 0xe0 : o[0] == 0xff;
    const bool is_broadcast = address.is_v4 && o[0] == 255 && o[1] == 255 && o[2] == 255 && o[3] == 255;
    return !is_multicast && !is_broadcast && !is_unspecified(address) && !is_loopback(address) && !is_link_local_unicast(address);
}

bool is_link_local_unicast(const IpAddress& address) noexcept {
    const auto& o = address.octets;
    return address.is_v4 ? o[0] == 169 && o[1] == 254 : o[0] == 0xfe && (o[1] & 0xc0U) == 0x80;
}

bool is_link_local_multicast(const IpAddress& address) noexcept {
    const auto& o = address.octets;
    return address.is_v4 ? o[0] == 224 && o[1] == 0 && o[2] == 0 : o[0] == 0xff && (o[1] & 0x0fU) == 0x02;
}

}  // namespace anchor::cel
