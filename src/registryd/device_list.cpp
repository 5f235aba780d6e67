// SPDX-License-Identifier: Apache-2.0
// Devices for people and for scripts.
#include <iomanip>
#include <iostream>

#include <anchor/base/encoding.h>
#include <anchor/crypto/hash.h>

#include "operations.h"

namespace anchor::registryd {
namespace {

constexpr std::size_t kAuditLines = 20;

Json brief(const registry::DeviceRecord& device) {
    return {{"id", device.id.text()},
            {"standing", to_string(device.standing.status)},
            {"standing_number", device.standing.number},
            {"group", device.standing.group},
            {"level", level_of(device)},
            {"online", device.online},
            {"hardware_bound", device.hardware_bound},
            {"labels", device.labels},
            {"enrolled_at", to_rfc3339(device.enrolled_at)},
            {"appraised_at", device.appraised_at ? Json(to_rfc3339(*device.appraised_at)) : Json()}};
}

Result<Json> detailed(const registry::DeviceRecord& device, RegistryFiles& files) {
    Json json = brief(device);
    json["reason"] = device.standing.reason;
    json["acknowledged_standing"] = device.acknowledged;
    json["endorsement_digest"] = device.hardware_bound ? to_hex(crypto::hash(HashAlg::Sha256, device.ek_public).view()) : "";
    json["endorsement_certificate"] = !device.ek_certificate.empty();
    if (!device.result.empty()) {
        ANCHOR_ASSIGN_OR_RETURN(json["result"], parse_json(device.result));
    }
    if (!device.certificates.empty()) {
        ANCHOR_ASSIGN_OR_RETURN(const auto certificate, crypto::Certificate::from_der(device.certificates.front()));
        json["certificate"] = {{"serial", certificate.serial_text()}, {"not_after", to_rfc3339(certificate.not_after())}};
    }
    ANCHOR_ASSIGN_OR_RETURN(const auto audit, files.store().audit_log(device.id.text(), kAuditLines));
    json["audit"] = Json::array();
    for (const auto& entry : audit) json["audit"].push_back({{"at", to_rfc3339(entry.at)}, {"act", entry.act}, {"what", entry.what}});
    return json;
}

void print_findings(const Json& result) {
    for (const Json& finding : result["findings"]) {
        std::cout << "  why: " << finding["because"].get<std::string>() << "\n";
        for (const Json& input : finding["inputs"]) {
            std::cout << "       " << input["claim"].get<std::string>() << ": " << input["value"].get<std::string>() << "\n";
        }
    }
}

void print_detailed(const Json& json) {
    std::cout << json["id"].get<std::string>() << "\n"
              << "  standing: " << json["standing"].get<std::string>() << " (number " << json["standing_number"] << ", acknowledged "
              << json["acknowledged_standing"] << ") " << json["reason"].get<std::string>() << "\n"
              << "  group: " << json["group"].get<std::string>() << "\n"
              << "  level: " << json["level"].get<std::string>() << "\n";
    if (json.contains("result")) print_findings(json["result"]);
    for (const auto& [name, label] : json["labels"].items()) std::cout << "  " << name << ": " << label.get<std::string>() << "\n";
    if (json.contains("certificate")) std::cout << "  certificate until: " << json["certificate"]["not_after"].get<std::string>() << "\n";
    for (const Json& entry : json["audit"]) {
        std::cout << "  " << entry["at"].get<std::string>() << "  " << entry["act"].get<std::string>() << ": "
                  << entry["what"].get<std::string>() << "\n";
    }
}

}  // namespace

Result<void> list_devices(RegistryFiles& files, const Selection& who, bool json) {
    ANCHOR_ASSIGN_OR_RETURN(const auto devices, choose(files, who));
    ANCHOR_ASSIGN_OR_RETURN(auto pending, files.store().pending());
    if (!who.is_empty()) pending.clear();  // nothing of them is known yet
    if (json) {
        Json all = {{"devices", Json::array()}, {"pending", Json::array()}};
        for (const auto& device : devices) all["devices"].push_back(brief(device));
        for (const auto& one : pending) all["pending"].push_back({{"id", one.device}, {"asked_at", to_rfc3339(one.asked_at)}});
        std::cout << all.dump(2) << "\n";
        return {};
    }
    for (const auto& device : devices) {
        std::cout << device.id.text() << "  " << std::left << std::setw(10) << to_string(device.standing.status) << std::setw(12)
                  << level_of(device) << std::setw(8) << (device.online ? "online" : "away") << device.standing.group << "\n";
    }
    for (const auto& one : pending) std::cout << one.device << "  waits for approval since " << to_rfc3339(one.asked_at) << "\n";
    if (devices.empty() && pending.empty()) std::cout << (who.is_empty() ? "No device yet.\n" : "No device fits.\n");
    return {};
}

Result<void> show_device(RegistryFiles& files, const std::string& text, bool json) {
    ANCHOR_ASSIGN_OR_RETURN(const DeviceId id, DeviceId::parse(text));
    ANCHOR_ASSIGN_OR_RETURN(const auto device, files.store().device(id));
    if (!device) return denied("there is no device " + text);
    ANCHOR_ASSIGN_OR_RETURN(const Json all, detailed(*device, files));
    if (json)
        std::cout << all.dump(2) << "\n";
    else
        print_detailed(all);
    return {};
}

}  // namespace anchor::registryd
