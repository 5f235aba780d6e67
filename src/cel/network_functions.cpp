// SPDX-License-Identifier: Apache-2.0
// ip() and cidr(), and what can be asked of them.
#include "failures.h"
#include "function_table.h"
#include "ip_address.h"

namespace anchor::cel {
namespace {

constexpr Extension kNetwork = Extension::Network;

constexpr std::string_view kNoAddress = "this text is no IP address (zones and dotted IPv4-mapped addresses are refused)";
constexpr std::string_view kNoPrefix = "this text is no CIDR prefix such as '10.0.0.0/8' (zones and IPv4-mapped addresses are refused)";

Value make_ip(Scratch& scratch, const IpAddress& address) {
    auto* room = scratch.arena().allocate_array<IpAddress>(1);
    return room == nullptr ? memory_exceeded() : Value::ip(*new (room) IpAddress(address));
}
Value make_cidr(Scratch& scratch, const IpPrefix& prefix) {
    auto* room = scratch.arena().allocate_array<IpPrefix>(1);
    return room == nullptr ? memory_exceeded() : Value::cidr(*new (room) IpPrefix(prefix));
}

// ip('10.0.0.1'), ip(ip('…')) and cidr('10.0.0.0/8').ip()
Value ip(std::span<const Value> a, Scratch& scratch) {
    if (a[0].is(Kind::Ip)) return a[0];
    if (a[0].is(Kind::Cidr)) return make_ip(scratch, a[0].as_cidr().address);
    if (!a[0].is(Kind::String)) return no_such_overload();
    const auto address = parse_ip(a[0].as_string());
    return address.has_value() ? make_ip(scratch, *address) : bad_argument(kNoAddress);
}

Value cidr(std::span<const Value> a, Scratch& scratch) {
    if (a[0].is(Kind::Cidr)) return a[0];
    if (!a[0].is(Kind::String)) return no_such_overload();
    const auto prefix = parse_cidr(a[0].as_string());
    return prefix.has_value() ? make_cidr(scratch, *prefix) : bad_argument(kNoPrefix);
}

Value is_ip(std::span<const Value> a, Scratch&) {
    return a[0].is(Kind::String) ? Value::boolean(parse_ip(a[0].as_string()).has_value()) : no_such_overload();
}
Value is_cidr(std::span<const Value> a, Scratch&) {
    return a[0].is(Kind::String) ? Value::boolean(parse_cidr(a[0].as_string()).has_value()) : no_such_overload();
}

Value is_canonical(std::span<const Value> a, Scratch&) {
    if (!a[0].is(Kind::String)) return no_such_overload();
    const auto address = parse_ip(a[0].as_string());
    return address.has_value() ? Value::boolean(to_string(*address) == a[0].as_string()) : bad_argument(kNoAddress);
}

Value family(std::span<const Value> a, Scratch&) {
    return a[0].is(Kind::Ip) ? Value::integer(a[0].as_ip().is_v4 ? 4 : 6) : no_such_overload();
}

template <bool (*Question)(const IpAddress&) noexcept>
Value ask(std::span<const Value> a, Scratch&) {
    return a[0].is(Kind::Ip) ? Value::boolean(Question(a[0].as_ip())) : no_such_overload();
}

// The argument may be an address or its text; the same for prefixes.
Value contains_ip(std::span<const Value> a, Scratch&) {
    if (!a[0].is(Kind::Cidr)) return no_such_overload();
    if (a[1].is(Kind::Ip)) return Value::boolean(contains(a[0].as_cidr(), a[1].as_ip()));
    if (!a[1].is(Kind::String)) return no_such_overload();
    const auto address = parse_ip(a[1].as_string());
    return address.has_value() ? Value::boolean(contains(a[0].as_cidr(), *address)) : bad_argument(kNoAddress);
}

Value contains_cidr(std::span<const Value> a, Scratch&) {
    if (!a[0].is(Kind::Cidr)) return no_such_overload();
    if (a[1].is(Kind::Cidr)) return Value::boolean(contains(a[0].as_cidr(), a[1].as_cidr()));
    if (!a[1].is(Kind::String)) return no_such_overload();
    const auto prefix = parse_cidr(a[1].as_string());
    return prefix.has_value() ? Value::boolean(contains(a[0].as_cidr(), *prefix)) : bad_argument(kNoPrefix);
}

Value masked_prefix(std::span<const Value> a, Scratch& scratch) {
    if (!a[0].is(Kind::Cidr)) return no_such_overload();
    const IpPrefix& prefix = a[0].as_cidr();
    return make_cidr(scratch, {masked(prefix.address, prefix.length), prefix.length});
}

Value prefix_length(std::span<const Value> a, Scratch&) {
    return a[0].is(Kind::Cidr) ? Value::integer(a[0].as_cidr().length) : no_such_overload();
}

}  // namespace

BuiltinFamily network_extension() {
    return {
        {"ip", ip, {"(string) -> net.IP", "(net.IP) -> net.IP", "net.CIDR.() -> net.IP"}, kNetwork},
        {"cidr", cidr, {"(string) -> net.CIDR", "(net.CIDR) -> net.CIDR"}, kNetwork},
        {"isIP", is_ip, {"(string) -> bool"}, kNetwork},
        {"isCIDR", is_cidr, {"(string) -> bool"}, kNetwork},
        {"ip.isCanonical", is_canonical, {"(string) -> bool"}, kNetwork},
        {"family", family, {"net.IP.() -> int"}, kNetwork},
        {"isUnspecified", ask<is_unspecified>, {"net.IP.() -> bool"}, kNetwork},
        {"isLoopback", ask<is_loopback>, {"net.IP.() -> bool"}, kNetwork},
        {"isGlobalUnicast", ask<is_global_unicast>, {"net.IP.() -> bool"}, kNetwork},
        {"isLinkLocalMulticast", ask<is_link_local_multicast>, {"net.IP.() -> bool"}, kNetwork},
        {"isLinkLocalUnicast", ask<is_link_local_unicast>, {"net.IP.() -> bool"}, kNetwork},
        {"containsIP", contains_ip, {"net.CIDR.(net.IP) -> bool", "net.CIDR.(string) -> bool"}, kNetwork},
        {"containsCIDR", contains_cidr, {"net.CIDR.(net.CIDR) -> bool", "net.CIDR.(string) -> bool"}, kNetwork},
        {"masked", masked_prefix, {"net.CIDR.() -> net.CIDR"}, kNetwork},
        {"prefixLength", prefix_length, {"net.CIDR.() -> int"}, kNetwork},
    };
}

}  // namespace anchor::cel
