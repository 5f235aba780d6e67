// SPDX-License-Identifier: Apache-2.0
#include <anchor/observe/network_source.h>

#include <algorithm>
#include <cerrno>
#include <set>

#include <anchor/base/plain_text.h>

#include "socket_table.h"
#include "system_file.h"

namespace anchor::observe {
namespace {

constexpr std::size_t kMaxInterfaces = 512;
constexpr std::size_t kMaxTable = std::size_t{4} << 20U;
constexpr std::size_t kMaxListening = 512;  // any user can open sockets; more would not fit into Evidence
constexpr std::int64_t kUp = 0x1;           // IFF_UP
constexpr std::int64_t kLoopback = 0x8;     // IFF_LOOPBACK

struct Interfaces {
    std::vector<std::string> all;
    std::vector<std::string> up;
};

Result<Interfaces> interfaces(const std::string& root) {
    const std::string folder = root + "/sys/class/net";
    ANCHOR_ASSIGN_OR_RETURN(const auto names, names_in(folder, kMaxInterfaces));
    Interfaces found;
    for (const std::string& name : names) {
        const auto text = read_system_text(folder + "/" + name + "/flags", 256);
        if (!text) {
            const auto why = text.error().native;
            if (why == ENOTDIR) continue;                  // "bonding_masters" is a file among the interfaces
            if (why == ENOENT || why == ENODEV) continue;  // it went since the folder was read
            return text.error();
        }
        const auto flags = text->starts_with("0x") ? number_from(std::string_view(*text).substr(2), 16) : std::nullopt;
        if (!flags) return rejected(folder + "/" + name + "/flags: no flags in " + shown(*text));
        if ((*flags & kLoopback) != 0) continue;
        found.all.push_back(plain_text(name));
        if ((*flags & kUp) != 0) found.up.push_back(plain_text(name));
    }
    return found;
}

// A kernel without IPv6 has no such file, and nothing in it.
Result<std::string> text_or_nothing(const std::string& path) {
    auto text = read_system_text(path, kMaxTable);
    if (!text && text.error().native == ENOENT) return std::string();
    return text;
}

// The lowest metric; of equal ones the first, IPv4 before IPv6.
Result<Gateway> default_gateway(const std::string& root) {
    const std::string path = root + "/proc/net/route";
    ANCHOR_ASSIGN_OR_RETURN(const std::string text, read_system_text(path, kMaxTable));
    auto gateways = gateways_in(text);
    if (!gateways) return std::move(gateways).error().within(path);
    ANCHOR_ASSIGN_OR_RETURN(const std::string text_v6, text_or_nothing(root + "/proc/net/ipv6_route"));
    auto gateways_v6 = gateways_in_v6(text_v6);
    if (!gateways_v6) return std::move(gateways_v6).error().within(root + "/proc/net/ipv6_route");
    const auto& candidates = gateways->empty() ? *gateways_v6 : *gateways;
    const auto best = std::ranges::min_element(candidates, {}, &Gateway::metric);
    return best == candidates.end() ? Gateway{} : *best;
}

Result<std::vector<Listener>> listeners(const std::string& root) {
    std::vector<Listener> all;
    for (const char* table : {"tcp", "tcp6", "udp", "udp6"}) {
        const std::string path = root + "/proc/net/" + table;
        const bool is_v6 = std::string_view(table).ends_with('6');
        ANCHOR_ASSIGN_OR_RETURN(const std::string text, is_v6 ? text_or_nothing(path) : read_system_text(path, kMaxTable));
        if (is_v6 && text.empty()) continue;
        auto found = listeners_in(text, table[0] == 't');
        if (!found) return std::move(found).error().within(path);
        all.insert(all.end(), found->begin(), found->end());
    }
    return all;
}

void claim_listeners(const std::string& root, ClaimWriter& claim) {
    const auto unknown = [&](const Error& why) {
        claim.unknown("net.listening", why);
        claim.unknown("net.exposed_ports", why);
    };
    const auto found = listeners(root);
    if (!found) return unknown(found.error());
    std::set<std::string> sockets;
    std::set<std::string> ports;
    for (const Listener& each : *found) {
        const std::string protocol = each.is_tcp ? "tcp" : "udp";
        const std::string address = each.address.is_v6 ? "[" + to_text(each.address) + "]" : to_text(each.address);
        sockets.insert(protocol + " " + address + ":" + std::to_string(each.port));
        if (!each.address.is_loopback()) ports.insert(protocol + "/" + std::to_string(each.port));
    }
    if (sockets.size() > kMaxListening) return unknown(rejected("more than " + std::to_string(kMaxListening) + " listening sockets"));
    claim.set("net.listening", std::vector<std::string>(sockets.begin(), sockets.end()));
    claim.set("net.exposed_ports", std::vector<std::string>(ports.begin(), ports.end()));
}

Result<bool> forwarding(const std::string& root) {
    const std::string path = root + "/proc/sys/net/ipv4/ip_forward";
    ANCHOR_ASSIGN_OR_RETURN(const std::string v4, read_system_text(path, 256));
    ANCHOR_ASSIGN_OR_RETURN(const std::string v6, text_or_nothing(root + "/proc/sys/net/ipv6/conf/all/forwarding"));
    const auto flag = number_from(v4);
    const auto flag_v6 = v6.empty() ? std::optional<std::int64_t>(0) : number_from(v6);
    if (!flag || !flag_v6) return rejected(path + ": no number");
    return *flag != 0 || *flag_v6 != 0;
}

}  // namespace

void NetworkSource::collect(SteadyTime now, Claims& into) {
    ClaimWriter claim("kernel", now, into);
    auto found = interfaces(root_);
    if (found) {
        claim.set("net.interfaces", std::move(found->all));
        claim.set("net.interfaces_up", std::move(found->up));
    } else {
        claim.unknown("net.interfaces", found.error());
        claim.unknown("net.interfaces_up", found.error());
    }
    const auto gateway = default_gateway(root_);
    if (gateway) {
        claim.set("net.default_gateway", gateway->interface.empty() ? std::string() : to_text(gateway->address));
        claim.set("net.default_interface", plain_text(gateway->interface));
    } else {
        claim.unknown("net.default_gateway", gateway.error());
        claim.unknown("net.default_interface", gateway.error());
    }
    claim.result("net.forwarding", forwarding(root_));
    claim_listeners(root_, claim);
}

}  // namespace anchor::observe
