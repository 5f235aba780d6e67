// SPDX-License-Identifier: Apache-2.0
#include "put_aside.h"

#include <algorithm>
#include <iostream>

#include <anchor/base/file.h>
#include <anchor/protocol/signing.h>
#include <anchor/protocol/topics.h>
#include <anchor/registry/numbers.h>
#include <anchor/registry/revocations.h>
#include <anchor/trust/gate.h>

#include "broker_guard.h"

namespace anchor::registryd {
namespace {

using protocol::DocumentKind;
using registry::DeviceRecord;

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
        ANCHOR_RETURN_IF_ERROR(revocations_.follow(device, code));
        ANCHOR_RETURN_IF_ERROR(files_.store().save(device));
        return files_.store().audit(to_string(status), device.id.text(), reason, files_.clock().wall());
    }

    // Also where nobody serves at the moment: what was said counts now.
    Result<void> spread() { return renew_broker_list(files_); }

private:
    RegistryFiles& files_;
    registry::Authority& authority_;
    registry::Revocations revocations_;
};

std::uint64_t next_number(RegistryFiles& files, std::uint64_t previous) { return registry::number_after(previous, files.clock().wall()); }

void tell(const DeviceRecord& device, std::string_view what) { std::cout << device.id.text() << "  " << what << "\n"; }

// Nothing where there is nothing to do for this device.
std::string why_not(const DeviceRecord& device, StandingStatus status) {
    if (device.standing.status == status) return "is " + std::string(to_string(status)) + " already";
    if (device.standing.status == StandingStatus::Revoked) return "is revoked: only a signed reinstatement ends that";
    return {};
}

Result<void> set_all(RegistryFiles& files, const PutAside& order, StandingStatus status) {
    ANCHOR_ASSIGN_OR_RETURN(registry::Authority * authority, files.authority());
    Act act(files, *authority);
    // Read where it is written: what another process has said meanwhile is not undone.
    const auto given = files.store().atomically([&]() -> Result<void> {
        ANCHOR_ASSIGN_OR_RETURN(auto devices, choose_for_act(files, order.who, order.yes));
        if (devices.size() == 1 && order.who.is_by_name()) {
            if (const std::string why = why_not(devices.front(), status); !why.empty())
                return denied(devices.front().id.text() + " " + why);
        }
        for (DeviceRecord& device : devices) {
            if (const std::string why = why_not(device, status); !why.empty()) {
                tell(device, why);
                continue;
            }
            const std::string reason = status == StandingStatus::Active ? "" : order.reason;
            ANCHOR_RETURN_IF_ERROR(act.give(device, status, reason, order.code, next_number(files, device.standing.number)));
            tell(device, to_string(status));
        }
        return {};
    });
    return given ? act.spread() : given;
}

protocol::Document reinstatement_of(RegistryFiles& files, const DeviceRecord& device, const std::string& reason) {
    return {.kind = DocumentKind::Reinstatement,
            .tenant = files.settings().tenant,
            .audience = protocol::audience_device(device.id),
            .name = {},
            .version = next_number(files, device.standing.number),
            .issued = files.clock().wall(),
            .not_after = std::nullopt,
            .body = {{"reason", reason}}};
}

Result<std::string> signed_by(const protocol::Document& document, const std::string& key_folder) {
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

Result<void> put_back(RegistryFiles& files, const std::string& name, const std::string& text) {
    ANCHOR_ASSIGN_OR_RETURN(registry::Authority * authority, files.authority());
    Act act(files, *authority);
    std::vector<DeviceRecord> devices;
    const auto given = files.store().atomically([&]() -> Result<void> {
        ANCHOR_ASSIGN_OR_RETURN(devices, choose(files, {.devices = {name}}));
        DeviceRecord& device = devices.front();
        ANCHOR_ASSIGN_OR_RETURN(const auto accepted, check_reinstatement(files, *authority, text, device.id));
        const std::uint64_t number = accepted.document().version;
        if (device.standing.status != StandingStatus::Revoked) return denied(device.id.text() + " is not revoked");
        if (number <= device.standing.number) {
            return denied("the reinstatement is number " + std::to_string(number) + ", the revocation is number " +
                          std::to_string(device.standing.number));
        }
        ANCHOR_RETURN_IF_ERROR(files.store().save_reinstatement(device.id, number, text));
        ANCHOR_RETURN_IF_ERROR(act.give(device, StandingStatus::Active, "", crypto::CrlReason::Unspecified, next_number(files, number)));
        return files.store().audit("reinstated", device.id.text(), "by document " + std::to_string(number), files.clock().wall());
    });
    ANCHOR_RETURN_IF_ERROR(given);
    tell(devices.front(), "reinstated: it enrols again, with a new key");
    return act.spread();
}

}  // namespace

Result<void> suspend(RegistryFiles& files, const PutAside& order) { return set_all(files, order, StandingStatus::Suspended); }
Result<void> revoke(RegistryFiles& files, const PutAside& order) { return set_all(files, order, StandingStatus::Revoked); }
Result<void> resume(RegistryFiles& files, const PutAside& order) { return set_all(files, order, StandingStatus::Active); }

Result<void> reinstate(RegistryFiles& files, const std::string& text, const std::string& reason, const std::string& key_folder,
                       const std::string& out) {
    ANCHOR_ASSIGN_OR_RETURN(const auto devices, choose(files, {.devices = {text}}));
    ANCHOR_ASSIGN_OR_RETURN(const std::string document, signed_by(reinstatement_of(files, devices.front(), reason), key_folder));
    ANCHOR_RETURN_IF_ERROR(put_back(files, text, document));
    return out.empty() ? Result<void>() : write_new(out, as_bytes(document), 0644);
}

Result<void> draft_reinstatement(RegistryFiles& files, const std::string& device, const std::string& reason, const std::string& file) {
    ANCHOR_ASSIGN_OR_RETURN(const auto devices, choose(files, {.devices = {device}}));
    if (devices.front().standing.status != StandingStatus::Revoked) return denied(devices.front().id.text() + " is not revoked");
    return write_new(file, as_bytes(protocol::draft_text(reinstatement_of(files, devices.front(), reason))), 0644);
}

Result<void> take_reinstatement(RegistryFiles& files, const std::string& text, const std::string& file) {
    ANCHOR_ASSIGN_OR_RETURN(const std::string document, read_text_file(file, protocol::kMaxMessage));
    return put_back(files, text, document);
}

Result<void> show_lists(RegistryFiles& files, const std::string& out) {
    ANCHOR_ASSIGN_OR_RETURN(registry::Authority * authority, files.authority());
    registry::Revocations revocations(files.settings(), files.store(), *authority, files.clock());
    ANCHOR_RETURN_IF_ERROR(renew_broker_list(files));
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
