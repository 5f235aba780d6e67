// SPDX-License-Identifier: Apache-2.0
#include "sight.h"

#include <anchor/crypto/hash.h>
#include <anchor/measure/ima_reader.h>
#include <anchor/measure/ima_table_builder.h>

namespace anchor::vm {

// The list is read after the registers, as it grows all the time.
Sight look_at(VirtualMachine& machine, ClaimTexts claims) {
    Sight sight{.claims = std::move(claims)};
    sight.registers = registers_of(machine);
    sight.event_log = machine.read(kEventLog);
    sight.ima_list = machine.read(kImaList);
    return sight;
}

measure::BootReference reference_of(const Sight& healthy) {
    return measure::make_boot_reference(measure::parse_event_log(healthy.event_log), {HashAlg::Sha256, 0x3ff});
}

std::vector<std::string> differences(const measure::BootReference& reference, const Sight& found) {
    const measure::EventLog log = measure::parse_event_log(found.event_log);
    std::vector<std::string> texts;
    for (const auto& difference : measure::compare_boot(reference, log, found.registers)) texts.push_back(difference.text);
    return texts;
}

Result<Bytes> table_of(const Initramfs& system) {
    measure::ImaTableBuilder builder;
    for (const auto& [path, content] : system.files()) builder.add(path, crypto::hash(HashAlg::Sha256, content));
    return builder.build();
}

Result<measure::ImaReport> judge_list(const Sight& found, const measure::ImaTable& table) {
    const auto format = measure::ima_list_format_of(found.ima_list);
    if (!format) return rejected("no IMA list");
    measure::ImaVerifyOptions options;
    options.quoted = found.registers;
    options.reference.table = &table;
    options.reference.registers = &found.registers;
    measure::ImaVerifier verifier(*format, options);
    ANCHOR_RETURN_IF_ERROR(verifier.push(found.ima_list));
    return verifier.report();
}

}  // namespace anchor::vm
