// SPDX-License-Identifier: Apache-2.0
#include "selection.h"

#include <algorithm>
#include <iostream>
#include <set>

#include <anchor/base/json.h>
#include <anchor/core/level.h>

namespace anchor::registryd {
namespace {

using registry::DeviceRecord;

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return text;
}

bool has_label(const DeviceRecord& device, const std::string& wanted) {
    const auto equals = wanted.find('=');
    const auto label = device.labels.find(wanted.substr(0, equals));
    return label != device.labels.end() && label->second == wanted.substr(equals + 1);
}

bool is_made_by(const DeviceRecord& device, const std::string& manufacturer) {
    if (device.ek_certificate.empty()) return false;
    const auto certificate = crypto::Certificate::from_der(device.ek_certificate);
    return certificate && lower(certificate->issuer()).find(lower(manufacturer)) != std::string::npos;
}

Result<void> check_form(const Selection& who) {
    for (const std::string& label : who.labels) {
        const auto equals = label.find('=');
        if (equals == std::string::npos || equals == 0) return rejected("--label " + label + ": expected NAME=VALUE");
    }
    if (!who.standing.empty() && !standing_status_from(who.standing)) {
        return rejected("--standing " + who.standing + ": expected active, suspended or revoked");
    }
    if (!who.level.empty() && !level_from(who.level)) {
        return rejected("--level " + who.level + ": expected trusted, restricted, unverified, quarantined or revoked");
    }
    return {};
}

bool fits(const DeviceRecord& device, const Selection& who, const std::set<std::string>& batch) {
    const std::string& id = device.id.text();
    if (!who.devices.empty() && std::ranges::find(who.devices, id) == who.devices.end()) return false;
    if (!who.batch.empty() && !batch.contains(id)) return false;
    if (!who.group.empty() && device.standing.group != who.group) return false;
    if (!who.standing.empty() && to_string(device.standing.status) != who.standing) return false;
    if (!who.level.empty() && level_of(device) != who.level) return false;
    if (!who.ek_manufacturer.empty() && !is_made_by(device, who.ek_manufacturer)) return false;
    return std::ranges::all_of(who.labels, [&](const std::string& label) { return has_label(device, label); });
}

Result<std::vector<DeviceRecord>> named(RegistryFiles& files, const std::vector<std::string>& ids) {
    std::vector<DeviceRecord> chosen;
    for (const std::string& text : ids) {
        ANCHOR_ASSIGN_OR_RETURN(const DeviceId id, DeviceId::parse(text));
        ANCHOR_ASSIGN_OR_RETURN(auto device, files.store().device(id));
        if (!device) return denied("there is no device " + text);
        chosen.push_back(std::move(*device));
    }
    return chosen;
}

}  // namespace

std::string level_of(const DeviceRecord& device) {
    if (device.result.empty()) return "unverified";
    const auto json = parse_json(device.result);
    if (!json) return "unreadable";
    return json_string(*json, "level").value_or("unreadable");
}

Result<std::vector<DeviceRecord>> choose(RegistryFiles& files, const Selection& who) {
    ANCHOR_RETURN_IF_ERROR(check_form(who));
    if (!who.devices.empty() && who.is_by_name()) return named(files, who.devices);
    std::set<std::string> batch;
    if (!who.batch.empty()) {
        ANCHOR_ASSIGN_OR_RETURN(const auto of_batch, files.store().devices_of_claim(who.batch));
        for (const DeviceId& id : of_batch) batch.insert(id.text());
    }
    ANCHOR_ASSIGN_OR_RETURN(auto devices, files.store().devices());
    std::erase_if(devices, [&](const DeviceRecord& device) { return !fits(device, who, batch); });
    return devices;
}

Result<std::vector<DeviceRecord>> choose_for_act(RegistryFiles& files, const Selection& who, bool yes) {
    if (who.is_empty()) return denied("no device fits");
    ANCHOR_ASSIGN_OR_RETURN(auto devices, choose(files, who));
    if (devices.empty()) return denied("no device fits");
    if (who.is_by_name() || yes) return devices;
    for (const DeviceRecord& device : devices) std::cout << device.id.text() << "  " << to_string(device.standing.status) << "\n";
    return denied(std::to_string(devices.size()) + " devices fit: say --yes to go on");
}

}  // namespace anchor::registryd
