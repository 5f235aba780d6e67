// SPDX-License-Identifier: Apache-2.0
#include <anchor/observe/kernel_source.h>

#include <algorithm>
#include <array>
#include <cmath>

#include <anchor/base/file.h>

#include "system_file.h"

namespace anchor::observe {
namespace {

constexpr std::size_t kMaxZones = 256;

// Documentation/admin-guide/tainted-kernels.rst of Linux, by bit.
constexpr auto kTaints = std::to_array<std::string_view>({"proprietary module loaded",
                                                          "module loaded by force",
                                                          "kernel outside its specification",
                                                          "module unloaded by force",
                                                          "machine check exception",
                                                          "bad page",
                                                          "taint asked for by a user program",
                                                          "kernel died",
                                                          "ACPI table overridden",
                                                          "warning issued",
                                                          "staging driver loaded",
                                                          "workaround for a firmware bug",
                                                          "module from outside the kernel's source",
                                                          "unsigned module loaded",
                                                          "soft lockup",
                                                          "kernel live patched",
                                                          "auxiliary taint of a distribution",
                                                          "structure layouts randomised",
                                                          "test code loaded",
                                                          "firmware asked for by a user program"});

// "none [integrity] confidentiality": the one in brackets is in force.
Result<std::string> lockdown(const std::string& root) {
    const std::string path = root + "/sys/kernel/security/lockdown";
    ANCHOR_ASSIGN_OR_RETURN(const std::string text, read_system_text(path, 256));
    for (const std::string_view mode : {"none", "integrity", "confidentiality"}) {
        if (text.find("[" + std::string(mode) + "]") != std::string::npos) return std::string(mode);
    }
    return rejected(path + ": no known mode in " + shown(text));
}

Result<std::int64_t> number_in(const std::string& path) {
    ANCHOR_ASSIGN_OR_RETURN(const std::string text, read_system_text(path, 256));
    if (const auto number = number_from(text)) return *number;
    return rejected(path + ": no number in " + shown(text));
}

Result<bool> flag_in(const std::string& path) {
    ANCHOR_ASSIGN_OR_RETURN(const std::int64_t number, number_in(path));
    return number != 0;
}

void claim_taint(const std::string& root, ClaimWriter& claim) {
    const auto taint = number_in(root + "/proc/sys/kernel/tainted");
    if (!taint) {
        claim.unknown("os.tainted", taint.error());
        claim.unknown("os.taint_flags", taint.error());
        return;
    }
    std::vector<std::string> reasons;
    for (std::uint32_t bit = 0; bit < 63; ++bit) {
        if (((static_cast<std::uint64_t>(*taint) >> bit) & 1U) == 0) continue;
        reasons.push_back(bit < kTaints.size() ? std::string(kTaints[bit]) : "bit " + std::to_string(bit));
    }
    claim.set("os.tainted", *taint != 0);
    claim.set("os.taint_flags", std::move(reasons));
}

// UEFI 2.10 §3.3; efivarfs puts four octets of attributes before the value.
Result<bool> firmware_flag(const std::string& root, std::string_view variable) {
    const std::string path = root + "/sys/firmware/efi/efivars/" + std::string(variable) + "-8be4df61-93ca-11d2-aa0d-00e098032b8c";
    ANCHOR_ASSIGN_OR_RETURN(const Bytes octets, read_file(path, 64));
    if (octets.size() != 5 || octets[4] > 1) return rejected(path + ": not one octet that is 0 or 1");
    return octets[4] == 1;
}

// "12345.67 54321.00": seconds since the boot.
Result<Milliseconds> uptime(const std::string& root) {
    const std::string path = root + "/proc/uptime";
    ANCHOR_ASSIGN_OR_RETURN(const std::string text, read_system_text(path, 256));
    const auto words = words_of(text);
    const std::string_view written = words.empty() ? std::string_view() : words[0];
    const std::size_t dot = std::min(written.find('.'), written.size());
    const auto seconds = number_from(written.substr(0, dot));
    const auto hundredths = dot == written.size() ? std::optional<std::int64_t>(0) : number_from(written.substr(dot + 1));
    constexpr std::int64_t kMostSeconds = std::int64_t{1} << 40;
    const bool fits = seconds && hundredths && *seconds >= 0 && *seconds < kMostSeconds && *hundredths >= 0 && *hundredths < 100;
    if (!fits) return rejected(path + ": no time in " + shown(text));
    return Milliseconds{*seconds * 1000 + *hundredths * 10};
}

Result<std::string> boot_id(const std::string& root) {
    const std::string path = root + "/proc/sys/kernel/random/boot_id";
    ANCHOR_ASSIGN_OR_RETURN(std::string text, read_system_text(path, 256));
    const bool fits =
        text.size() == 36 && std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == '-'; });
    if (!fits) return rejected(path + ": no UUID in " + shown(text));
    return text;
}

