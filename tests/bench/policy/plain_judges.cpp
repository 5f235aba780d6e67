// SPDX-License-Identifier: Apache-2.0
#include "plain_judges.h"

#include <algorithm>
#include <limits>

namespace anchor::policy {
namespace {

constexpr std::string_view kReason = "It does not hold.";
constexpr int kRisk = 20;
constexpr double kAny = std::numeric_limits<double>::infinity();

// Which claim, and between which numbers (or which text) it has to be; a rule is one row or several.
struct Row {
    std::uint32_t cell;
    std::uint32_t rule;
    double least;
    double most;
    std::string_view text;  // not empty: the claim has to be this text
};

Row is(bool wanted, std::uint32_t cell, std::uint32_t rule) { return {cell, rule, wanted ? 1.0 : 0.0, wanted ? 1.0 : 0.0, {}}; }
Row between(double least, double most, std::uint32_t cell, std::uint32_t rule) { return {cell, rule, least, most, {}}; }
Row text(std::string_view wanted, std::uint32_t cell, std::uint32_t rule) { return {cell, rule, 0, 0, wanted}; }

std::vector<Row> make_rows() {
    return {is(true, 0, 0),
            between(0, 0, 16, 0),
            is(true, 1, 1),
            is(true, 2, 2),
            is(false, 3, 2),
            is(false, 4, 3),
            is(false, 5, 3),
            between(0, 0, 17, 4),
            between(21, kAny, 18, 4),
            is(true, 6, 5),
            is(true, 7, 5),
            between(0, 0, 19, 6),
            between(0, 0, 20, 6),
            between(0, 2, 21, 7),
            between(0, 2, 22, 7),
            is(true, 8, 8),
            is(false, 9, 8),
            between(0, 4, 23, 8),
            is(true, 10, 9),
            between(1'209'600'001, kAny, 25, 9),
            text("IFX", 33, 10),
            text("integrity", 34, 11),
            is(false, 11, 11),
            text("6.1.0-28-amd64", 35, 12),
            between(5.01, kAny, 29, 13),
            between(-kAny, 84.9, 30, 13),
            is(false, 12, 14),
            between(5.0, kAny, 31, 14),
            text("tcp/4840", 37, 15),
            text("192.0.2.1", 36, 16),
            is(false, 13, 16),
            is(false, 14, 17),
            is(true, 15, 17),
            between(0, 999, 26, 17),
            between(0, 86'400'000, 27, 18),
            between(0, 4.49, 32, 19),
            between(0, 19, 24, 19)};
}

void fail(PlainVerdict& verdict) {
    verdict.reasons[verdict.failed++] = kReason;
    verdict.risk = std::min(100, verdict.risk + kRisk);
    verdict.level = Level::Quarantined;
}

}  // namespace

PlainVerdict judge_by_hand(const Device& d) {
    const auto is_open = [](const std::string& port) { return port == "tcp/443" || port == "tcp/4840" || port == "udp/123"; };
    const std::array<bool, kPlainRules> holds{
        d.log_replays && d.forged_events == 0,
        d.pcrs_match,
        d.secure_boot && !d.setup_mode,
        !d.debug_mode && !d.dma_open,
        d.error_separators == 0 && d.events > 20,
        d.ima_proven && d.ima_clean,
        d.violations == 0 && d.forged_entries == 0,
        d.unknown_files + d.changed_files < 3,
        d.hardware_bound && !d.in_lockout && d.lockout_counter < 5,
        d.enrolled && d.certificate_ms > 336LL * 3'600'000,
        d.manufacturer == "IFX" || d.manufacturer == "STM" || d.manufacturer == "INTC",
        (d.lockdown == "integrity" || d.lockdown == "confidentiality") && !d.tainted,
        d.kernel.starts_with("6.1."),
        d.memory_percent > 5.0 && d.temperature < 85.0,
        !d.disk_read_only && d.disk_percent >= 5.0,
        std::all_of(d.ports.begin(), d.ports.end(), is_open),
        d.gateway == "192.0.2.1" && !d.forwarding,
        !d.before_floor && d.synchronised && d.error_bound_ms < 1000,
        d.fresh_ms <= 24LL * 3'600'000 || d.uptime_ms < 3'600'000,
        d.vibration < 4.5 && d.writes_refused < 20,
    };
    PlainVerdict verdict;
    for (const bool each : holds) {
        if (!each) fail(verdict);
    }
    return verdict;
}

std::vector<Cell> cells_of(const Device& d) {
    std::vector<Cell> cells;
    for (const bool each :
         {d.log_replays, d.pcrs_match, d.secure_boot, d.setup_mode, d.debug_mode, d.dma_open, d.ima_proven, d.ima_clean, d.hardware_bound,
          d.in_lockout, d.enrolled, d.tainted, d.disk_read_only, d.forwarding, d.before_floor, d.synchronised})
        cells.push_back({each ? 1.0 : 0.0, {}});
    for (const std::int64_t each :
         {d.forged_events, d.error_separators, d.events, d.violations, d.forged_entries, d.unknown_files, d.changed_files,
          d.lockout_counter, d.writes_refused, d.certificate_ms, d.error_bound_ms, d.fresh_ms, d.uptime_ms})
        cells.push_back({static_cast<double>(each), {}});
    for (const double each : {d.memory_percent, d.temperature, d.disk_percent, d.vibration}) cells.push_back({each, {}});
    for (const std::string* each : {&d.manufacturer, &d.lockdown, &d.kernel, &d.gateway, &d.ports.front()}) cells.push_back({0, *each});
    return cells;
}

PlainVerdict judge_by_table(const std::vector<Cell>& cells) {
    static const std::vector<Row> rows = make_rows();
    PlainVerdict verdict;
    std::uint32_t told = kPlainRules;
    for (const Row& row : rows) {
        const Cell& cell = cells[row.cell];
        const bool holds = row.text.empty() ? cell.number >= row.least && cell.number <= row.most : cell.text == row.text;
        if (holds || told == row.rule) continue;
        told = row.rule;
        fail(verdict);
    }
    return verdict;
}

}  // namespace anchor::policy
