// SPDX-License-Identifier: Apache-2.0

// The sources against trees of files: a healthy device, one whose files hold nonsense, and one without any files.

#include <gmock/gmock.h>

#include <filesystem>

#include <anchor/base/encoding.h>
#include <anchor/core/claim_table.h>
#include <anchor/observe/kernel_source.h>
#include <anchor/observe/network_source.h>
#include <anchor/observe/time_source.h>
#include <parts/scratch.h>

namespace anchor::observe {
namespace {

using Texts = std::vector<std::string>;

const SteadyTime kNow{Seconds{77}};

std::string tree(const std::string& name) { return ANCHOR_SOURCE_DIR "/tests/vectors/observe/" + name; }

Claims seen_in(const std::string& root) {
    Claims claims;
    KernelSource(root).collect(kNow, claims);
    NetworkSource(root).collect(kNow, claims);
    return claims;
}

ClaimValue value(const Claims& claims, std::string_view name) {
    const Claim* claim = claims.find(name);
    return claim == nullptr ? ClaimValue(Unknown{"not claimed"}) : claim->value;
}

TEST(KernelSource, TellsWhatTheKernelSays) {
    const Claims claims = seen_in(tree("gateway"));

    EXPECT_EQ(value(claims, "os.lockdown"), ClaimValue(std::string("integrity")));
    EXPECT_EQ(value(claims, "os.tainted"), ClaimValue(true));
    EXPECT_EQ(value(claims, "os.taint_flags"),
              ClaimValue(Texts{"proprietary module loaded", "module from outside the kernel's source", "unsigned module loaded"}));
    EXPECT_EQ(value(claims, "os.secure_boot"), ClaimValue(true));
    EXPECT_EQ(value(claims, "os.setup_mode"), ClaimValue(false));
    EXPECT_EQ(value(claims, "os.uptime"), ClaimValue(Milliseconds{4'711'250}));
    EXPECT_EQ(value(claims, "os.boot_id"), ClaimValue(std::string("7d1f2c3a-5b6c-4d7e-8f90-a1b2c3d4e5f6")));
    EXPECT_EQ(value(claims, "os.kernel_release"), ClaimValue(std::string("6.1.0-28-amd64")));
    EXPECT_EQ(value(claims, "os.modules_disabled"), ClaimValue(false));
    EXPECT_EQ(value(claims, "os.kexec_disabled"), ClaimValue(true));
    EXPECT_EQ(value(claims, "os.memory_available"), ClaimValue(std::int64_t{256'000'000}));
    EXPECT_EQ(value(claims, "os.memory_available_percent"), ClaimValue(25.0));
    EXPECT_EQ(value(claims, "os.temperature"), ClaimValue(57.5)) << "the hottest zone, past a broken one";
}

TEST(NetworkSource, TellsInterfacesGatewayAndListeners) {
    const Claims claims = seen_in(tree("gateway"));

    EXPECT_EQ(value(claims, "net.interfaces"), ClaimValue(Texts{"eth0", "wwan0"}));
    EXPECT_EQ(value(claims, "net.interfaces_up"), ClaimValue(Texts{"eth0"}));
    EXPECT_EQ(value(claims, "net.default_gateway"), ClaimValue(std::string("192.0.2.1"))) << "the lower metric";
    EXPECT_EQ(value(claims, "net.default_interface"), ClaimValue(std::string("eth0")));
    EXPECT_EQ(value(claims, "net.forwarding"), ClaimValue(true)) << "in IPv6 alone";
    EXPECT_EQ(value(claims, "net.listening"),
              ClaimValue(Texts{"tcp 0.0.0.0:22", "tcp 127.0.0.1:8080", "tcp [::1]:631", "tcp [::]:22", "udp 0.0.0.0:123"}));
    EXPECT_EQ(value(claims, "net.exposed_ports"), ClaimValue(Texts{"tcp/22", "udp/123"}));
}

TEST(NetworkSource, SkipsAnInterfaceThatWentWhileItLooked) {
    const parts::Scratch root("interfaces");
    std::filesystem::create_directories(root.path("sys/class/net/gone0"));
    std::filesystem::create_directories(root.path("sys/class/net/eth0"));
    root.write("sys/class/net/eth0/flags", std::string_view("0x1003\n"));

    const Claims claims = seen_in(root.path());

    EXPECT_EQ(value(claims, "net.interfaces"), ClaimValue(Texts{"eth0"}));
    EXPECT_EQ(value(claims, "net.interfaces_up"), ClaimValue(Texts{"eth0"}));
}

TEST(NetworkSource, DoesNotKnowTheListenersWhereTheyAreTooMany) {
    const parts::Scratch root("listeners");
    std::filesystem::create_directories(root.path("proc/net"));
    const std::string head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n";
    const auto with_ports = [&](int count) {
        std::string table = head;
        for (int i = 0; i < count; ++i) {
            const int port = 1024 + i / 2;  // each twice, as with SO_REUSEPORT
            const Bytes octets{static_cast<std::uint8_t>(port >> 8), static_cast<std::uint8_t>(port & 0xFF)};
            table += "0: 0100007F:" + to_hex(octets) + " 00000000:0000 07 00000000:00000000 00:00000000 00000000  1000\n";
        }
        root.write("proc/net/tcp", head);
        root.write("proc/net/udp", table);
        return value(seen_in(root.path()), "net.listening");
    };

    EXPECT_TRUE(std::holds_alternative<Texts>(with_ports(2 * 512)));
    EXPECT_EQ(with_ports(2 * 513), ClaimValue(Unknown{"more than 512 listening sockets"}));
    EXPECT_EQ(value(seen_in(root.path()), "net.exposed_ports"), ClaimValue(Unknown{"more than 512 listening sockets"}));
}

TEST(Sources, KnowNothingWhereThereAreNoFiles) {
    const Claims claims = seen_in(tree("there-is-no-such-tree"));

    EXPECT_EQ(claims.size(), seen_in(tree("gateway")).size());
    for (const auto& [name, claim] : claims) EXPECT_TRUE(std::holds_alternative<Unknown>(claim.value)) << name;
}

TEST(Sources, KnowNothingWhereFilesHoldNonsenseAndSayWhereInPlainText) {
    const Claims claims = seen_in(tree("garbage"));

    EXPECT_EQ(claims.size(), seen_in(tree("gateway")).size());
    for (const auto& [name, claim] : claims) {
        const auto* unknown = std::get_if<Unknown>(&claim.value);
        ASSERT_NE(unknown, nullptr) << name << " " << to_text(claim.value);
        EXPECT_THAT(unknown->why, ::testing::HasSubstr("garbage/")) << name;
        EXPECT_EQ(unknown->why.find('\x1b'), std::string::npos) << name;
    }
}

TEST(Sources, ClaimOnlyWhatTheTableDeclares) {
    Claims claims = seen_in(tree("gateway"));
    TimeSource([] { return ClockState{}; }).collect(kNow, claims);
    DiskSource("/state", [](const std::string&) { return DiskRoom{100, 50, false}; }).collect(kNow, claims);

    for (const auto& [name, claim] : claims) {
        const BuiltinClaim* declared = find_builtin_claim(name);
        ASSERT_NE(declared, nullptr) << name;
        EXPECT_TRUE(fits(claim.value, declared->type)) << name;
        EXPECT_EQ(claim.source, declared->source) << name;
        EXPECT_EQ(claim.observed, kNow) << name;
    }
    for (const BuiltinClaim& declared : builtin_claims()) {
        if (!declared.name.starts_with("os.") && !declared.name.starts_with("net.")) continue;
        EXPECT_NE(claims.find(declared.name), nullptr) << declared.name << " is declared and nobody makes it";
    }
}

TEST(TimeSource, TellsWhatTheKernelBelieves) {
    Claims claims;
    TimeSource([] { return ClockState{WallTime{Seconds{1'700'000'000}}, true, Milliseconds{12}}; }).collect(kNow, claims);

    EXPECT_EQ(value(claims, "time.now"), ClaimValue(WallTime{Seconds{1'700'000'000}}));
    EXPECT_EQ(value(claims, "time.synchronised"), ClaimValue(true));
    EXPECT_EQ(value(claims, "time.error_bound"), ClaimValue(Milliseconds{12}));
}

TEST(TimeSource, KnowsNothingWhereTheKernelDoesNotAnswer) {
    Claims claims;
    TimeSource([]() -> Result<ClockState> { return denied("adjtimex: not permitted"); }).collect(kNow, claims);

    EXPECT_EQ(value(claims, "time.synchronised"), ClaimValue(Unknown{"adjtimex: not permitted"}));
    EXPECT_EQ(value(claims, "time.now"), ClaimValue(Unknown{"adjtimex: not permitted"}));
}

TEST(TimeSource, ReadsTheClockOfThisMachine) {
    const auto state = TimeSource::look_at_clock();

    ASSERT_TRUE(state) << state.error().what;
    EXPECT_GT(state->now, WallTime{Seconds{1'600'000'000}});
}

TEST(DiskSource, TellsTheRoomOfTheStateFolder) {
    Claims claims;
    DiskSource("/state", [](const std::string&) { return DiskRoom{1000, 250, true}; }).collect(kNow, claims);

    EXPECT_EQ(value(claims, "os.disk_free"), ClaimValue(std::int64_t{250}));
    EXPECT_EQ(value(claims, "os.disk_free_percent"), ClaimValue(25.0));
    EXPECT_EQ(value(claims, "os.disk_read_only"), ClaimValue(true));
}

TEST(DiskSource, KnowsNothingOfAFolderThatIsNotThere) {
    Claims claims;
    DiskSource("/there/is/no/such/folder").collect(kNow, claims);
    EXPECT_TRUE(std::holds_alternative<Unknown>(value(claims, "os.disk_free")));

    DiskSource("/state", [](const std::string&) { return DiskRoom{}; }).collect(kNow, claims);
    EXPECT_TRUE(std::holds_alternative<Unknown>(value(claims, "os.disk_free_percent"))) << "no division by nothing";
    EXPECT_TRUE(DiskSource::look_at_disk("/"));
}

}  // namespace
}  // namespace anchor::observe
