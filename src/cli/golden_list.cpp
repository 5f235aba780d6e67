// SPDX-License-Identifier: Apache-2.0
#include "golden_list.h"

#include <anchor/measure/ima_replay.h>

#include "golden_files.h"
#include "measured_file.h"

namespace anchor::cli {
namespace {

std::string_view why_left_out(const measure::ImaEntry& entry) {
    if (entry.violation()) return "it changed while it was measured";
    return entry.layout == nullptr ? "its template is not known" : "its digest is of a kind that no table has";
}

}  // namespace

Result<std::size_t> add_ima_list(measure::ImaTableBuilder& builder, const std::string& file, const std::optional<PcrValues>& registers,
                                 LeftOut& left_out) {
    ANCHOR_ASSIGN_OR_RETURN(MeasuredFile list, MeasuredFile::open(file));
    const PcrValues wanted = registers ? ima_register_of(*registers) : PcrValues();
    if (registers && wanted.empty()) return rejected(file + ": PCR 10 is not among the registers, so that nothing confirms the list");
    measure::ImaReplay replay(registers ? wanted.banks() : std::vector<HashAlg>{HashAlg::Sha256});
    std::size_t added = 0;
    bool confirmed = registers && replay.matches(wanted);
    std::optional<std::uint64_t> forged;
    ANCHOR_RETURN_IF_ERROR(list.visit_ima_entries([&](const measure::ImaEntry& entry) {
        if (confirmed) return false;
        if (!replay.extend(entry)) forged = entry.number;
        if (builder.add(entry)) {
            ++added;
        } else if (entry.kind() != measure::ImaEntryKind::BootAggregate || entry.violation()) {
            left_out.say(std::string(entry.path), why_left_out(entry));
        }
        confirmed = registers && replay.matches(wanted);
        return !forged;
    }));
    if (forged) return rejected(file + ": entry " + std::to_string(*forged) + " is not what was measured");
    if (registers && !confirmed) return rejected(file + ": no beginning of the list leads to the registers");
    return added;
}

}  // namespace anchor::cli
