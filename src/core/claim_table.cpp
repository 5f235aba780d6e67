// SPDX-License-Identifier: Apache-2.0
#include <anchor/core/claim_table.h>

#include <algorithm>
#include <array>

namespace anchor {
namespace {

using enum ClaimType;

// By name, which a test checks: find_builtin_claim() relies on it.
constexpr auto kClaims = std::to_array<BuiltinClaim>({
    {"boot.audit_mode", Bool, "", "tpm", "Secure Boot only recorded what it would have refused."},
    {"boot.authorities", StringList, "", "tpm", "The keys that let boot loaders and kernels run: variable, subject, fingerprint."},
    {"boot.boot_disk", String, "", "tpm", "GUID of the partition table that was booted from."},
    {"boot.debug_mode", Bool, "", "tpm", "Firmware was started with a debugger attached."},
    {"boot.deployed_mode", Bool, "", "tpm", "The keys of Secure Boot can't be changed without the platform key."},
    {"boot.dma_protection_disabled", Bool, "", "tpm", "Devices could read and write memory while firmware ran."},
    {"boot.error_separators", Int, "registers", "tpm", "Registers that firmware could not measure."},
    {"boot.events", Int, "events", "tpm", "Events in the log."},
    {"boot.exit_boot_services", Bool, "", "tpm", "The loader handed over to the system."},
    {"boot.firmware_version", String, "", "tpm", "Version of the code that firmware begins with."},
    {"boot.forged_events", Int, "events", "tpm", "Events whose content is not what was measured."},
    {"boot.images", StringList, "", "tpm", "Boot loaders and kernels that firmware ran, in their order: digest and path as logged."},
    {"boot.initrds", StringList, "", "tpm", "Initial file systems that the kernel or its stub measured."},
    {"boot.kernel_command_lines", StringList, "", "tpm", "Command lines of the kernel, as measured."},
    {"boot.log_replays", Bool, "", "tpm", "The boot log replays to the quoted PCRs 0 to 7."},
    {"boot.option_roms", StringList, "", "tpm", "Drivers of add-in cards that firmware ran."},
    {"boot.pcr_mismatches", StringList, "", "tpm",
     "What differs from the reference values: \"PCR 4 (sha256): expected …, found …\", and the events where there is a log."},
    {"boot.pcrs_match", Bool, "", "tpm", "Registers, events, images and firmware are as the reference values say, as far as they say it."},
    {"boot.replay_problems", StringList, "", "tpm", "The registers that differ from the log and the events that could not be explained."},
    {"boot.secure_boot", Bool, "", "tpm", "Firmware checked the signatures of what it ran."},
    {"boot.setup_mode", Bool, "", "tpm", "No platform key is enrolled: anybody may change the keys of Secure Boot."},

    {"identity.certificate_expires_in", Duration, "", "system", "Time until the device's certificate expires; negative afterwards."},
    {"identity.enrolled", Bool, "", "system", "The device has a certificate of its registry."},
    {"identity.hardware_bound", Bool, "", "system", "The device's key lives in a TPM and can't be copied from it."},
    {"identity.key_algorithm", String, "", "system", "Algorithm of the device's key, \"ec-p256\"."},
    {"identity.lease_expires_in", Duration, "", "tpm",
     "Powered time for which the device's key may still be used; unknown where it has no lease."},
    {"identity.rotation_due", Bool, "", "system", "The device's key should be replaced, and has not been."},

    {"ima.boot_aggregate_matches", Bool, "", "tpm", "The list belongs to the boot whose registers were quoted."},
    {"ima.changed_files", Int, "files", "tpm", "Files with another digest than the reference has for their path."},
    {"ima.clean", Bool, "", "tpm", "Everything measured is in the reference or signed by a trusted key, and nothing was violated."},
    {"ima.device_mapper_events", Int, "events", "tpm", "Device-mapper tables and changes that were measured."},
    {"ima.entries", Int, "entries", "tpm", "Proven entries since the boot."},
    {"ima.entries_behind", Int, "entries", "tpm", "Entries that came after the quote and wait for the next one."},
    {"ima.forged_entries", Int, "entries", "tpm", "Entries that don't say what was measured, or in a form that nobody can read."},
    {"ima.kexec_command_lines", Int, "command lines", "tpm", "Command lines measured for a next kernel."},
    {"ima.kexec_starts", Int, "starts", "tpm", "Kernels that took the list over by kexec."},
    {"ima.keys_added", Int, "keys", "tpm", "Keys added to the kernel's keyrings."},
    {"ima.offenders", StringList, "", "tpm", "The first entries that are not as they should be, in words."},
    {"ima.proven", Bool, "", "tpm", "The IMA list replays to the quoted PCR 10."},
    {"ima.proven_by", StringList, "", "tpm", "The banks that prove the list and how the kernel extended them, \"sha256 per-bank\"."},
    {"ima.signed_files", Int, "files", "tpm", "Files with a good signature of a trusted key."},
    {"ima.unknown_files", Int, "files", "tpm", "Files that the reference does not know."},
    {"ima.unknown_keys", Int, "files", "tpm", "Files signed by a key that is not trusted."},
    {"ima.unknown_memory", Int, "entries", "tpm",
     "Keys, command lines, tables and other measured memory that the reference does not know."},
    {"ima.violations", Int, "files", "tpm", "Files that changed while they were measured."},
    {"ima.wrong_signatures", Int, "files", "tpm", "Files whose signature a trusted key denies."},

    {"net.default_gateway", String, "", "kernel",
     "Address of the default gateway with the lowest metric, IPv4 before IPv6; empty where there is none."},
    {"net.default_interface", String, "", "kernel", "Interface of that gateway; empty where there is none."},
    {"net.exposed_ports", StringList, "", "kernel", "Ports that listen beyond loopback, \"tcp/22\", sorted."},
    {"net.forwarding", Bool, "", "kernel", "The kernel forwards packets between interfaces, in IPv4 or IPv6."},
    {"net.interfaces", StringList, "", "kernel", "Network interfaces, sorted, without loopback."},
    {"net.interfaces_up", StringList, "", "kernel", "Those of them that are up."},
    {"net.listening", StringList, "", "kernel", "Every listening socket, \"tcp 0.0.0.0:22\", \"udp [::]:123\", sorted."},

    {"os.boot_id", String, "", "kernel", "A number that is new with every boot."},
    {"os.disk_free", Int, "octets", "system", "Free room in the file system that keeps the state."},
    {"os.disk_free_percent", Double, "percent", "system", "The same as a share of the file system."},
    {"os.disk_read_only", Bool, "", "system", "That file system can't be written to."},
    {"os.kernel_release", String, "", "kernel", "Release of the running kernel."},
    {"os.kexec_disabled", Bool, "", "kernel", "No other kernel can be started from this one until the next boot."},
    {"os.lockdown", String, "", "kernel", "Kernel lockdown: \"none\", \"integrity\" or \"confidentiality\"."},
    {"os.memory_available", Int, "octets", "kernel", "Memory that programs can have without swapping."},
    {"os.memory_available_percent", Double, "percent", "kernel", "The same as a share of all memory."},
    {"os.modules_disabled", Bool, "", "kernel", "No more kernel modules can be loaded until the next boot."},
    {"os.secure_boot", Bool, "", "kernel", "Secure Boot as firmware tells the running system. Not proven: compare boot.secure_boot."},
    {"os.setup_mode", Bool, "", "kernel",
     "Secure Boot's setup mode as firmware tells the running system. Not proven: compare boot.setup_mode."},
    {"os.taint_flags", StringList, "", "kernel", "Why the kernel is tainted, in words, in the order of its bits."},
    {"os.tainted", Bool, "", "kernel", "The kernel is tainted."},
    {"os.temperature", Double, "degrees Celsius", "kernel", "The hottest thermal zone."},
    {"os.uptime", Duration, "", "kernel", "Time since the boot, suspended time included."},

    {"registry.connected", Bool, "", "system", "There is a connection to the registry."},
    {"registry.fresh_age", Duration, "", "registry", "Time since the registry last proved how new its documents are."},
    {"registry.level", String, "", "registry", "The level in the registry's last attestation result."},
    {"registry.result_age", Duration, "", "registry", "Age of that result."},
    {"registry.standing", String, "", "registry", "Standing of the device: \"active\", \"suspended\" or \"revoked\"."},

    {"telemetry.refused", Int, "values", "system", "Values that an application put and that were refused, since the start."},
    {"telemetry.values", Int, "values", "system", "Declared values that an application has put since the start."},

    {"time.before_floor", Bool, "", "system", "The clock is behind a time that has been proven to be over."},
    {"time.error_bound", Duration, "", "kernel", "The kernel's bound of the clock's error."},
    {"time.floor", Timestamp, "", "registry", "The newest time that has been proven to be over."},
    {"time.now", Timestamp, "", "system", "What the clock says."},
    {"time.synchronised", Bool, "", "kernel", "The clock follows a time source."},

    {"tpm.clock", Duration, "", "tpm", "Powered time of the TPM since it was last cleared."},
    {"tpm.clock_safe", Bool, "", "tpm", "The TPM's clock has not gone back since it was last reported."},
    {"tpm.firmware_version", String, "", "tpm",
     "Version of the TPM's own firmware, as it reports it. Unknown in the registry: quotes obfuscate it."},
    {"tpm.in_lockout", Bool, "", "tpm", "The TPM refuses authorisations after too many wrong ones."},
    {"tpm.lockout_counter", Int, "failures", "tpm", "Wrong authorisations that the TPM remembers."},
    {"tpm.manufacturer", String, "", "tpm", "Who made the TPM, as its four letters: \"INTC\"."},
    {"tpm.present", Bool, "", "tpm", "There is a TPM, and it answers."},
    {"tpm.reset_count", Int, "resets", "tpm", "Boots since the TPM was last cleared. Unknown in the registry: quotes obfuscate it."},
    {"tpm.restart_count", Int, "restarts", "tpm",
     "Resumes and restarts since the last boot. Unknown in the registry: quotes obfuscate it."},
});

constexpr auto kReservedFamilies =
    std::to_array<std::string_view>({"boot", "identity", "ima", "net", "os", "registry", "telemetry", "time", "tpm"});

std::string_view family_of(std::string_view name) noexcept { return name.substr(0, name.find('.')); }

// A vertical line would end the cell.
std::string cell(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '|') out.push_back('\\');
        out.push_back(c);
    }
    return out;
}

}  // namespace

