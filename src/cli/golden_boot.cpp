// SPDX-License-Identifier: Apache-2.0
#include "golden_boot.h"

#include <algorithm>
#include <ostream>

#include <anchor/measure/event_log_render.h>
#include <anchor/measure/ima_replay.h>

namespace anchor::cli {
namespace {

constexpr unsigned kFirmwareRegisters = 8;

Result<PcrSelection> wanted_registers(const GoldenBoot& golden, const measure::Replay& replayed) {
    if (!golden.wanted.empty()) return pcr_selection_from(golden.wanted);
    PcrSelection selection = replayed.values.selection(HashAlg::Sha256);
    selection.mask &= ~(1U << measure::kImaPcr);  // it changes with every program that runs
    return selection;
}

Result<void> check_log(const measure::EventLog& log, const PcrSelection& wanted) {
    if (log.problem()) return rejected("the log breaks off: " + log.problem()->what);
    if (log.events().empty()) return rejected("the log is empty");
    if (wanted.bank == HashAlg::Sha1) return rejected("SHA-1 digests are no reference values");
    if (std::ranges::find(log.banks(), wanted.bank) != log.banks().end()) return {};
    return rejected("the log has no digests of " + std::string(to_string(wanted.bank)) + ": choose registers of a bank that it has");
}

const measure::PcrCheck* check_of(const measure::ReplayReport& report, const PcrSelection& wanted, unsigned index) {
    const auto found = std::ranges::find_if(
        report.checks, [&](const measure::PcrCheck& check) { return check.bank == wanted.bank && check.pcr == index; });
    return found == report.checks.end() ? nullptr : &*found;
}

/// Those of the wanted registers that the device's own confirm.
class Confirmed {
public:
    Confirmed(const GoldenBoot& golden, const measure::EventLog& log, const measure::Replay& replayed, std::ostream& notes)
        : golden_(golden), report_(measure::compare_replay(log, replayed, *golden.registers)), notes_(notes) {}

    Result<PcrSelection> of(PcrSelection wanted) {
        for (unsigned index = 0; index < kPcrCount; ++index) {
            if (!wanted.has(index)) continue;
            const std::string problem = problem_of(wanted, index);
            if (problem.empty()) continue;
            const std::string name = "PCR " + std::to_string(index) + " (" + std::string(to_string(wanted.bank)) + ")";
            if (index < kFirmwareRegisters || !golden_.wanted.empty()) return rejected(name + ": " + problem);
            notes_ << "left out: " << name << ": " << problem << '\n';
            wanted.mask &= ~(1U << index);
        }
        return wanted;
    }

private:
    [[nodiscard]] std::string problem_of(const PcrSelection& wanted, unsigned index) const {
        const measure::PcrCheck* const check = check_of(report_, wanted, index);
        if (check == nullptr) return "its value is not among the registers";
        const bool confirmed = check->verdict == measure::PcrVerdict::Match || check->verdict == measure::PcrVerdict::NotInLog;
        return confirmed ? std::string() : "the log does not lead to its value: " + check->why;
    }

    const GoldenBoot& golden_;
    measure::ReplayReport report_;
    std::ostream& notes_;
};

// A register that nobody has extended before the system ran has no events, but a value all the same.
void add_registers_without_events(measure::BootReference& reference, const PcrValues& registers, const PcrSelection& wanted) {
    for (unsigned index = 0; index < kPcrCount; ++index) {
        const Digest* const value = registers.find(wanted.bank, index);
        if (wanted.has(index) && value != nullptr && !reference.pcrs.contains(index)) reference.pcrs[index] = {*value};
    }
}

}  // namespace

Result<measure::BootReference> boot_reference_of(ByteView octets, const GoldenBoot& golden, std::ostream& notes) {
    const measure::EventLog log = measure::parse_event_log(octets);
    const measure::Replay replayed = measure::replay(log);
    ANCHOR_ASSIGN_OR_RETURN(PcrSelection wanted, wanted_registers(golden, replayed));
    ANCHOR_RETURN_IF_ERROR(check_log(log, wanted));
    if (golden.registers) {
        ANCHOR_ASSIGN_OR_RETURN(wanted, Confirmed(golden, log, replayed, notes).of(wanted));
    } else {
        notes << "the registers were not given: nothing confirms what the log says\n";
    }
    measure::BootReference reference = measure::make_boot_reference(log, wanted);
    if (golden.registers) add_registers_without_events(reference, *golden.registers, wanted);
    if (!golden.events) reference.events.clear();
    reference.min_firmware = golden.min_firmware;
    return reference;
}

}  // namespace anchor::cli
