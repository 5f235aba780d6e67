// SPDX-License-Identifier: Apache-2.0
#include "guest_system.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include <anchor/base/json.h>
#include <anchor/core/claim_table.h>

#include "equipment.h"

namespace anchor::vm {
namespace {

constexpr auto kClaimsDeadline = std::chrono::minutes(5);
constexpr auto kBetweenLooks = std::chrono::milliseconds(500);
constexpr const char* kGuest = ANCHOR_SOURCE_DIR "/tests/vm/guest/";

constexpr std::string_view kUsers = "root:x:0:0:root:/:/bin/sh\nanchord:x:990:990:Trust anchor:/var/lib/anchord:/bin/false\n";
constexpr std::string_view kHosts = "10.0.2.2 localhost\n";  // where QEMU's user network has the loopback of its host
constexpr std::string_view kGroups = "root:x:0:\nanchord:x:990:\ntss:x:989:anchord\n";

// With the whole of the environment that the units give: its own user and group, the group of the TPM, and no rights.
constexpr const char* kClaimBundle = "/etc/anchord/claim-bundle.json";
constexpr const char* kLogs = "cat /run/warden.log /run/anchord.log";
constexpr const char* kStart =
    "chown anchord:anchord /etc/anchord/claim-bundle.json && chmod 600 /etc/anchord/claim-bundle.json; "
    "wait_for() { for i in $(seq 1500); do [ -S $1 ] && return; sleep 0.2; done; return 1; }; "
    "anchord-warden >/run/warden.log 2>&1 & wait_for /run/anchord-warden/warden.sock && "
    "{ su -s /bin/sh anchord -c 'exec anchord' >/run/anchord.log 2>&1 & wait_for /run/anchord/anchord.sock; }";

bool is_wanted(std::string_view name) {
    return name.starts_with("boot.") || name.starts_with("ima.") || name.starts_with("tpm.") || name.starts_with("os.");
}

// Not equal to itself: false for every value, unknown for an unknown.
std::string telling_policy() {
    Json rules = Json::array();
    for (const BuiltinClaim& claim : builtin_claims()) {
        const std::string name(claim.name);
        if (!is_wanted(name)) continue;
        rules.push_back({{"id", name}, {"about", "hardware"}, {"require", name + " != " + name}, {"because", "It is to be told."}});
    }
    return Json{{"policy", "telling"}, {"version", 1}, {"rules", rules}}.dump();
}

ClaimTexts claims_in(const Json& status) {
    ClaimTexts claims;
    for (const Json& finding : status["findings"]) {
        for (const Json& input : finding["inputs"]) claims[input["claim"].get<std::string>()] = input["value"].get<std::string>();
    }
    return claims;
}

}  // namespace

Result<Initramfs> guest_system() {
    Initramfs system;
    for (const char* folder : {"/bin", "/dev", "/proc", "/run/anchord", "/run/anchord-warden", "/sys", "/tmp", "/var/lib/anchord"})
        system.folder(folder);
    ANCHOR_RETURN_IF_ERROR(system.copy("/init", std::string(kGuest) + "init", 0755));
    ANCHOR_RETURN_IF_ERROR(system.copy("/bin/busybox", kBusybox, 0755));
    for (const char* module : {"efivarfs.ko", "e1000.ko"})
        ANCHOR_RETURN_IF_ERROR(system.copy(std::string("/lib/modules/") + module, kernel_file(module)));
    for (const char* program : {ANCHORD_PROGRAM, WARDEN_PROGRAM}) {
        const std::string from = program;
        ANCHOR_RETURN_IF_ERROR(system.program("/usr/sbin" + from.substr(from.rfind('/')), from));
    }
    ANCHOR_RETURN_IF_ERROR(system.program("/usr/bin/anchorctl", ANCHORCTL_PROGRAM));
    ANCHOR_RETURN_IF_ERROR(system.library_beside("libtss2-tcti-device.so.0", "libtss2-tctildr.so"));
    ANCHOR_RETURN_IF_ERROR(system.copy("/etc/ima-policy", std::string(kGuest) + "ima-policy"));
    ANCHOR_RETURN_IF_ERROR(system.copy("/etc/anchord/anchord.toml", std::string(kGuest) + "anchord.toml"));
    ANCHOR_RETURN_IF_ERROR(system.copy("/etc/anchord/warden.toml", std::string(kGuest) + "warden.toml"));
    system.file("/etc/anchord/policy.d/telling.json", as_bytes(telling_policy()));
    system.file("/etc/hosts", as_bytes(kHosts));
    system.file("/etc/passwd", as_bytes(kUsers));
    system.file("/etc/group", as_bytes(kGroups));
    system.file(kRecipe, as_bytes("mix 3 parts of one with 2 of the other\n"));
    system.file(kMenu, as_bytes("one\nthe other\n"));
    return system;
}

Result<void> start_anchord(VirtualMachine& machine, ByteView claim_bundle) {
    ANCHOR_RETURN_IF_ERROR(machine.write(kClaimBundle, claim_bundle));
    const auto started = machine.run(kStart);
    if (started.ok()) return {};
    return unavailable("anchord does not start: " + started.output + machine.run(kLogs).output);
}

Result<ClaimTexts> claims_with(VirtualMachine& machine, std::string_view claim, std::string_view value) {
    const auto deadline = std::chrono::steady_clock::now() + kClaimsDeadline;
    for (;;) {
        const auto told = machine.run("anchorctl status --json");
        if (const auto status = parse_json(told.output); told.ok() && status) {
            const ClaimTexts claims = claims_in(*status);
            const auto found = claims.find(claim);
            if (found != claims.end() && found->second == value) return claims;
        }
        if (std::chrono::steady_clock::now() > deadline)
            return unavailable("nobody says " + std::string(claim) + ": " + told.output + machine.run(kLogs).output);
        std::this_thread::sleep_for(kBetweenLooks);
    }
}

PcrValues registers_of(VirtualMachine& machine) {
    PcrValues values;
    // "/sys/class/tpm/tpm0/pcr-sha256/10:0A1B…"
    std::istringstream lines(machine.run("grep . /sys/class/tpm/tpm0/pcr-*/* | tr A-F a-f").output);
    for (std::string line; std::getline(lines, line);) {
        const std::string shown = line.substr(std::min(line.find("pcr-"), line.size()));
        const std::size_t slash = shown.find('/');
        const std::size_t colon = shown.find(':');
        if (colon == std::string::npos || slash > colon) continue;
        const auto value = Digest::from_text(shown.substr(4, slash - 4) + shown.substr(colon));
        if (value) values.set(static_cast<unsigned>(std::stoul(shown.substr(slash + 1))), *value);
    }
    return values;
}

}  // namespace anchor::vm
