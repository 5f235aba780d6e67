// SPDX-License-Identifier: Apache-2.0
#include "audit_list.h"

#include <iostream>

#include <anchor/base/json.h>
#include <anchor/base/plain_text.h>

namespace anchor::registryd {
namespace {

constexpr std::size_t kPage = 1000;

Result<std::optional<WallTime>> time_from(const std::string& option, const std::string& text, WallTime now) {
    if (text.empty()) return std::optional<WallTime>();
    if (const auto time = from_rfc3339(text)) return std::optional(*time);
    if (const auto back = parse_duration(text)) return std::optional(now - *back);
    return rejected(option + ": expected a time, as 2026-11-23T12:00:00Z, or a duration, as 2h");
}

// A line may quote what a device said of itself.
void print(const registry::AuditEntry& entry, bool json) {
    if (json) {
        std::cout << canonical_json({{"number", entry.number},
                                     {"at", to_rfc3339(entry.at)},
                                     {"act", plain_text(entry.act)},
                                     {"device", plain_text(entry.device)},
                                     {"what", plain_text(entry.what)}})
                  << "\n";
        return;
    }
    std::cout << entry.number << "  " << to_rfc3339(entry.at) << "  " << plain_text(entry.act) << "  "
              << (entry.device.empty() ? "-" : plain_text(entry.device)) << "  " << plain_text(entry.what) << "\n";
}

}  // namespace

Result<void> list_audit(RegistryFiles& files, const AuditWish& wish) {
    const WallTime now = files.clock().wall();
    registry::AuditFilter filter{wish.device, wish.act, {}, {}};
    ANCHOR_ASSIGN_OR_RETURN(filter.since, time_from("--since", wish.since, now));
    ANCHOR_ASSIGN_OR_RETURN(filter.until, time_from("--until", wish.until, now));
    std::uint64_t after = 0;
    if (wish.newest > 0) {
        ANCHOR_ASSIGN_OR_RETURN(after, files.store().audit_before_newest(filter, wish.newest));
    }
    // In pages: the table only grows, and others write to it meanwhile.
    while (true) {
        ANCHOR_ASSIGN_OR_RETURN(const auto page, files.store().audit_page(filter, after, kPage));
        for (const auto& entry : page) print(entry, wish.json);
        if (page.size() < kPage) return {};
        after = page.back().number;
    }
}

}  // namespace anchor::registryd
