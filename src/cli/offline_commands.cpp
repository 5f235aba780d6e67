// SPDX-License-Identifier: Apache-2.0
#include "offline_commands.h"

#include <iomanip>
#include <ostream>

#include <anchor/base/encoding.h>
#include <anchor/base/file.h>
#include <anchor/core/claim_table.h>
#include <anchor/store/audit_log.h>

#include "exit_code.h"

namespace anchor::cli {

Result<int> list_claims(const std::string& with, std::ostream& out) {
    bool any = false;
    for (const BuiltinClaim& claim : builtin_claims()) {
        if (claim.name.find(with) == std::string_view::npos) continue;
        any = true;
        out << std::left << std::setw(34) << claim.name << ' ' << std::setw(13) << to_string(claim.type) << ' ' << claim.meaning;
        if (!claim.unit.empty()) out << " (" << claim.unit << ')';
        out << '\n';
    }
    if (!any) return unavailable("no built-in claim has \"" + with + "\" in its name");
    return exit_code::kDone;
}

Result<int> verify_audit_files(const std::vector<std::string>& files, std::ostream& out) {
    store::AuditChain chain;
    for (const std::string& file : files) {
        const auto text = read_text_file(file, 2 * store::AuditLog::kMaxFile);
        if (!text) return unavailable(text.error().what);
        auto verified = store::verify_audit(*text, chain);
        if (!verified) return std::move(verified).error().within(file);
        chain = std::move(*verified);
    }
    out << chain.lines << " lines, unbroken; head sha256:" << to_hex(chain.head.view()) << '\n';
    if (chain.torn) out << "the last line has no end: a power cut\n";
    out << "Whether lines are missing at the end, only a checkpoint of this head can tell.\n";
    return exit_code::kDone;
}

}  // namespace anchor::cli
