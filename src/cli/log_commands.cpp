// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <ostream>

#include <anchor/base/encoding.h>
#include <anchor/measure/event_log_render.h>
#include <anchor/measure/ima_render.h>
#include <anchor/measure/ima_replay.h>

#include "exit_code.h"
#include "measured_file.h"
#include "offline_commands.h"

namespace anchor::cli {
namespace {

using measure::ImaEntry;

Result<int> show_ima(MeasuredFile& file, LogForm form, std::ostream& out) {
    if (form == LogForm::Yaml) return unavailable("--yaml is a form of boot logs; IMA lists have --json");
    std::string text;
    if (form == LogForm::Table) measure::append_ima_table_head(text);
    ANCHOR_RETURN_IF_ERROR(file.visit_ima_entries([&](const ImaEntry& entry) {
        if (form == LogForm::Json)
            measure::append_ima_json(text, entry);
        else
            measure::append_ima_table_row(text, entry);
        out << text;
        text.clear();
        return out.good();
    }));
    return exit_code::kDone;
}

/// One bank of the given registers, followed until the list has led to it.
struct GivenBank {
    GivenBank(HashAlg bank, const PcrValues& given) : replay({bank}) {
        for (const auto& [key, value] : given) {
            if (key.bank == bank) wanted.set(key.index, value);
        }
    }
    void extend(const ImaEntry& entry) {
        if (matched_at) return;
        if (!replay.extend(entry) && !forged) forged = entry.number;
        if (replay.matches(wanted)) matched_at = entry.number + 1;
    }
    measure::ImaReplay replay;
    PcrValues wanted;
    std::optional<std::uint64_t> matched_at;
    std::optional<std::uint64_t> forged;
};

// Bank by bank: registers that were read one after the other stand for different beginnings of a list that grew meanwhile.
Result<int> compare_ima(MeasuredFile& file, const PcrValues& given, std::ostream& out) {
    std::vector<GivenBank> banks;
    for (const HashAlg bank : given.banks()) {
        if (given.find(bank, measure::kImaPcr) != nullptr) banks.emplace_back(bank, given);
    }
    if (banks.empty()) return rejected("PCR 10 is not among the registers");
    std::uint64_t entries = 0;
    bool whole = true;
    ANCHOR_RETURN_IF_ERROR(file.visit_ima_entries([&](const ImaEntry& entry) {
        for (GivenBank& bank : banks) bank.extend(entry);
        if (entries == 0) whole = entry.kind() == measure::ImaEntryKind::BootAggregate;
        ++entries;
        return !std::ranges::all_of(banks, [](const GivenBank& bank) { return bank.matched_at.has_value(); });
    }));
    bool good = true;
    for (const GivenBank& bank : banks) {
        const std::string_view name = to_string(bank.replay.lanes().front().value.alg());
        good = good && bank.matched_at && !bank.forged;
        if (bank.forged) out << name << ": entry " << *bank.forged << ": its digest is not that of its contents\n";
        if (bank.matched_at) {
            out << name << ": replays: the registers are explained by the first " << *bank.matched_at << " entries\n";
        } else {
            out << name << ": does not replay: none of the " << entries << " entries leads to the given registers\n";
        }
    }
    if (!good && !whole) out << "the list does not begin with a boot aggregate: its beginning was trimmed or is missing\n";
    return good ? exit_code::kDone : exit_code::kRefused;
}

Result<int> replay_ima(MeasuredFile& file, std::ostream& out) {
    measure::ImaReplay replay({HashAlg::Sha1, HashAlg::Sha256, HashAlg::Sha384, HashAlg::Sha512});
    std::optional<std::uint64_t> forged;
    ANCHOR_RETURN_IF_ERROR(file.visit_ima_entries([&](const ImaEntry& entry) {
        if (!replay.extend(entry) && !forged) forged = entry.number;
        return true;
    }));
    if (forged) out << "entry " << *forged << ": its digest is not that of its contents\n";
    for (const measure::ImaLane& lane : replay.lanes()) {
        out << to_string(lane.value.alg()) << ' ' << lane.pcr << ' ' << to_hex(lane.value.view()) << " (" << to_string(lane.style) << ")\n";
    }
    return forged ? exit_code::kRefused : exit_code::kDone;
}

Result<int> replay_boot(const measure::EventLog& log, const std::optional<PcrValues>& given, std::ostream& out) {
    const measure::Replay replayed = measure::replay(log);
    if (log.problem()) out << "the log breaks off: " << log.problem()->what << '\n';
    if (given) {
        const auto report = measure::compare_replay(log, replayed, *given);
        out << measure::render_replay_report(log, report);
        return report.replays() && !log.problem() ? exit_code::kDone : exit_code::kRefused;
    }
    if (replayed.values.empty()) out << "the log extends no register\n";
    for (const auto& [key, value] : replayed.values) out << to_string(key.bank) << ' ' << key.index << ' ' << to_hex(value.view()) << '\n';
    return log.problem() ? exit_code::kRefused : exit_code::kDone;
}

Result<std::optional<PcrValues>> given_pcrs(const std::optional<std::string>& file) {
    if (!file) return std::optional<PcrValues>();
    ANCHOR_ASSIGN_OR_RETURN(PcrValues values, read_registers(*file));
    return std::optional(std::move(values));
}

}  // namespace

Result<int> show_log(const std::string& file, LogForm form, unsigned version, std::ostream& out) {
    ANCHOR_ASSIGN_OR_RETURN(MeasuredFile log_file, MeasuredFile::open(file));
    if (log_file.ima_format()) return show_ima(log_file, form, out);
    ANCHOR_ASSIGN_OR_RETURN(const Bytes octets, log_file.boot_log());
    ANCHOR_ASSIGN_OR_RETURN(const measure::EventLog log, boot_log_from(octets, log_file.name()));
    switch (form) {
        case LogForm::Table: out << measure::render_event_log_table(log); break;
        case LogForm::Json: out << measure::render_event_log_json(log, {version, false}); break;
        case LogForm::Yaml: out << measure::render_event_log_yaml(log, {version, false}); break;
    }
    if (log.problem()) return rejected(log_file.name() + ": " + log.problem()->what);
    return exit_code::kDone;
}

Result<int> replay_log(const std::string& file, const std::optional<std::string>& pcrs, std::ostream& out) {
    ANCHOR_ASSIGN_OR_RETURN(const auto given, given_pcrs(pcrs));
    ANCHOR_ASSIGN_OR_RETURN(MeasuredFile log_file, MeasuredFile::open(file));
    if (log_file.ima_format()) return given ? compare_ima(log_file, *given, out) : replay_ima(log_file, out);
    ANCHOR_ASSIGN_OR_RETURN(const Bytes octets, log_file.boot_log());
    ANCHOR_ASSIGN_OR_RETURN(const measure::EventLog log, boot_log_from(octets, log_file.name()));
    return replay_boot(log, given, out);
}

}  // namespace anchor::cli
