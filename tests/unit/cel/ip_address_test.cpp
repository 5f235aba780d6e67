// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "cel/ip_address.h"
#include "evaluation.h"

namespace anchor::cel {
namespace {

TEST(IpAddress, HasOneCanonicalSpelling) {
    EXPECT_EQ(to_string(*parse_ip("2001:DB8:0:0:0:0:0:1")), "2001:db8::1");
    EXPECT_EQ(to_string(*parse_ip("10.0.0.1")), "10.0.0.1");
    EXPECT_EQ(to_string(*parse_ip("::ffff:a00:1")), "10.0.0.1");
    EXPECT_TRUE(shown("ip.isCanonical('::1') && !ip.isCanonical('0::1')") == "true");
}

TEST(IpAddress, RefusesZonesLeadingZerosAndMappedDots) {
    for (const char* text : {"", "1.2.3", "1.2.3.256", "01.2.3.4", "1.2.3.4 ", "fe80::1%eth0", "::ffff:1.2.3.4", ":::", "1::2::3", "g::"}) {
        EXPECT_FALSE(parse_ip(text).has_value()) << text;
    }
    EXPECT_FALSE(parse_ip(std::string_view("1.2.3.4\0", 8)).has_value());
}

TEST(IpPrefix, KeepsHostBitsUntilMasked) {
    EXPECT_EQ(to_string(*parse_cidr("10.1.2.3/8")), "10.1.2.3/8");
    EXPECT_EQ(shown("string(cidr('10.1.2.3/8').masked())"), "\"10.0.0.0/8\"");
    EXPECT_EQ(shown("string(cidr('2001:db8::1/33').masked())"), "\"2001:db8::/33\"");
    for (const char* text :
         {"10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/08", "10.0.0.0/-1", "::/129", "::ffff:a00:0/104", "10.0.0.0/8/8"}) {
        EXPECT_FALSE(parse_cidr(text).has_value()) << text;
    }
}

TEST(IpPrefix, ContainsWhatSharesItsBits) {
    EXPECT_EQ(shown("cidr('0.0.0.0/0').containsIP('255.1.2.3') && !cidr('0.0.0.0/0').containsIP('::1')"), "true");
    EXPECT_EQ(shown("cidr('10.0.0.0/9').containsCIDR('10.127.0.0/16') && !cidr('10.0.0.0/9').containsCIDR('10.0.0.0/8')"), "true");
    EXPECT_EQ(shown("cidr('::/0').containsIP(ip('fe80::1'))"), "true");
    EXPECT_EQ(shown("cidr('10.0.0.0/8').containsIP('nowhere')", kAnyLiteral).substr(0, 6), "error:");
}

TEST(IpAddress, KnowsItsSpecialRanges) {
    EXPECT_EQ(shown("ip('::1').isLoopback() && ip('127.9.9.9').isLoopback() && !ip('::2').isLoopback()"), "true");
    EXPECT_EQ(shown("ip('169.254.0.1').isLinkLocalUnicast() && ip('fe80::1').isLinkLocalUnicast() && !ip('fec0::1').isLinkLocalUnicast()"),
              "true");
    EXPECT_EQ(
        shown("ip('224.0.0.251').isLinkLocalMulticast() && ip('ff02::fb').isLinkLocalMulticast() && !ip('ff05::1').isLinkLocalMulticast()"),
        "true");
    EXPECT_EQ(shown("ip('8.8.8.8').isGlobalUnicast() && !ip('255.255.255.255').isGlobalUnicast() && !ip('239.1.1.1').isGlobalUnicast()"),
              "true");
    EXPECT_EQ(shown("ip('0.0.0.0').isUnspecified() && ip('::').isUnspecified() && ip('::').family() == 6"), "true");
}

}  // namespace
}  // namespace anchor::cel
