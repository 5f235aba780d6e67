// SPDX-License-Identifier: Apache-2.0
// The devices of the store: one row each, what is known and what was said last.
#include <anchor/base/encoding.h>
#include <anchor/registry/store.h>

#include "database.h"

namespace anchor::registry {
namespace {

constexpr std::string_view kColumns =
    "SELECT id, hardware_bound, ek_public, key_digest, ek_certificate, ak_public, device_key, certificates, labels, standing_number,"
    " standing, standing_document, acknowledged, result_version, result, appraised_at, qualified_signer, clock, reset_count,"
    " restart_count, clock_safe, firmware_version, enrolled_at, online, next_key, next_certificates FROM devices ";

std::string certificates_text(const std::vector<Bytes>& certificates) {
    Json list = Json::array();
    for (const Bytes& der : certificates) list.push_back(to_base64url(der));
    return canonical_json(list);
}

Result<std::vector<Bytes>> certificates_from(const std::string& text) {
    ANCHOR_ASSIGN_OR_RETURN(const Json list, parse_json(text));
    std::vector<Bytes> certificates;
    for (const Json& item : list) {
        const auto* encoded = item.get_ptr<const std::string*>();
        if (encoded == nullptr) return corrupt("a stored certificate is no text");
        ANCHOR_ASSIGN_OR_RETURN(Bytes der, from_base64url(*encoded));
        certificates.push_back(std::move(der));
    }
    return certificates;
}

Result<std::map<std::string, std::string>> labels_from(const std::string& text) {
    ANCHOR_ASSIGN_OR_RETURN(const Json json, parse_json(text));
    std::map<std::string, std::string> labels;
    for (const auto& [name, value] : json.items()) {
        ANCHOR_ASSIGN_OR_RETURN(std::string label, json_string(json, name));
        labels.emplace(name, std::move(label));
    }
    return labels;
}

std::optional<tpmwire::Earlier> earlier_of(const Query& row) {
    if (row.is_null(16)) return std::nullopt;
    const tpmwire::ClockInfo clock{row.number(17), static_cast<std::uint32_t>(row.integer(18)), static_cast<std::uint32_t>(row.integer(19)),
                                   row.boolean(20)};
    return tpmwire::Earlier{clock, row.octets(16), row.number(21)};
}

Result<DeviceRecord> record_of(const Query& row) {
    ANCHOR_ASSIGN_OR_RETURN(DeviceId id, DeviceId::parse(row.text(0)));
    DeviceRecord device{.id = std::move(id)};
    device.hardware_bound = row.boolean(1);
    device.ek_public = row.octets(2);
    device.key_digest = row.octets(3);
    device.ek_certificate = row.octets(4);
    device.ak_public = row.octets(5);
    device.device_key = row.octets(6);
    ANCHOR_ASSIGN_OR_RETURN(device.certificates, certificates_from(row.text(7)));
    ANCHOR_ASSIGN_OR_RETURN(device.labels, labels_from(row.text(8)));
    ANCHOR_ASSIGN_OR_RETURN(const Json standing, parse_json(row.text(10)));
    ANCHOR_ASSIGN_OR_RETURN(device.standing, protocol::standing_from(row.number(9), standing));
    device.standing_document = row.text(11);
    device.acknowledged = row.number(12);
    device.result_version = row.number(13);
    device.result = row.text(14);
    if (!row.is_null(15)) device.appraised_at = row.time(15);
    device.earlier = earlier_of(row);
    device.enrolled_at = row.time(22);
    device.online = row.boolean(23);
    device.next_key = row.octets(24);
    ANCHOR_ASSIGN_OR_RETURN(device.next_certificates, certificates_from(row.text(25)));
    return device;
}

// What we wrote ourselves and can't read is damage, not someone's attack.
Result<DeviceRecord> read(const Query& row) {
    auto device = record_of(row);
    if (!device) return corrupt("stored device " + row.text(0) + ": " + device.error().what);
    return device;
}

}  // namespace

Result<std::optional<DeviceRecord>> Store::device(const DeviceId& id) {
    Query query = database_->query(std::string(kColumns) + "WHERE id=?", id.text());
    ANCHOR_ASSIGN_OR_RETURN(const bool found, query.step());
    if (!found) return std::optional<DeviceRecord>();
    ANCHOR_ASSIGN_OR_RETURN(DeviceRecord record, read(query));
    return std::optional(std::move(record));
}

Result<std::vector<DeviceRecord>> Store::devices() {
    Query query = database_->query(std::string(kColumns) + "ORDER BY id");
    std::vector<DeviceRecord> devices;
    while (true) {
        ANCHOR_ASSIGN_OR_RETURN(const bool found, query.step());
        if (!found) return devices;
        ANCHOR_ASSIGN_OR_RETURN(DeviceRecord record, read(query));
        devices.push_back(std::move(record));
    }
}

Result<std::optional<DeviceId>> Store::device_of_key(ByteView key_digest) {
    Query query = database_->query("SELECT id FROM devices WHERE key_digest=?", key_digest);
    ANCHOR_ASSIGN_OR_RETURN(const bool found, query.step());
    if (!found) return std::optional<DeviceId>();
    ANCHOR_ASSIGN_OR_RETURN(DeviceId id, DeviceId::parse(query.text(0)));
    return std::optional(std::move(id));
}

Result<std::optional<DeviceRecord>> Store::software_device_with(ByteView device_key) {
    Query query =
        database_->query(std::string(kColumns) + "WHERE hardware_bound=0 AND (device_key=? OR next_key=?)", device_key, device_key);
    ANCHOR_ASSIGN_OR_RETURN(const bool found, query.step());
    if (!found) return std::optional<DeviceRecord>();
    ANCHOR_ASSIGN_OR_RETURN(DeviceRecord record, read(query));
    return std::optional(std::move(record));
}

Result<void> Store::save(const DeviceRecord& device) {
    ANCHOR_RETURN_IF_ERROR(database_->run(
        "INSERT INTO devices (id, hardware_bound, ek_public, key_digest, ek_certificate, ak_public, device_key, certificates, labels,"
        " group_name, standing_number, standing, standing_document, enrolled_at) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
        " ON CONFLICT (id) DO UPDATE SET hardware_bound=excluded.hardware_bound, ek_public=excluded.ek_public,"
        " key_digest=excluded.key_digest, ek_certificate=excluded.ek_certificate, ak_public=excluded.ak_public,"
        " device_key=excluded.device_key, certificates=excluded.certificates, labels=excluded.labels, group_name=excluded.group_name,"
        " standing_number=excluded.standing_number, standing=excluded.standing, standing_document=excluded.standing_document,"
        " enrolled_at=excluded.enrolled_at",
        device.id.text(), device.hardware_bound, device.ek_public, device.key_digest, device.ek_certificate, device.ak_public,
        device.device_key, certificates_text(device.certificates), canonical_json(Json(device.labels)), device.standing.group,
        device.standing.number, canonical_json(protocol::to_json(device.standing)), device.standing_document, device.enrolled_at));
    ANCHOR_RETURN_IF_ERROR(database_->run("UPDATE devices SET acknowledged=?, result_version=?, result=? WHERE id=?", device.acknowledged,
                                          device.result_version, device.result, device.id.text()));
    ANCHOR_RETURN_IF_ERROR(database_->run("UPDATE devices SET next_key=?, next_certificates=? WHERE id=?", device.next_key,
                                          certificates_text(device.next_certificates), device.id.text()));
    if (device.appraised_at) {
        ANCHOR_RETURN_IF_ERROR(database_->run("UPDATE devices SET appraised_at=? WHERE id=?", *device.appraised_at, device.id.text()));
    }
    if (!device.earlier) return database_->run("UPDATE devices SET qualified_signer=NULL WHERE id=?", device.id.text());
    const auto& clock = device.earlier->clock;
    return database_->run(
        "UPDATE devices SET qualified_signer=?, clock=?, reset_count=?, restart_count=?, clock_safe=?, firmware_version=? WHERE id=?",
        device.earlier->qualified_signer, clock.clock, std::uint64_t{clock.reset_count}, std::uint64_t{clock.restart_count}, clock.safe,
        device.earlier->firmware_version, device.id.text());
}

Result<std::vector<SignedStanding>> Store::standings_after(std::uint64_t change, std::size_t limit) {
    Query query = database_->query(
        "SELECT c.change, d.id, d.standing_document FROM standing_changes c JOIN devices d ON d.id=c.device WHERE c.change>?"
        " ORDER BY c.change LIMIT ?",
        change, static_cast<std::uint64_t>(limit));
    std::vector<SignedStanding> standings;
    while (true) {
        ANCHOR_ASSIGN_OR_RETURN(const bool found, query.step());
        if (!found) return standings;
        ANCHOR_ASSIGN_OR_RETURN(DeviceId device, DeviceId::parse(query.text(1)));
        standings.push_back({query.number(0), std::move(device), query.text(2)});
    }
}

Result<void> Store::set_online(const DeviceId& id, bool online) {
    return database_->run("UPDATE devices SET online=? WHERE id=? AND online<>?", online, id.text(), online);
}

}  // namespace anchor::registry
