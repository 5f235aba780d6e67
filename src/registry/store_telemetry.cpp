// SPDX-License-Identifier: Apache-2.0
// What applications of devices said: the newest of each device.
#include <algorithm>

#include <anchor/registry/store.h>

#include "database.h"

namespace anchor::registry {
namespace {

constexpr std::uint64_t kKeptOfDevice = 200;

}  // namespace

Result<void> Store::keep_telemetry(const DeviceId& device, std::string_view body, WallTime now) {
    ANCHOR_RETURN_IF_ERROR(database_->run(
        "INSERT INTO telemetry (device, came, body) SELECT ?,?,? WHERE NOT EXISTS (SELECT 1 FROM telemetry WHERE device=? AND body=?)",
        device.text(), now, body, device.text(), body));
    return database_->run(
        "DELETE FROM telemetry WHERE device=? AND number NOT IN (SELECT number FROM telemetry WHERE device=? ORDER BY number DESC LIMIT ?)",
        device.text(), device.text(), kKeptOfDevice);
}

Result<std::vector<TelemetryEntry>> Store::telemetry(const DeviceId& device, std::size_t newest) {
    Query query = database_->query("SELECT came, body FROM telemetry WHERE device=? ORDER BY number DESC LIMIT ?", device.text(),
                                   static_cast<std::uint64_t>(newest));
    std::vector<TelemetryEntry> entries;
    while (true) {
        ANCHOR_ASSIGN_OR_RETURN(const bool found, query.step());
        if (!found) break;
        entries.push_back({query.time(0), query.text(1)});
    }
    std::ranges::reverse(entries);
    return entries;
}

}  // namespace anchor::registry
