// SPDX-License-Identifier: Apache-2.0
#pragma once

// The tables of /proc/net: listening sockets and routes, from the kernel's hexadecimal columns.

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <anchor/base/result.h>

namespace anchor::observe {

/// An IPv4 or IPv6 address in network order.
struct NetAddress {
    std::array<std::uint8_t, 16> octets{};
    bool is_v6 = false;

    [[nodiscard]] bool is_loopback() const noexcept;  ///< 127/8, ::1, and 127/8 mapped into IPv6
    [[nodiscard]] bool is_zero() const noexcept;
};
/// "192.0.2.1", "2001:db8::1".
[[nodiscard]] std::string to_text(const NetAddress& address);
/// Eight or 32 hexadecimal digits: 32-bit words in the order of this machine, as the socket tables have them.
[[nodiscard]] std::optional<NetAddress> address_from_words(std::string_view hex);

struct Listener {
    bool is_tcp = true;
    NetAddress address;
    std::uint16_t port = 0;
};
/// The sockets of one table that wait for whoever comes: TCP in LISTEN, UDP without a peer. Rejected, with the line, for
/// what is no such table.
[[nodiscard]] Result<std::vector<Listener>> listeners_in(std::string_view table, bool is_tcp);

struct Gateway {
    NetAddress address;
    std::string interface;
    std::int64_t metric = 0;
};
/// Default routes with a gateway, from /proc/net/route and /proc/net/ipv6_route. Rejected, with the line.
[[nodiscard]] Result<std::vector<Gateway>> gateways_in(std::string_view table);
[[nodiscard]] Result<std::vector<Gateway>> gateways_in_v6(std::string_view table);

}  // namespace anchor::observe
