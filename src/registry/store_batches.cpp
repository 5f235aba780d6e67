// SPDX-License-Identifier: Apache-2.0
// Batches, and which device enrolled with which.
#include <anchor/registry/store.h>

#include "database.h"

namespace anchor::registry {

Result<void> Store::set_claim(const DeviceId& id, std::string_view claim) {
    return database_->run("INSERT INTO device_claims (device, claim) VALUES (?,?) ON CONFLICT (device) DO UPDATE SET claim=excluded.claim",
                          id.text(), claim);
}

Result<std::vector<DeviceId>> Store::devices_of_claim(std::string_view claim) {
    Query query = database_->query("SELECT device FROM device_claims WHERE claim=? ORDER BY device", claim);
    std::vector<DeviceId> devices;
    while (true) {
        ANCHOR_ASSIGN_OR_RETURN(const bool found, query.step());
        if (!found) return devices;
        ANCHOR_ASSIGN_OR_RETURN(DeviceId id, DeviceId::parse(query.text(0)));
        devices.push_back(std::move(id));
    }
}

Result<void> Store::add_batch(std::string_view name, WallTime now) {
    return database_->run("INSERT INTO batches (name, made_at) VALUES (?,?)", name, now);
}

Result<std::vector<BatchRecord>> Store::batches() {
    Query query = database_->query(
        "SELECT b.name, b.made_at, b.ended_at, b.reason, (SELECT count(*) FROM device_claims c WHERE c.claim=b.name) FROM batches b"
        " ORDER BY b.made_at, b.name");
    std::vector<BatchRecord> batches;
    while (true) {
        ANCHOR_ASSIGN_OR_RETURN(const bool found, query.step());
        if (!found) return batches;
        BatchRecord batch{query.text(0), query.time(1), std::nullopt, query.text(3), query.number(4)};
        if (!query.is_null(2)) batch.ended_at = query.time(2);
        batches.push_back(std::move(batch));
    }
}

Result<void> Store::end_batch(std::string_view name, std::string_view reason, WallTime now) {
    return database_->run("UPDATE batches SET ended_at=?, reason=? WHERE name=?", now, reason, name);
}

Result<bool> Store::has_ended(std::string_view batch) {
    return database_->query("SELECT 1 FROM batches WHERE name=? AND ended_at IS NOT NULL", batch).step();
}

}  // namespace anchor::registry
