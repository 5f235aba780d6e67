// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/boot_claims.h>

#include <array>

#include <anchor/measure/boot_facts.h>

#include "boot_proof.h"

namespace anchor::measure {
namespace {

constexpr std::array<BootClaim, 19> kClaims{{
    {"boot.log_replays", ClaimType::Bool, "The boot log replays to the quoted PCRs 0 to 7."},
    {"boot.replay_problems", ClaimType::StringList, "The registers that differ from the log and the events that could not be explained."},
    {"boot.secure_boot", ClaimType::Bool, "Firmware checked the signatures of what it ran."},
    {"boot.setup_mode", ClaimType::Bool, "No platform key is enrolled: anybody may change the keys of Secure Boot."},
    {"boot.audit_mode", ClaimType::Bool, "Secure Boot only recorded what it would have refused."},
    {"boot.deployed_mode", ClaimType::Bool, "The keys of Secure Boot can't be changed without the platform key."},
    {"boot.debug_mode", ClaimType::Bool, "Firmware was started with a debugger attached."},
    {"boot.dma_protection_disabled", ClaimType::Bool, "Devices could read and write memory while firmware ran."},
    {"boot.firmware_version", ClaimType::String, "Version of the code that firmware begins with."},
    {"boot.authorities", ClaimType::StringList, "The keys that let boot loaders and kernels run: variable, subject, fingerprint."},
    {"boot.images", ClaimType::StringList, "Boot loaders and kernels that firmware ran, in their order: digest and path as logged."},
    {"boot.option_roms", ClaimType::StringList, "Drivers of add-in cards that firmware ran."},
    {"boot.initrds", ClaimType::StringList, "Initial file systems that the kernel or its stub measured."},
    {"boot.kernel_command_lines", ClaimType::StringList, "Command lines of the kernel, as measured."},
    {"boot.exit_boot_services", ClaimType::Bool, "The loader handed over to the system."},
    {"boot.boot_disk", ClaimType::String, "GUID of the partition table that was booted from."},
    {"boot.events", ClaimType::Int, "Events in the log."},
    {"boot.error_separators", ClaimType::Int, "Registers that firmware could not measure."},
    {"boot.forged_events", ClaimType::Int, "Events whose content is not what was measured."},
}};

// SHA-256 where there is one, since references and tools speak it.
std::string text_of(const MeasuredObject& object) {
    const Digest* shown = nullptr;
    for (const Digest& digest : object.digests) {
        if (shown == nullptr || digest.alg() == HashAlg::Sha256 || shown->alg() == HashAlg::Sha1) shown = &digest;
        if (shown->alg() == HashAlg::Sha256) break;
    }
    const std::string digest = shown == nullptr ? "no digest" : shown->text();
    return object.name.empty() ? digest : digest + " " + object.name;
}

std::string text_of(const BootAuthority& authority) {
    return authority.variable + (authority.subject.empty() ? "" : ": " + authority.subject) + " " + authority.fingerprint.text();
}

template <class T>
std::vector<std::string> texts_of(const std::vector<T>& items) {
    std::vector<std::string> texts;
    for (const T& item : items) texts.push_back(text_of(item));
    return texts;
}

ClaimValue value_of(const Fact<bool>& fact) {
    if (const auto* unknown = std::get_if<Unknown>(&fact)) return *unknown;
    return std::get<bool>(fact);
}
ClaimValue value_of(const Fact<std::string>& fact) {
    if (const auto* unknown = std::get_if<Unknown>(&fact)) return *unknown;
    return std::get<std::string>(fact);
}
ClaimValue value_of(const Fact<Guid>& fact) {
    if (const auto* unknown = std::get_if<Unknown>(&fact)) return *unknown;
    return to_text(std::get<Guid>(fact));
}

ClaimValue command_lines(const BootFacts& facts) {
    std::vector<std::string> texts;
    for (const KernelCommandLine& line : facts.command_lines) texts.push_back(line.text);
    if (texts.empty() && !facts.load_options.empty()) return Unknown{"the kernel measured its command line without writing it down"};
    return texts;
}

class Writer {
public:
    Writer(SteadyTime observed, Claims& into) : observed_(observed), into_(into) {}

    void set(std::string_view name, ClaimValue value) { into_.set(std::string(name), {std::move(value), observed_, "tpm"}); }
    void set(std::string_view name, const std::optional<Unknown>& doubt, ClaimValue value) {
        set(name, doubt ? ClaimValue(*doubt) : std::move(value));
    }

private:
    SteadyTime observed_;
    Claims& into_;
};

std::int64_t count_of(const auto& items) { return static_cast<std::int64_t>(items.size()); }

void claim_secure_boot(const BootFacts& facts, const BootProof& proof, Writer& claim) {
    const auto doubt = proof.doubt({7});
    claim.set("boot.secure_boot", doubt, value_of(facts.secure_boot));
    claim.set("boot.setup_mode", doubt, value_of(facts.setup_mode));
    claim.set("boot.audit_mode", doubt, value_of(facts.audit_mode));
    claim.set("boot.deployed_mode", doubt, value_of(facts.deployed_mode));
    claim.set("boot.debug_mode", doubt, value_of(facts.debug_mode));
    claim.set("boot.dma_protection_disabled", doubt, value_of(facts.dma_protection_disabled));
    claim.set("boot.authorities", doubt, texts_of(facts.authorities));
}

}  // namespace

std::span<const BootClaim> boot_claims() noexcept { return kClaims; }

void claim_boot(const EventLog& log, const ReplayReport& report, SteadyTime observed, Claims& into) {
    const BootFacts facts = boot_facts(log);
    const BootProof proof(log, report);
    Writer claim(observed, into);
    claim.set("boot.log_replays", proof.replays());
    claim.set("boot.replay_problems", proof.doubt({}), proof.problems());
    claim_secure_boot(facts, proof, claim);
    claim.set("boot.firmware_version", proof.doubt({0}), value_of(facts.firmware_version));
    claim.set("boot.images", proof.doubt({4}), texts_of(facts.images));
    claim.set("boot.option_roms", proof.doubt({2}), texts_of(facts.option_roms));
    claim.set("boot.initrds", proof.doubt({9, 12}), texts_of(facts.initrds));
    claim.set("boot.kernel_command_lines", proof.doubt({8, 12}), command_lines(facts));
    claim.set("boot.exit_boot_services", proof.doubt({5}), value_of(facts.exit_boot_services));
    claim.set("boot.boot_disk", proof.doubt({5}), value_of(facts.boot_disk));
    const auto firmware_doubt = proof.doubt({0, 1, 2, 3, 4, 5, 6, 7});
    claim.set("boot.events", proof.doubt({}), count_of(log.events()));
    claim.set("boot.error_separators", firmware_doubt, count_of(facts.error_separators));
    claim.set("boot.forged_events", proof.doubt({}), count_of(facts.mismatches));
}

void claim_boot_unknown(std::string_view why, SteadyTime observed, Claims& into) {
    Writer claim(observed, into);
    for (const BootClaim& known : kClaims) claim.set(known.name, Unknown{std::string(why)});
}

}  // namespace anchor::measure
