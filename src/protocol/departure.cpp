// SPDX-License-Identifier: Apache-2.0
#include <anchor/protocol/departure.h>

#include <anchor/base/encoding.h>

#include "key_set.h"
#include "shapes.h"

namespace anchor::protocol {
namespace {

constexpr std::size_t kMaxReason = 1024;

}  // namespace

Json to_json(const Destination& destination) {
    return {{"tenant", destination.tenant}, {"anchors", destination.anchors}, {"authority", keys_to_json(destination.authority)}};
}

Result<Destination> destination_from(const Json& json) {
    ANCHOR_RETURN_IF_ERROR(json_only_keys(json, {"tenant", "anchors", "authority"}));
    Destination destination;
    ANCHOR_ASSIGN_OR_RETURN(destination.tenant, json_string(json, "tenant"));
    ANCHOR_ASSIGN_OR_RETURN(destination.anchors, json_string(json, "anchors"));
    ANCHOR_ASSIGN_OR_RETURN(destination.authority, keys_from(json, "authority"));
    return destination;
}

Json to_json(const Departure& departure) {
    Json body = {{"enrolment", to_base64url(departure.enrolment)}, {"reason", departure.reason}};
    if (departure.to) body["to"] = to_json(*departure.to);
    return body;
}

Result<Departure> departure_from(const Json& body) {
    ANCHOR_RETURN_IF_ERROR(json_only_keys(body, {"enrolment", "reason", "to"}));
    Departure departure;
    ANCHOR_ASSIGN_OR_RETURN(departure.enrolment, json_octets(body, "enrolment"));
    ANCHOR_ASSIGN_OR_RETURN(departure.reason, json_string(body, "reason"));
    if (departure.reason.size() > kMaxReason) return rejected("\"reason\" is longer than " + std::to_string(kMaxReason) + " octets");
    if (!body.contains("to")) return departure;
    ANCHOR_ASSIGN_OR_RETURN(const Json* to, object_of(body, "to"));
    ANCHOR_ASSIGN_OR_RETURN(departure.to, destination_from(*to));
    return departure;
}

Json to_json(const Farewell& farewell) {
    Json body = {{"order", to_base64url(farewell.order)}};
    if (farewell.attestation) body["attestation"] = attestation_json(*farewell.attestation);
    return body;
}

Result<Farewell> farewell_from(const Json& body) {
    ANCHOR_RETURN_IF_ERROR(json_only_keys(body, {"order", "attestation"}));
    Farewell farewell;
    ANCHOR_ASSIGN_OR_RETURN(farewell.order, json_octets(body, "order"));
    if (!body.contains("attestation")) return farewell;
    ANCHOR_ASSIGN_OR_RETURN(farewell.attestation, attestation_from(body["attestation"]));
    return farewell;
}

}  // namespace anchor::protocol
