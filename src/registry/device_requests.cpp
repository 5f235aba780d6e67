// SPDX-License-Identifier: Apache-2.0
// What devices with a certificate may ask. Who asks is proven here; what he says is not.
#include <algorithm>

#include <anchor/crypto/random.h>
#include <anchor/registry/requests.h>

#include "judgement.h"
#include "rate_bound.h"
#include "restored.h"

namespace anchor::registry {
namespace {

namespace verb = protocol::verb;
using protocol::DocumentKind;

constexpr std::size_t kNonceSize = 32;
constexpr std::size_t kMaxReported = 1024;
constexpr std::size_t kMaxShort = 64;  // a time, a level

// What a revoked device may still learn: what it is.
bool open_to_revoked(std::string_view asked) {
    return asked == verb::kStandingGet || asked == verb::kStandingAck || asked == verb::kDocumentGet || asked == verb::kDocumentPut ||
           asked == verb::kFarewell;
}

// What would do something each time.
bool counts_once(std::string_view asked) { return asked == verb::kReport || asked == verb::kTelemetry || asked == verb::kRotate; }

bool is_for(const StoredDocument& document, const DeviceRecord& device) {
    return document.audience == protocol::audience_fleet() || document.audience == protocol::audience_group(device.standing.group) ||
           document.audience == protocol::audience_device(device.id);
}

// Of a certificate that can't be read nothing is left.
WallTime end_of(const DeviceRecord& device) {
    if (device.certificates.empty()) return {};
    const auto own = crypto::Certificate::from_der(device.certificates.front());
    return own ? own->not_after() : WallTime{};
}

}  // namespace

Result<Requests::Answer> Requests::serve(DeviceRecord& device, const protocol::Request& request) {
    if (device.standing.status == StandingStatus::Revoked && !open_to_revoked(request.verb)) {
        return denied("the device is revoked: " + device.standing.reason);
    }
    if (request.verb == verb::kNonce) return nonce(device);
    if (request.verb == verb::kEvidence) return evidence(device, request.body);
    if (request.verb == verb::kBlobPut) return blob(device, request.body);
    if (request.verb == verb::kBlobGet) return published(request.body);
    if (request.verb == verb::kStandingGet) return Answer{{{"standing", device.standing_document}}, {}};
    if (request.verb == verb::kStandingAck) return acknowledge(device, request.body);
    if (request.verb == verb::kDocumentGet) return document(device, request.body);
    if (request.verb == verb::kDocumentPut) return give_back(device, request.body);
    if (counts_once(request.verb)) return serve_once(device, request);
    if (request.verb == verb::kFarewell) return farewell(device, request.body);
    return rejected("\"" + request.verb + "\" is nothing that this registry answers");
}

// Where the same request would do something each time. A broker can keep what a device has signed and send it again when the answer is
// forgotten here, and a time in it would prove nothing: clocks of devices are wrong, and what waited in an outbox is weeks old.
Result<Requests::Answer> Requests::serve_once(DeviceRecord& device, const protocol::Request& request) {
    ANCHOR_ASSIGN_OR_RETURN(const bool known, store_.is_carried_out(device.id, request.id));
    if (known) return rejected("this request was carried out before, and counts once");
    auto answer = request.verb == verb::kReport      ? report(device, request.body)
                  : request.verb == verb::kTelemetry ? telemetry(device, request.body)
                                                     : rotate(device, request.body);
    if (!answer) return answer;
    ANCHOR_RETURN_IF_ERROR(store_.remember_carried_out(device.id, request.id));
    return answer;
}

Result<Requests::Answer> Requests::nonce(const DeviceRecord& device) {
    protocol::NonceGrant grant{crypto::random_octets(kNonceSize), settings_.nonce_lifetime, settings_.pcrs, std::nullopt};
    ANCHOR_ASSIGN_OR_RETURN(grant.ima, verifier_.ima_place(device.id, device.standing.group));
    const WallTime now = clock_.wall();
    ANCHOR_RETURN_IF_ERROR(store_.open_nonce(device.id, grant.nonce, now + grant.expires_in, now));
    return Answer{protocol::to_json(grant), {}};
}

Result<Requests::Answer> Requests::evidence(DeviceRecord& device, const Json& body) {
    if (appraisals_->ask(device.id.text(), clock_.steady()) != Admission::Pass) return unavailable("attested too often: wait");
    ANCHOR_RETURN_IF_ERROR(json_only_keys(body, {"evidence"}));
    ANCHOR_ASSIGN_OR_RETURN(const std::string text, json_string(body, "evidence"));
    ANCHOR_ASSIGN_OR_RETURN(const auto key, crypto::PublicKey::from_spki(device.device_key));
    Attester attester{device.id, device.standing.group, std::nullopt, key, device.earlier, device.standing.status, end_of(device)};
    if (device.hardware_bound) {
        ANCHOR_ASSIGN_OR_RETURN(attester.ak, tpmwire::parse_public_area(device.ak_public));
    }
    ANCHOR_ASSIGN_OR_RETURN(const auto received, verifier_.open(text, attester));
    // Used up before anything is judged: a nonce has one try, whatever comes of it.
    ANCHOR_RETURN_IF_ERROR(store_.take_nonce(device.id, received.evidence.nonce, clock_.wall()));
    ANCHOR_ASSIGN_OR_RETURN(const Appraisal appraisal, verifier_.appraise(received, attester, settings_.pcrs));

    ANCHOR_ASSIGN_OR_RETURN(const std::string result, record_judgement(device, appraisal, authority_, clock_.wall()));
    ANCHOR_RETURN_IF_ERROR(store_.save(device));
    std::string what(to_string(appraisal.decision.level));
    if (appraisal.circumstances && appraisal.circumstances->rebooted) what += ", after a reboot";
    if (appraisal.circumstances && appraisal.circumstances->firmware_changed) what += ", the TPM's firmware changed";
    ANCHOR_RETURN_IF_ERROR(store_.audit("attested", device.id.text(), what, clock_.wall()));
    return Answer{{{"result", result}}, {}};
}

Result<Requests::Answer> Requests::blob(const DeviceRecord& device, const Json& body) {
    ANCHOR_ASSIGN_OR_RETURN(const auto chunk, protocol::blob_chunk_from(body));
    ANCHOR_ASSIGN_OR_RETURN(const std::uint64_t have, store_.put_blob(device.id, chunk, clock_.wall()));
    return Answer{{{"have", have}}, {}};
}

// Whoever knows the digest of a blob may have it: the document that names it is for a whole group.
Result<Requests::Answer> Requests::published(const Json& body) {
    ANCHOR_ASSIGN_OR_RETURN(const auto place, protocol::blob_place_from(body));
    ANCHOR_ASSIGN_OR_RETURN(const auto piece, store_.list_piece(place.name, place.offset, protocol::kMaxPiece));
    if (piece && !piece->empty()) return Answer{protocol::blob_octets_json(*piece), {}};
    if (shelf_ == nullptr) return rejected("no blobs are published here");
    ANCHOR_ASSIGN_OR_RETURN(const auto blob, shelf_->find(place.name));
    if (blob == nullptr) return rejected("there is no such blob");
    const std::uint64_t size = std::min<std::uint64_t>(place.name.size - place.offset, protocol::kMaxPiece);
    return Answer{protocol::blob_octets_json(blob->octets().subspan(place.offset, size)), {}};
}

Result<Requests::Answer> Requests::acknowledge(DeviceRecord& device, const Json& body) {
    ANCHOR_RETURN_IF_ERROR(json_only_keys(body, {"number"}));
    ANCHOR_ASSIGN_OR_RETURN(const std::uint64_t number, json_unsigned(body, "number"));
    if (number > device.standing.number) return rejected("standing " + std::to_string(number) + " was never given");
    if (number > device.acknowledged) {
        device.acknowledged = number;
        ANCHOR_RETURN_IF_ERROR(store_.save(device));
        ANCHOR_RETURN_IF_ERROR(store_.audit("acknowledged", device.id.text(), "standing " + std::to_string(number), clock_.wall()));
    }
    return Answer{};
}

Result<Requests::Answer> Requests::report(const DeviceRecord& device, const Json& body) {
    ANCHOR_RETURN_IF_ERROR(json_only_keys(body, {"at", "from", "to", "because"}));
    std::string what;
    for (const auto* key : {"at", "from", "to", "because"}) {
        ANCHOR_ASSIGN_OR_RETURN(const std::string text, json_string(body, key));
        const std::size_t most = key == std::string_view("because") ? kMaxReported : kMaxShort;
        if (text.size() > most) return rejected("\"" + std::string(key) + "\" is longer than " + std::to_string(most) + " octets");
        what += (what.empty() ? "" : ", ") + std::string(key) + " " + text;
    }
    if (reports_->ask(device.id.text(), clock_.steady()) != Admission::Pass) return unavailable("reported too often: wait");
    // The device's own word, and kept as that: for who has to find out later what happened while it was away.
    ANCHOR_RETURN_IF_ERROR(store_.audit("reported", device.id.text(), what, clock_.wall()));
    return Answer{};
}

// The device's own word as well, and for people alone: nothing here judges by it.
Result<Requests::Answer> Requests::telemetry(const DeviceRecord& device, const Json& body) {
    ANCHOR_RETURN_IF_ERROR(protocol::telemetry_from(body, clock_.steady()));
    if (telemetry_->ask(device.id.text(), clock_.steady()) != Admission::Pass) return unavailable("telemetry too often: wait");
    ANCHOR_RETURN_IF_ERROR(store_.keep_telemetry(device.id, canonical_json(body), clock_.wall()));
    return Answer{};
}

Result<Requests::Answer> Requests::document(const DeviceRecord& device, const Json& body) {
    ANCHOR_RETURN_IF_ERROR(json_only_keys(body, {"kind", "name", "version"}));
    ANCHOR_ASSIGN_OR_RETURN(const std::string kind_name, json_string(body, "kind"));
    ANCHOR_ASSIGN_OR_RETURN(const std::string name, json_string(body, "name"));
    ANCHOR_ASSIGN_OR_RETURN(const std::uint64_t version, json_unsigned(body, "version"));
    const auto kind = protocol::document_kind_from(kind_name);
    if (!kind) return rejected("document of unknown kind \"" + kind_name.substr(0, 40) + "\"");
    ANCHOR_ASSIGN_OR_RETURN(const auto document, store_.document(*kind, name, version));
    // One that is for others does not exist for this device.
    if (!document || !is_for(*document, device)) return rejected("there is no such document");
    return Answer{{{"document", document->text}}, {}};
}

Result<Requests::Answer> Requests::give_back(DeviceRecord& device, const Json& body) {
    ANCHOR_RETURN_IF_ERROR(json_only_keys(body, {"document"}));
    ANCHOR_ASSIGN_OR_RETURN(const std::string text, json_string(body, "document"));
    ANCHOR_RETURN_IF_ERROR(take_back(settings_, store_, authority_, clock_, device, text));
    return Answer{};
}

}  // namespace anchor::registry
