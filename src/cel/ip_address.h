// SPDX-License-Identifier: Apache-2.0
#pragma once

// Internet addresses and prefixes as values: the network extension. An IPv4 address that is written as an
// IPv4-mapped IPv6 address in hexadecimal is the IPv4 address.

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace anchor::cel {

struct IpAddress {
    std::array<std::uint8_t, 16> octets{};  ///< IPv4 uses the first four
    bool is_v4 = false;

    friend bool operator==(const IpAddress&, const IpAddress&) = default;
    [[nodiscard]] unsigned bits() const noexcept { return is_v4 ? 32 : 128; }
};

struct IpPrefix {
    IpAddress address;  ///< as written, host bits included
    std::uint8_t length = 0;

    friend bool operator==(const IpPrefix&, const IpPrefix&) = default;
};

/// RFC 4291 §2.2 and dotted decimal; no zone, no leading zeros, no dotted tail of an IPv4-mapped address.
[[nodiscard]] std::optional<IpAddress> parse_ip(std::string_view text) noexcept;
/// "address/length", the length in decimal without leading zeros.
[[nodiscard]] std::optional<IpPrefix> parse_cidr(std::string_view text) noexcept;

/// RFC 5952: the one canonical spelling.
[[nodiscard]] std::string to_string(const IpAddress& address);
[[nodiscard]] std::string to_string(const IpPrefix& prefix);

/// Host bits cleared.
[[nodiscard]] IpAddress masked(const IpAddress& address, unsigned length) noexcept;
[[nodiscard]] bool contains(const IpPrefix& prefix, const IpAddress& address) noexcept;
[[nodiscard]] bool contains(const IpPrefix& outer, const IpPrefix& inner) noexcept;

[[nodiscard]] bool is_unspecified(const IpAddress& address) noexcept;
[[nodiscard]] bool is_loopback(const IpAddress& address) noexcept;
[[nodiscard]] bool is_global_unicast(const IpAddress& address) noexcept;
[[nodiscard]] bool is_link_local_unicast(const IpAddress& address) noexcept;
[[nodiscard]] bool is_link_local_multicast(const IpAddress& address) noexcept;

}  // namespace anchor::cel