std::span<const BuiltinClaim> builtin_claims() noexcept { return kClaims; }

const BuiltinClaim* find_builtin_claim(std::string_view name) noexcept {
    const auto found = std::ranges::lower_bound(kClaims, name, {}, &BuiltinClaim::name);
    return found == kClaims.end() || found->name != name ? nullptr : &*found;
}

bool is_reserved_claim_name(std::string_view name) noexcept {
    return std::ranges::find(kReservedFamilies, family_of(name)) != kReservedFamilies.end();
}

std::string claims_as_markdown() {
    std::string out =
        "# Built-in claims\n\n"
        "What a policy can speak of without declaring it. A claim that could not be observed is *unknown*, with its cause, and an\n"
        "unknown claim never passes a rule. This page is printed from `src/core/claim_table.cpp`; a test compares both.\n";
    std::string_view family;
    for (const BuiltinClaim& claim : kClaims) {
        if (family_of(claim.name) != family) {
            family = family_of(claim.name);
            out += "\n## " + std::string(family) + ".*\n\n| name | type | unit | source | meaning |\n|---|---|---|---|---|\n";
        }
        out += "| `" + std::string(claim.name) + "` | " + std::string(to_string(claim.type)) + " | " + cell(claim.unit) + " | " +
               cell(claim.source) + " | " + cell(claim.meaning) + " |\n";
    }
    return out;
}

}  // namespace anchor
