// SPDX-License-Identifier: Apache-2.0
#include "depart.h"

#include <iostream>

#include <anchor/base/file.h>
#include <anchor/protocol/departure.h>
#include <anchor/protocol/enrollment.h>
#include <anchor/protocol/signing.h>
#include <anchor/registry/departure.h>
#include <anchor/registry/numbers.h>
#include <anchor/trust/gate.h>

namespace anchor::registryd {
namespace {

using protocol::DocumentKind;
using registry::DeviceRecord;

Result<DeviceRecord> find(RegistryFiles& files, const std::string& text) {
    ANCHOR_ASSIGN_OR_RETURN(const DeviceId id, DeviceId::parse(text));
    ANCHOR_ASSIGN_OR_RETURN(auto device, files.store().device(id));
    if (!device) return denied("there is no device " + text);
    if (device->standing.status == StandingStatus::Revoked) return denied(text + " is revoked: it takes no more orders");
    return std::move(*device);
}

Result<protocol::Destination> destination_in(const std::string& file) {
    ANCHOR_ASSIGN_OR_RETURN(const std::string text, read_text_file(file, protocol::kMaxMessage));
    auto bundle = protocol::claim_bundle_from(text);
    if (!bundle) return std::move(bundle).error().within(file);
    if (const auto first = trust::Gate::first(bundle->anchors, bundle->authority, bundle->tenant); !first)
        return Error(first.error()).within(file);
    return protocol::Destination{bundle->tenant, bundle->anchors, bundle->authority};
}

Result<protocol::Document> compose(RegistryFiles& files, const DeviceRecord& device, const Depart& order) {
    protocol::Departure departure{enrolment_of(device), order.reason, std::nullopt};
    if (!order.bundle.empty()) {
        ANCHOR_ASSIGN_OR_RETURN(departure.to, destination_in(order.bundle));
    }
    protocol::Document document{.kind = DocumentKind::Departure, .tenant = files.settings().tenant};
    document.audience = protocol::audience_device(device.id);
    document.name = device.id.text();
    document.issued = files.clock().wall();
    document.version = registry::number_after(device.standing.number, document.issued);
    document.body = protocol::to_json(departure);
    return document;
}

Result<std::string> signed_order(RegistryFiles& files, const protocol::Document& document, const Depart& order) {
    const std::string folder = order.key_folder.empty() ? files.folder().authority() : order.key_folder;
    ANCHOR_ASSIGN_OR_RETURN(auto keys, read_keys(folder, "authority-"));
    std::vector<crypto::JwsSigner> signers;
    for (auto& key : keys) signers.push_back({key.public_value().thumbprint(), key});
    return protocol::sign(document, signers);
}

// As the device would judge it: better to hear it now.
Result<protocol::Document> check(RegistryFiles& files, const registry::Authority& authority, const DeviceRecord& device,
                                 const std::string& text) {
    const trust::Floors floors;
    const trust::Recipient reader{files.settings().tenant, "", &device.id, floors, files.clock().wall()};
    const auto accepted = trust::Gate(authority.anchors()).accept(text, DocumentKind::Departure, reader);
    if (!accepted) return denied("the device would refuse it: " + accepted.error().what);
    ANCHOR_ASSIGN_OR_RETURN(const auto departure, protocol::departure_from(accepted->document().body));
    if (departure.enrolment != enrolment_of(device)) return rejected("the order is for another enrolment of this device");
    if (accepted->document().name != device.id.text()) return rejected("the order is not named after its device");
    return accepted->document();
}

// The device is read where it is written: what another process has said meanwhile is not undone.
Result<void> give(RegistryFiles& files, const std::string& name, const std::string& text) {
    ANCHOR_ASSIGN_OR_RETURN(registry::Authority * authority, files.authority());
    const auto given = files.store().atomically([&]() -> Result<void> {
        ANCHOR_ASSIGN_OR_RETURN(DeviceRecord device, find(files, name));
        ANCHOR_ASSIGN_OR_RETURN(const auto document, check(files, *authority, device, text));
        ANCHOR_ASSIGN_OR_RETURN(const auto newest, files.store().document(document.kind, document.name, 0));
        if (newest && newest->version >= document.version) return denied("an order of that number, or a later one, was given already");
        ANCHOR_RETURN_IF_ERROR(
            files.store().save({document.kind, document.name, document.version, document.audience, text, document.issued}));
        device.standing.wanted["departure/" + document.name] = document.version;
        device.standing.number = registry::number_after(device.standing.number, files.clock().wall());
        ANCHOR_ASSIGN_OR_RETURN(device.standing_document, authority->standing(device.standing, device.id));
        ANCHOR_RETURN_IF_ERROR(files.store().save(device));
        return files.store().audit("departure ordered", device.id.text(), document.body.value("reason", ""), files.clock().wall());
    });
    ANCHOR_RETURN_IF_ERROR(given);
    std::cout << name << "  is told to leave; \"devices show\" says when it has\n";
    return {};
}

}  // namespace

Result<void> depart(RegistryFiles& files, const Depart& order) {
    std::string text;
    if (!order.document.empty()) {
        ANCHOR_ASSIGN_OR_RETURN(text, read_text_file(order.document, protocol::kMaxMessage));
    } else {
        ANCHOR_ASSIGN_OR_RETURN(const DeviceRecord device, find(files, order.device));
        ANCHOR_ASSIGN_OR_RETURN(const protocol::Document document, compose(files, device, order));
        if (!order.draft.empty()) return write_new(order.draft, as_bytes(protocol::draft_text(document)), 0644);
        ANCHOR_ASSIGN_OR_RETURN(text, signed_order(files, document, order));
    }
    ANCHOR_RETURN_IF_ERROR(give(files, order.device, text));
    return order.out.empty() ? Result<void>() : write_new(order.out, as_bytes(text), 0644);
}

}  // namespace anchor::registryd
