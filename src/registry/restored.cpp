// SPDX-License-Identifier: Apache-2.0
#include "restored.h"

#include <spdlog/spdlog.h>

#include <anchor/protocol/departure.h>
#include <anchor/protocol/signing.h>
#include <anchor/registry/departure.h>
#include <anchor/registry/revocations.h>
#include <anchor/trust/gate.h>

namespace anchor::registry {
namespace {

using protocol::DocumentKind;

struct Forgotten {
    const Settings& settings;
    Store& store;
    Authority& authority;
    const Clock& clock;
    DeviceRecord& device;
};

Result<void> tell(const Forgotten& into, const std::string& what) {
    spdlog::warn("restored from an old backup? Device {} has {}, which was not here: taken over", into.device.id.text(), what);
    return into.store.audit("numbers went backwards", into.device.id.text(), what + " came back from the device", into.clock.wall());
}

// What the lost standing said holds: a backup in which the device is still active must not make it so. As it was signed and under its own
// number: of several that were lost the newest holds, in whatever order they come.
Result<void> take_standing(const Forgotten& into, const protocol::Document& document, std::string_view text) {
    DeviceRecord& device = into.device;
    if (document.version <= device.standing.number) return rejected("the standing here is not older");
    ANCHOR_ASSIGN_OR_RETURN(device.standing, protocol::standing_from(document.version, document.body));
    device.standing_document = text;
    Revocations revocations(into.settings, into.store, into.authority, into.clock);
    ANCHOR_RETURN_IF_ERROR(revocations.follow(device, crypto::CrlReason::PrivilegeWithdrawn));
    ANCHOR_RETURN_IF_ERROR(into.store.save(device));
    return tell(into, "standing " + std::to_string(document.version) + ", " + std::string(to_string(device.standing.status)));
}

Result<void> take_group_document(const Forgotten& into, const protocol::Document& document, std::string_view text) {
    const std::string& group = into.device.standing.group;
    if (document.audience != protocol::audience_group(group) || document.name != group) {
        return rejected("the document is not of this device's group");
    }
    ANCHOR_ASSIGN_OR_RETURN(const auto newest, into.store.document(document.kind, document.name, 0));
    if (newest && newest->version >= document.version) return rejected("the document here is not older");
    ANCHOR_RETURN_IF_ERROR(
        into.store.save({document.kind, document.name, document.version, document.audience, std::string(text), document.issued}));
    return tell(into, std::string(to_string(document.kind)) + " of group " + group + ", version " + std::to_string(document.version));
}

// An order that this very enrolment is to end: without it the registry would not know what a farewell is about.
Result<void> take_departure(const Forgotten& into, const protocol::Document& document, std::string_view text) {
    if (document.name != into.device.id.text()) return rejected("the order is not named after its device");
    ANCHOR_ASSIGN_OR_RETURN(const auto departure, protocol::departure_from(document.body));
    if (departure.enrolment != enrolment_of(into.device)) return rejected("the order is for another enrolment of this device");
    ANCHOR_ASSIGN_OR_RETURN(const auto newest, into.store.document(document.kind, document.name, 0));
    if (newest && newest->version >= document.version) return rejected("the order here is not older");
    ANCHOR_RETURN_IF_ERROR(
        into.store.save({document.kind, document.name, document.version, document.audience, std::string(text), document.issued}));
    return tell(into, "the order to depart, number " + std::to_string(document.version));
}

}  // namespace

Result<void> take_back(const Settings& settings, Store& store, Authority& authority, const Clock& clock, DeviceRecord& device,
                       std::string_view text) {
    ANCHOR_ASSIGN_OR_RETURN(const auto draft, protocol::draft_from(text));
    const DocumentKind kind = draft.document.kind;
    if (kind != DocumentKind::Standing && kind != DocumentKind::Policy && kind != DocumentKind::Reference &&
        kind != DocumentKind::Departure) {
        return rejected("a " + std::string(to_string(kind)) + " document is not taken back");
    }
    const trust::Floors floors;
    // Not for expiry: an expired policy is in force.
    const trust::Recipient reader{settings.tenant, device.standing.group, &device.id, floors, WallTime{}};
    ANCHOR_ASSIGN_OR_RETURN(const auto verified, trust::Gate(authority.anchors()).accept(text, kind, reader));
    const Forgotten into{settings, store, authority, clock, device};
    if (kind == DocumentKind::Standing) return take_standing(into, verified.document(), text);
    if (kind == DocumentKind::Departure) return take_departure(into, verified.document(), text);
    return take_group_document(into, verified.document(), text);
}

}  // namespace anchor::registry
