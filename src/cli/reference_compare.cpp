// SPDX-License-Identifier: Apache-2.0
#include "reference_compare.h"

#include <ostream>

#include <anchor/measure/event_log_render.h>
#include <anchor/measure/ima_verifier.h>
#include <anchor/measure/reference_difference.h>

#include "exit_code.h"
#include "measured_file.h"
#include "reference_file.h"

namespace anchor::cli {
namespace {

constexpr std::size_t kOffendersShown = 1000;

Result<std::optional<PcrValues>> given_registers(const std::string& file) {
    if (file.empty()) return std::optional<PcrValues>();
    ANCHOR_ASSIGN_OR_RETURN(PcrValues values, read_registers(file));
    return std::optional(std::move(values));
}

bool judges_boot(const measure::BootReference& boot) {
    return !boot.pcrs.empty() || !boot.events.empty() || !boot.images.empty() || !boot.min_firmware.empty();
}

/// What is not right is told as it is found. `good` is what the exit code comes from.
class Comparison {
public:
    Comparison(const ReferenceFile& reference, std::optional<PcrValues> registers, std::ostream& out)
        : reference_(reference), registers_(std::move(registers)), out_(out) {}

    void say(const std::string& problem) {
        out_ << problem << '\n';
        good_ = false;
    }

    Result<void> boot_log(MeasuredFile file) {
        ANCHOR_ASSIGN_OR_RETURN(const Bytes octets, file.boot_log());
        ANCHOR_ASSIGN_OR_RETURN(const measure::EventLog log, boot_log_from(octets, file.name()));
        const measure::Replay replayed = measure::replay(log);
        if (log.problem()) say("the log breaks off: " + log.problem()->what);
        if (registers_) {
            const auto report = measure::compare_replay(log, replayed, *registers_);
            if (!report.replays()) {
                out_ << measure::render_replay_report(log, report);
                good_ = false;
            }
        }
        const PcrValues& found = registers_ ? *registers_ : replayed.values;
        for (const auto& difference : measure::compare_boot(reference_.values.boot, log, found)) say(difference.text);
        return {};
    }

    /// Without a log: the values alone.
    void registers_alone() {
        for (const auto& difference : measure::compare_boot(reference_.values.boot, measure::parse_event_log({}), *registers_)) {
            if (difference.kind == measure::BootDifferenceKind::Register) say(difference.text);
        }
    }

    Result<void> ima_list(MeasuredFile file) {
        if (!file.ima_format()) return rejected(file.name() + ": no IMA list");
        const measure::ImaKeys keys = reference_.values.ima.keys();
        measure::ImaVerifyOptions options;
        if (registers_) options.quoted = ima_register_of(*registers_);
        options.reference = {reference_.table ? &reference_.table->table() : nullptr, keys.empty() ? nullptr : &keys,
                             registers_ ? &*registers_ : nullptr, kOffendersShown};
        measure::ImaVerifier verifier(*file.ima_format(), options);
        const auto visited = file.visit_chunks([&](ByteView octets) -> Result<bool> {
            ANCHOR_RETURN_IF_ERROR(verifier.push(octets));
            return true;
        });
        if (!visited) return visited.error().within(file.name());
        ANCHOR_ASSIGN_OR_RETURN(const measure::ImaReport report, verifier.report());
        tell(file.name(), report);
        return {};
    }

    [[nodiscard]] bool good() const noexcept { return good_; }
    [[nodiscard]] bool has_registers() const noexcept { return registers_.has_value(); }

private:
    void tell(const std::string& file, const measure::ImaReport& report) {
        const measure::ImaFindings& found = report.findings;
        if (report.incomplete) say(file + ": the list ends within entry " + std::to_string(report.entries + report.behind));
        if (registers_ && report.proof == measure::ImaProof::NoQuote) say(file + ": PCR 10 is not among the registers");
        if (report.proof == measure::ImaProof::NotProven) say(file + ": no beginning of the list leads to the registers");
        for (const measure::ImaOffender& offender : found.offenders) say(to_text(offender));
        if (found.offending() > found.offenders.size()) {
            say("and " + std::to_string(found.offending() - found.offenders.size()) + " more entries that are not as they should be");
        }
        if (found.unjudged != 0) say(std::to_string(found.unjudged) + " entries that the reference cannot judge");
        out_ << file << ": " << found.entries << " entries, " << found.known << " known, " << found.signed_ok << " signed, "
             << found.excluded << " excluded, " << found.offending() << " not as they should be";
        if (report.behind != 0) out_ << "; " << report.behind << " more were measured after the registers were read";
        out_ << '\n';
    }