Result<std::string> release(const std::string& root) {
    const std::string path = root + "/proc/sys/kernel/osrelease";
    ANCHOR_ASSIGN_OR_RETURN(std::string text, read_system_text(path, 256));
    const bool fits = !text.empty() && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
    if (!fits) return rejected(path + ": no release in " + shown(text));
    return text;
}

// "MemTotal:       16384 kB"
std::optional<std::int64_t> memory_line(std::string_view text, std::string_view name) {
    for (const std::string_view line : lines_of(text)) {
        const auto words = words_of(line);
        if (words.size() != 3 || words[0] != name || words[2] != "kB") continue;
        const auto number = number_from(words[1]);
        return number && *number >= 0 && *number < (INT64_MAX >> 10) ? std::optional(*number << 10) : std::nullopt;
    }
    return std::nullopt;
}

void claim_memory(const std::string& root, ClaimWriter& claim) {
    const std::string path = root + "/proc/meminfo";
    const auto text = read_system_text(path);
    const auto total = text ? memory_line(*text, "MemTotal:") : std::nullopt;
    const auto available = text ? memory_line(*text, "MemAvailable:") : std::nullopt;
    if (!total || !available || *total == 0 || *available > *total) {
        const Error error = text ? rejected(path + ": no plausible MemTotal and MemAvailable") : text.error();
        claim.unknown("os.memory_available", error);
        claim.unknown("os.memory_available_percent", error);
        return;
    }
    claim.set("os.memory_available", *available);
    claim.set("os.memory_available_percent", 100.0 * static_cast<double>(*available) / static_cast<double>(*total));
}

// The hottest zone; a sensor that says nonsense does not hide the others.
Result<double> temperature(const std::string& root) {
    const std::string folder = root + "/sys/class/thermal";
    ANCHOR_ASSIGN_OR_RETURN(const auto names, names_in(folder, kMaxZones));
    std::optional<std::int64_t> hottest;
    for (const std::string& name : names) {
        if (!name.starts_with("thermal_zone")) continue;
        const auto milli = number_in(folder + "/" + name + "/temp");
        if (!milli || *milli < -100'000 || *milli > 1'000'000) continue;
        hottest = std::max(hottest.value_or(*milli), *milli);
    }
    if (!hottest) return unavailable(folder + ": no zone that tells a temperature");
    return static_cast<double>(*hottest) / 1000.0;
}

}  // namespace

void KernelSource::collect(SteadyTime now, Claims& into) {
    ClaimWriter claim("kernel", now, into);
    claim.result("os.lockdown", lockdown(root_));
    claim_taint(root_, claim);
    claim.result("os.secure_boot", firmware_flag(root_, "SecureBoot"));
    claim.result("os.setup_mode", firmware_flag(root_, "SetupMode"));
    claim.result("os.uptime", uptime(root_));
    claim.result("os.boot_id", boot_id(root_));
    claim.result("os.kernel_release", release(root_));
    claim.result("os.modules_disabled", flag_in(root_ + "/proc/sys/kernel/modules_disabled"));
    claim.result("os.kexec_disabled", flag_in(root_ + "/proc/sys/kernel/kexec_load_disabled"));
    claim_memory(root_, claim);
    claim.result("os.temperature", temperature(root_));
}

}  // namespace anchor::observe
