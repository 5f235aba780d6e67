// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a plain agent would do in place of a policy: the rules of policy_bench.cpp in C++ by hand, and as a flat table of
// comparisons (what a table can say of them). Both give the level, the risk and the reasons.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <anchor/core/level.h>

namespace anchor::policy {

constexpr std::size_t kPlainRules = 20;

/// The claims of a healthy device.
struct Device {
    bool log_replays = true, pcrs_match = true, secure_boot = true, setup_mode = false, debug_mode = false, dma_open = false;
    bool ima_proven = true, ima_clean = true, hardware_bound = true, in_lockout = false, enrolled = true, tainted = false;
    bool disk_read_only = false, forwarding = false, before_floor = false, synchronised = true;
    std::int64_t forged_events = 0, error_separators = 0, events = 80, violations = 0, forged_entries = 0, unknown_files = 0;
    std::int64_t changed_files = 1, lockout_counter = 0, writes_refused = 0;
    std::int64_t certificate_ms = 3'000'000'000, error_bound_ms = 12, fresh_ms = 90'000, uptime_ms = 90'000'000;
    double memory_percent = 31.0, temperature = 41.5, disk_percent = 42.0, vibration = 1.5;
    std::string manufacturer = "IFX", lockdown = "integrity", kernel = "6.1.0-28-amd64", gateway = "192.0.2.1";
    std::vector<std::string> ports{"tcp/4840"};
};

struct PlainVerdict {
    Level level = Level::Trusted;
    int risk = 0;
    std::array<std::string_view, kPlainRules> reasons{};
    std::size_t failed = 0;
};

[[nodiscard]] PlainVerdict judge_by_hand(const Device& device);

/// The same device as a table sees it: one cell a claim.
struct Cell {
    double number = 0;
    std::string_view text;
};
[[nodiscard]] std::vector<Cell> cells_of(const Device& device);
[[nodiscard]] PlainVerdict judge_by_table(const std::vector<Cell>& cells);

}  // namespace anchor::policy
