// SPDX-License-Identifier: Apache-2.0
#pragma once

// A policy of 20 rules over 40 claims as the owner of an industrial gateway would write it, in three forms that
// judge the same: expressions, C++ by hand, and a flat table of comparisons (what the rules can say of it).

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <anchor/cel/program.h>

namespace anchor::bench {

constexpr std::size_t kRules = 20;

struct Claims {
    bool secure_boot = true, event_log_ok = true, pcrs_match = true, tpm_present = true, hardware_bound = true;
    bool enrolled = true, synchronized = true, connected = true, default_route = true, apparmor = true;
    std::int64_t boots = 812, lockout = 0, unknown_files = 0, violations = 0, tainted = 0, outdated = 4, restarts = 2;
    std::chrono::nanoseconds certificate_left = std::chrono::hours(900), uptime = std::chrono::hours(500);
    std::chrono::nanoseconds offset = std::chrono::milliseconds(12), fresh_age = std::chrono::hours(30);
    double temperature = 41.5, disk_free = 0.42, memory_free = 0.31, vibration = 1.8;
    std::string kernel = "6.1.0-18-amd64", firmware = "7.85", manufacturer = "IFX", ima_policy = "tcb", lockdown = "integrity";
    std::string os_name = "debian", version = "12.5", gateway = "10.1.0.1", standing = "active", plc_firmware = "v4.2.1";
    std::string mode = "automatic", site = "plant-7";
    std::vector<std::int64_t> listening{22, 443, 8883};
    std::vector<std::string> interfaces{"lo", "eth1", "eth0"};
};

/// The expressions, in the order of the rules.
[[nodiscard]] const std::array<std::string_view, kRules>& rule_texts();
[[nodiscard]] cel::Environment make_environment();
/// One value a slot, borrowed from the claims and the arena.
[[nodiscard]] std::vector<cel::Value> as_values(const Claims& claims, cel::Arena& arena);

/// One bit a rule that does not hold.
[[nodiscard]] std::uint32_t judge_by_hand(const Claims& claims);
[[nodiscard]] std::uint32_t judge_by_table(const std::vector<cel::Value>& values);

}  // namespace anchor::bench
