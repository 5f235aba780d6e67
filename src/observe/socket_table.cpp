// SPDX-License-Identifier: Apache-2.0
#include "socket_table.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

#include "system_file.h"

namespace anchor::observe {
namespace {

constexpr std::int64_t kListen = 0x0a;  // TCP_LISTEN of include/net/tcp_states.h
constexpr std::int64_t kClose = 0x07;   // TCP_CLOSE: for UDP, no peer
constexpr std::int64_t kRouteGateway = 0x2;

Error no_table(std::size_t line, std::string_view text) {
    return rejected("line " + std::to_string(line + 1) + " is none of this table: " + shown(text));
}

std::optional<Listener> listener_from(std::string_view local, bool is_tcp) {
    const std::size_t colon = local.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const auto address = address_from_words(local.substr(0, colon));
    const auto port = number_from(local.substr(colon + 1), 16);
    if (!address || !port || *port < 0 || *port > 0xffff) return std::nullopt;
    return Listener{is_tcp, *address, static_cast<std::uint16_t>(*port)};
}

// 32 hexadecimal digits in network order, as the routing table of IPv6 has them.
std::optional<NetAddress> address_from_octets(std::string_view hex) {
    if (hex.size() != 32) return std::nullopt;
    NetAddress address{{}, true};
    for (std::size_t i = 0; i < 16; ++i) {
        const auto octet = number_from(hex.substr(2 * i, 2), 16);
        if (!octet || *octet < 0) return std::nullopt;
        address.octets[i] = static_cast<std::uint8_t>(*octet);
    }
    return address;
}

}  // namespace

bool NetAddress::is_loopback() const noexcept {
    if (!is_v6) return octets[0] == 127;
    constexpr std::array<std::uint8_t, 16> one{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    constexpr std::array<std::uint8_t, 13> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127};
    return octets == one || std::equal(mapped.begin(), mapped.end(), octets.begin());
}

bool NetAddress::is_zero() const noexcept {
    return std::ranges::all_of(octets, [](std::uint8_t octet) { return octet == 0; });
}

std::string to_text(const NetAddress& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    ::inet_ntop(address.is_v6 ? AF_INET6 : AF_INET, address.octets.data(), text.data(), text.size());
    return text.data();
}

std::optional<NetAddress> address_from_words(std::string_view hex) {
    if (hex.size() != 8 && hex.size() != 32) return std::nullopt;
    NetAddress address{{}, hex.size() == 32};
    for (std::size_t word = 0; word < hex.size() / 8; ++word) {
        const auto value = number_from(hex.substr(8 * word, 8), 16);
        if (!value || *value < 0) return std::nullopt;
        const auto bits = static_cast<std::uint32_t>(*value);
        std::memcpy(address.octets.data() + 4 * word, &bits, sizeof bits);
    }
    return address;
}

// "  sl  local_address rem_address   st …", then "   0: 0100007F:0CEA 00000000:0000 0A …".
Result<std::vector<Listener>> listeners_in(std::string_view table, bool is_tcp) {
    std::vector<Listener> listeners;
    const auto lines = lines_of(table);
    if (lines.empty() || lines[0].find("local_address") == std::string_view::npos) return rejected("no table of sockets");
    for (std::size_t i = 1; i < lines.size(); ++i) {
        const auto words = words_of(lines[i]);
        if (words.empty()) continue;
        const auto state = words.size() > 3 ? number_from(words[3], 16) : std::nullopt;
        const auto listener = words.size() > 3 ? listener_from(words[1], is_tcp) : std::nullopt;
        if (!state || !listener) return no_table(i, lines[i]);
        if (*state == (is_tcp ? kListen : kClose)) listeners.push_back(*listener);
    }
    return listeners;
}

// "Iface Destination Gateway Flags RefCnt Use Metric Mask …"
Result<std::vector<Gateway>> gateways_in(std::string_view table) {
    std::vector<Gateway> gateways;
    const auto lines = lines_of(table);
    if (lines.empty() || !lines[0].starts_with("Iface")) return rejected("no routing table");
    for (std::size_t i = 1; i < lines.size(); ++i) {
        const auto words = words_of(lines[i]);
        if (words.empty()) continue;
        if (words.size() < 8) return no_table(i, lines[i]);
        const auto destination = address_from_words(words[1]);
        const auto gateway = address_from_words(words[2]);
        const auto flags = number_from(words[3], 16);
        const auto metric = number_from(words[6]);
        const auto mask = address_from_words(words[7]);
        if (!destination || !gateway || !flags || !metric || !mask) return no_table(i, lines[i]);
        if (destination->is_zero() && mask->is_zero() && (*flags & kRouteGateway) != 0)
            gateways.push_back({*gateway, std::string(words[0]), *metric});
    }
    return gateways;
}

// destination, its length, source, its length, next hop, metric, references, uses, flags, interface: all hexadecimal.
Result<std::vector<Gateway>> gateways_in_v6(std::string_view table) {
    std::vector<Gateway> gateways;
    const auto lines = lines_of(table);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const auto words = words_of(lines[i]);
        if (words.empty()) continue;
        if (words.size() != 10) return no_table(i, lines[i]);
        const auto destination = address_from_octets(words[0]);
        const auto length = number_from(words[1], 16);
        const auto gateway = address_from_octets(words[4]);
        const auto metric = number_from(words[5], 16);
        const auto flags = number_from(words[8], 16);
        if (!destination || !length || !gateway || !metric || !flags) return no_table(i, lines[i]);
        if (destination->is_zero() && *length == 0 && (*flags & kRouteGateway) != 0)
            gateways.push_back({*gateway, std::string(words[9]), *metric});
    }
    return gateways;
}

}  // namespace anchor::observe
