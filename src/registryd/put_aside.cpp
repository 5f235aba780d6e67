// SPDX-License-Identifier: Apache-2.0
#include "put_aside.h"

#include <algorithm>
#include <iostream>
#include <set>

#include <anchor/base/file.h>
#include <anchor/protocol/topics.h>
#include <anchor/registry/revocations.h>
#include <anchor/trust/gate.h>

#include "broker_guard.h"

namespace anchor::registryd {
namespace {

using protocol::DocumentKind;
using registry::DeviceRecord;

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return text;
}

Result<bool> has_label(const DeviceRecord& device, const std::string& wanted) {
    const auto equals = wanted.find('=');
    if (equals == std::string::npos || equals == 0) return rejected("--label " + wanted + ": expected NAME=VALUE");
    const auto label = device.labels.find(wanted.substr(0, equals));
    return label != device.labels.end() && label->second == wanted.substr(equals + 1);
}

bool is_made_by(const DeviceRecord& device, const std::string& manufacturer) {
    if (device.ek_certificate.empty()) return false;
    const auto certificate = crypto::Certificate::from_der(device.ek_certificate);
    return certificate && lower(certificate->issuer()).find(lower(manufacturer)) != std::string::npos;
}

Result<bool> fits(const DeviceRecord& device, const Selection& who, const std::set<std::string>& batch) {
    const std::string& id = device.id.text();
    if (!who.devices.empty() && std::ranges::find(who.devices, id) == who.devices.end()) return false;
    if (!who.batch.empty() && !batch.contains(id)) return false;
    if (!who.ek_manufacturer.empty() && !is_made_by(device, who.ek_manufacturer)) return false;
    for (const std::string& label : who.labels) {
        ANCHOR_ASSIGN_OR_RETURN(const bool has, has_label(device, label));
        if (!has) return false;
    }
    return true;
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

Result<std::vector<DeviceRecord>> choose(RegistryFiles& files, const Selection& who) {
    if (who.is_by_name()) return named(files, who.devices);
    ANCHOR_ASSIGN_OR_RETURN(const auto of_batch, files.store().devices_of_claim(who.batch));
    std::set<std::string> batch;
    for (const DeviceId& id : of_batch) batch.insert(id.text());
    ANCHOR_ASSIGN_OR_RETURN(auto all, files.store().devices());
    std::vector<DeviceRecord> chosen;
    for (DeviceRecord& device : all) {
        ANCHOR_ASSIGN_OR_RETURN(const bool fit, fits(device, who, batch));
        if (fit) chosen.push_back(std::move(device));
    }
    return chosen;
}

// An act on devices, inside one transaction, with everything that it moves.
class Act {
public:
    Act(RegistryFiles& files, registry::Authority& authority)
        : files_(files), authority_(authority), revocations_(files.settings(), files.store(), authority, files.clock()) {}

    Result<void> give(DeviceRecord& device, StandingStatus status, const std::string& reason, crypto::CrlReason code,
                      std::uint64_t number) {
        device.standing.status = status;
        device.standing.reason = reason;
        device.standing.number = number;
        ANCHOR_ASSIGN_OR_RETURN(device.standing_document, authority_.standing(device.standing, device.id));
        ANCHOR_RETURN_IF_ERROR(files_.store().save(device));
        ANCHOR_RETURN_IF_ERROR(revocations_.follow(device, code));
        return files_.store().audit(to_string(status), device.id.text(), reason, files_.clock().wall());
    }

    // Also where nobody serves at the moment: what was said counts now.
    Result<void> spread() {
        ANCHOR_RETURN_IF_ERROR(revocations_.refresh());
        ANCHOR_RETURN_IF_ERROR(write_broker_list(files_.folder(), revocations_, 0));
        return {};
    }

private:
    RegistryFiles& files_;
    registry::Authority& authority_;
    registry::Revocations revocations_;
};

void tell(const DeviceRecord& device, std::string_view what) { std::cout << device.id.text() << "  " << what << "\n"; }

// Nothing where there is nothing to do for this device.
std::string why_not(const DeviceRecord& device, StandingStatus status) {
    if (device.standing.status == status) return "is " + std::string(to_string(status)) + " already";
    if (device.standing.status == StandingStatus::Revoked) return "is revoked: only a signed reinstatement ends that";
    return {};
}

Result<void> set_all(RegistryFiles& files, const PutAside& order, StandingStatus status) {
    ANCHOR_ASSIGN_OR_RETURN(registry::Authority * authority, files.authority());
    ANCHOR_ASSIGN_OR_RETURN(auto devices, choose(files, order.who));
    if (devices.empty()) return denied("no device fits");
    if (!order.who.is_by_name() && !order.yes) {
        for (const DeviceRecord& device : devices) tell(device, to_string(device.standing.status));
        return denied(std::to_string(devices.size()) + " devices fit: say --yes to go on");
    }
    if (devices.size() == 1 && order.who.is_by_name()) {
        if (const std::string why = why_not(devices.front(), status); !why.empty()) return denied(devices.front().id.text() + " " + why);
    }
    Act act(files, *authority);
    const auto given = files.store().atomically([&]() -> Result<void> {
        for (DeviceRecord& device : devices) {
            if (const std::string why = why_not(device, status); !why.empty()) {
                tell(device, why);
                continue;
            }
            const std::string reason = status == StandingStatus::Active ? "" : order.reason;
            ANCHOR_RETURN_IF_ERROR(act.give(device, status, reason, order.code, device.standing.number + 1));
            tell(device, to_string(status));
        }
        return {};
    });
    return given ? act.spread() : given;
}

Result<std::string> signed_reinstatement(RegistryFiles& files, const DeviceRecord& device, const std::string& reason,
                                         const std::string& key_folder) {
    protocol::Document document{.kind = DocumentKind::Reinstatement,
                                .tenant = files.settings().tenant,
                                .audience = protocol::audience_device(device.id),
                                .name = {},
                                .version = device.standing.number + 1,
                                .issued = files.clock().wall(),
                                .not_after = std::nullopt,
                                .body = {{"reason", reason}}};
    ANCHOR_ASSIGN_OR_RETURN(auto keys, read_keys(key_folder, "authority-"));
    std::vector<crypto::JwsSigner> signers;
    for (auto& key : keys) signers.push_back({key.public_value().thumbprint(), key});
    return protocol::sign(document, signers);
}

// As the device would judge it: better to hear it now.
Result<trust::VerifiedDocument> check_reinstatement(RegistryFiles& files, const registry::Authority& authority, const std::string& text,
                                                    const DeviceId& device) {
    const trust::Floors floors;
    auto accepted = trust::Gate(authority.anchors())
                        .accept(text, DocumentKind::Reinstatement, {files.settings().tenant, "", &device, floors, files.clock().wall()});
    if (!accepted) return denied("devices would refuse it: " + accepted.error().what);
    return accepted;
}

Result<void> put_back(RegistryFiles& files, DeviceRecord device, const std::string& text) {
    ANCHOR_ASSIGN_OR_RETURN(registry::Authority * authority, files.authority());
    ANCHOR_ASSIGN_OR_RETURN(const auto accepted, check_reinstatement(files, *authority, text, device.id));
    const std::uint64_t number = accepted.document().version;
    if (device.standing.status != StandingStatus::Revoked) return denied(device.id.text() + " is not revoked");
    if (number <= device.standing.number) {
        return denied("the reinstatement is number " + std::to_string(number) + ", the revocation is number " +
                      std::to_string(device.standing.number));
    }
    Act act(files, *authority);
    const auto given = files.store().atomically([&]() -> Result<void> {
        ANCHOR_RETURN_IF_ERROR(files.store().save_reinstatement(device.id, number, text));
        ANCHOR_RETURN_IF_ERROR(act.give(device, StandingStatus::Active, "", crypto::CrlReason::Unspecified, number + 1));
        return files.store().audit("reinstated", device.id.text(), "by document " + std::to_string(number), files.clock().wall());
    });
    ANCHOR_RETURN_IF_ERROR(given);
    tell(device, "reinstated: it enrols again, with a new key");
    return act.spread();
}

}  // namespace

Result<void> suspend(RegistryFiles& files, const PutAside& order) { return set_all(files, order, StandingStatus::Suspended); }
Result<void> revoke(RegistryFiles& files, const PutAside& order) { return set_all(files, order, StandingStatus::Revoked); }
Result<void> resume(RegistryFiles& files, const PutAside& order) { return set_all(files, order, StandingStatus::Active); }

Result<void> reinstate(RegistryFiles& files, const std::string& text, const std::string& reason, const std::string& key_folder,
                       const std::string& out) {
    ANCHOR_ASSIGN_OR_RETURN(auto devices, named(files, {text}));
    ANCHOR_ASSIGN_OR_RETURN(const std::string document, signed_reinstatement(files, devices.front(), reason, key_folder));
    ANCHOR_RETURN_IF_ERROR(put_back(files, std::move(devices.front()), document));
    return out.empty() ? Result<void>() : write_new(out, as_bytes(document), 0644);
}

Result<void> take_reinstatement(RegistryFiles& files, const std::string& text, const std::string& file) {
    ANCHOR_ASSIGN_OR_RETURN(const std::string document, read_text_file(file, protocol::kMaxMessage));
    ANCHOR_ASSIGN_OR_RETURN(auto devices, named(files, {text}));
    return put_back(files, std::move(devices.front()), document);
}

Result<void> show_lists(RegistryFiles& files, const std::string& out) {
    ANCHOR_ASSIGN_OR_RETURN(registry::Authority * authority, files.authority());
    registry::Revocations revocations(files.settings(), files.store(), *authority, files.clock());
    ANCHOR_RETURN_IF_ERROR(revocations.refresh());
    ANCHOR_RETURN_IF_ERROR(write_broker_list(files.folder(), revocations, 0));
    ANCHOR_ASSIGN_OR_RETURN(const auto lists, revocations.newest_lists());
    std::string pem;
    for (const auto& [kind, list] : lists) {
        pem += list.pem();
        std::cout << kind << " list number " << *list.number() << ": " << list.size() << (list.base() ? " changes" : " revoked")
                  << ", since " << to_rfc3339(list.this_update()) << ", until " << to_rfc3339(list.next_update()) << "\n";
    }
    return out.empty() ? Result<void>() : write_new(out, as_bytes(pem), 0644);
}

}  // namespace anchor::registryd
