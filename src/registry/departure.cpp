// SPDX-License-Identifier: Apache-2.0
// A device that has gone, by its owner's order. What its attestation key signs proves that the order has reached that very TPM, and when;
// that the device forgot its keys is its own word. So they are dead by ours: revoked, and with them every copy of them.
#include <anchor/crypto/hash.h>
#include <anchor/protocol/departure.h>
#include <anchor/registry/departure.h>
#include <anchor/registry/numbers.h>
#include <anchor/registry/requests.h>
#include <anchor/registry/revocations.h>
#include <anchor/tpmwire/attestation.h>

namespace anchor::registry {
namespace {

using protocol::DocumentKind;

// In words for the audit log, where it holds.
Result<std::string> check_farewell(const protocol::Farewell& farewell, const DeviceRecord& device, const Digest& order) {
    if (!farewell.attestation) return rejected("attestation: missing, and this device has a TPM");
    ANCHOR_ASSIGN_OR_RETURN(const auto ak, tpmwire::parse_public_area(device.ak_public));
    tpmwire::Expectations expectations;
    expectations.extra_data = to_bytes(order.view());
    expectations.earlier = device.earlier;
    auto said = tpmwire::verify_time(*farewell.attestation, ak, expectations);
    if (!said) return std::move(said).error().within("attestation");
    return "said by its TPM after " + std::to_string(said->circumstances.clock.clock / 1000) + " s of powered time";
}

}  // namespace

Bytes enrolment_of(const DeviceRecord& device) {
    return device.hardware_bound ? to_bytes(crypto::hash(HashAlg::Sha256, device.ak_public).view()) : Bytes();
}

Result<Requests::Answer> Requests::farewell(DeviceRecord& device, const Json& body) {
    ANCHOR_ASSIGN_OR_RETURN(const auto farewell, protocol::farewell_from(body));
    ANCHOR_ASSIGN_OR_RETURN(const auto order, store_.document(DocumentKind::Departure, device.id.text(), 0));
    // A device that holds another one than is here may give it back, and say its farewell again.
    if (!order) return stale("nobody has ordered that this device departs");
    const Digest digest = crypto::hash(HashAlg::Sha256, as_bytes(order->text));
    if (!equal(farewell.order, digest.view())) return stale("order: not the one that was given");
    std::string how = "said by the device, which has no TPM";
    if (device.hardware_bound) {
        ANCHOR_ASSIGN_OR_RETURN(how, check_farewell(farewell, device, digest));
    }
    if (device.standing.status == StandingStatus::Revoked) return Answer{};
    device.standing.status = StandingStatus::Revoked;
    device.standing.reason = "it has departed";
    device.standing.wanted.erase("departure/" + device.id.text());
    device.standing.number = number_after(device.standing.number, clock_.wall());
    ANCHOR_ASSIGN_OR_RETURN(device.standing_document, authority_.standing(device.standing, device.id));
    ANCHOR_RETURN_IF_ERROR(Revocations(settings_, store_, authority_, clock_).follow(device, crypto::CrlReason::CessationOfOperation));
    ANCHOR_RETURN_IF_ERROR(store_.save(device));
    ANCHOR_RETURN_IF_ERROR(
        store_.audit("departed", device.id.text(), "by order " + std::to_string(order->version) + ", " + how, clock_.wall()));
    return Answer{};
}

}  // namespace anchor::registry