    const ReferenceFile& reference_;
    std::optional<PcrValues> registers_;
    std::ostream& out_;
    bool good_ = true;
};

int verdict(const Comparison& comparison, std::ostream& out) {
    if (!comparison.good()) return exit_code::kRefused;
    out << "as the reference says" << (comparison.has_registers() ? "" : "; no registers were given, so nothing proves it") << '\n';
    return exit_code::kDone;
}

}  // namespace

Result<int> diff_references(const std::string& before, const std::string& after, std::ostream& out) {
    ANCHOR_ASSIGN_OR_RETURN(const measure::ReferenceValues older, read_reference(before));
    ANCHOR_ASSIGN_OR_RETURN(const measure::ReferenceValues newer, read_reference(after));
    const auto differences = measure::reference_differences(older, newer);
    for (const std::string& line : differences) out << line << '\n';
    return differences.empty() ? exit_code::kDone : exit_code::kRefused;
}

Result<int> check_reference(const std::string& file, const std::string& table, const Measured& measured, std::ostream& out) {
    ANCHOR_ASSIGN_OR_RETURN(const ReferenceFile reference, open_reference(file, table));
    ANCHOR_ASSIGN_OR_RETURN(auto registers, given_registers(measured.pcrs));
    Comparison comparison(reference, std::move(registers), out);
    if (!measured.log.empty()) {
        ANCHOR_ASSIGN_OR_RETURN(MeasuredFile log, MeasuredFile::open(measured.log));
        ANCHOR_RETURN_IF_ERROR(comparison.boot_log(std::move(log)));
    } else if (comparison.has_registers()) {
        comparison.registers_alone();
    }
    const measure::BootReference& boot = reference.values.boot;
    const bool needs_log = !boot.images.empty() || !boot.min_firmware.empty();
    if (measured.log.empty() && needs_log) comparison.say("not judged without a boot log: images and firmware");
    if (measured.log.empty() && !comparison.has_registers() && judges_boot(boot)) comparison.say("not judged without registers: the boot");
    if (!measured.ima.empty()) {
        ANCHOR_ASSIGN_OR_RETURN(MeasuredFile list, MeasuredFile::open(measured.ima));
        ANCHOR_RETURN_IF_ERROR(comparison.ima_list(std::move(list)));
    }
    if (measured.ima.empty() && !reference.values.ima.empty()) comparison.say("not judged without an IMA list: files");
    return verdict(comparison, out);
}

Result<int> explain_log(const ExplainLog& order, std::ostream& out) {
    ANCHOR_ASSIGN_OR_RETURN(MeasuredFile log, MeasuredFile::open(order.file));
    const bool ima = log.ima_format().has_value();
    ReferenceFile reference;
    if (ima) {
        ANCHOR_ASSIGN_OR_RETURN(reference, open_reference(order.against, order.table));
        if (reference.values.ima.empty()) return rejected(order.against + ": says nothing about files");
    } else {
        ANCHOR_ASSIGN_OR_RETURN(reference.values, read_reference(order.against));
        if (!judges_boot(reference.values.boot)) return rejected(order.against + ": says nothing about the boot");
    }
    ANCHOR_ASSIGN_OR_RETURN(auto registers, given_registers(order.pcrs));
    Comparison comparison(reference, std::move(registers), out);
    ANCHOR_RETURN_IF_ERROR(ima ? comparison.ima_list(std::move(log)) : comparison.boot_log(std::move(log)));
    return verdict(comparison, out);
}

}  // namespace anchor::cli
