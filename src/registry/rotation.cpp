// SPDX-License-Identifier: Apache-2.0
// Rotation, in two phases. A certificate for the next key is issued beside the one in use, and nothing else changes; the first request
// that the next key signs is what retires the old one. So a device whose power goes at any moment has a key that we know.
#include <anchor/registry/requests.h>

#include "endorsement_check.h"
#include "enrollment_rules.h"
#include "rate_bound.h"

namespace anchor::registry {
namespace {

std::string serial_of(const std::vector<Bytes>& certificates) {
    if (certificates.empty()) return "none";
    const auto own = crypto::Certificate::from_der(certificates.front());
    return own ? own->serial_text() : "unreadable";
}

// A key that stays has nothing to be proven by: its next certificate is in use as soon as the device has it.
bool keeps_its_key(const DeviceRecord& device) { return device.next_key == device.device_key; }

}  // namespace

Result<Requests::Answer> Requests::rotate(DeviceRecord& device, const Json& body) {
    if (device.standing.status != StandingStatus::Active) {
        return denied("the device is " + std::string(to_string(device.standing.status)) + ": it gets no new certificate");
    }
    if (rotations_->ask(device.id.text(), clock_.steady()) != Admission::Pass) return unavailable("rotated too often: wait");
    ANCHOR_ASSIGN_OR_RETURN(const auto wish, protocol::rotate_request_from(body));
    ANCHOR_ASSIGN_OR_RETURN(const auto key, check_next_key(wish, device, settings_));
    protocol::RotateGrant grant;
    ANCHOR_ASSIGN_OR_RETURN(grant.certificates, authority_.certify(key, device.id, issuing_of(device.standing.group, settings_)));
    device.next_key = to_bytes(key.spki());
    device.next_certificates = grant.certificates;
    ANCHOR_RETURN_IF_ERROR(store_.audit(
        "issued", device.id.text(),
        "certificate " + serial_of(grant.certificates) + " for the " + (keeps_its_key(device) ? "same" : "next") + " key", clock_.wall()));
    if (keeps_its_key(device)) {
        ANCHOR_RETURN_IF_ERROR(take_over_next_key(device));
    } else {
        ANCHOR_RETURN_IF_ERROR(store_.save(device));
    }
    return Answer{protocol::to_json(grant), {}};
}

Result<void> Requests::take_over_next_key(DeviceRecord& device) {
    const std::string before = serial_of(device.certificates);
    device.device_key = std::exchange(device.next_key, {});
    device.certificates = std::exchange(device.next_certificates, {});
    ANCHOR_RETURN_IF_ERROR(store_.save(device));
    return store_.audit("rotated", device.id.text(), "certificate " + serial_of(device.certificates) + " takes the place of " + before,
                        clock_.wall());
}

}  // namespace anchor::registry
