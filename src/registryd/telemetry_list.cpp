// SPDX-License-Identifier: Apache-2.0
#include "telemetry_list.h"

#include <iomanip>
#include <iostream>

#include <nlohmann/json.hpp>

#include <anchor/base/plain_text.h>
#include <anchor/protocol/bodies.h>

namespace anchor::registryd {
namespace {

constexpr std::size_t kAll = 10'000;
constexpr int kTimeWidth = 26;  // of a time with milliseconds, and a gap
constexpr int kNameWidth = 24;

// Read at time 0: what was observed before is below it.
constexpr SteadyTime kThen{};

// Other characters than ASCII are escaped: exact for a script, and no value of an application steers a terminal.
void print_for_scripts(const registry::TelemetryEntry& entry, Json body) {
    body["came"] = to_rfc3339(entry.came);
    std::cout << body.dump(-1, ' ', true) << "\n";
}

void print_for_people(const registry::TelemetryEntry& entry, const protocol::Telemetry& telemetry) {
    for (const auto& [name, claim] : telemetry.claims) {
        std::cout << std::left << std::setw(kTimeWidth) << to_rfc3339(telemetry.at) << std::setw(kTimeWidth) << to_rfc3339(entry.came)
                  << std::setw(kNameWidth) << plain_text(name) << "  " << plain_text(to_text(claim.value)) << "  ("
                  << to_text(kThen - claim.observed) << " old, " << plain_text(claim.source) << ")\n";
    }
    if (telemetry.left_out != 0) std::cout << to_rfc3339(telemetry.at) << "  and " << telemetry.left_out << " more that did not fit\n";
}

Result<void> print(const registry::TelemetryEntry& entry, bool json) {
    ANCHOR_ASSIGN_OR_RETURN(Json body, parse_json(entry.body));
    ANCHOR_ASSIGN_OR_RETURN(const auto telemetry, protocol::telemetry_from(body, kThen));
    if (json)
        print_for_scripts(entry, std::move(body));
    else
        print_for_people(entry, telemetry);
    return {};
}

}  // namespace

Result<void> list_telemetry(RegistryFiles& files, const TelemetryWish& wish) {
    ANCHOR_ASSIGN_OR_RETURN(const DeviceId id, DeviceId::parse(wish.device));
    ANCHOR_ASSIGN_OR_RETURN(const auto device, files.store().device(id));
    if (!device) return denied("there is no device " + wish.device);
    ANCHOR_ASSIGN_OR_RETURN(const auto entries, files.store().telemetry(id, wish.newest == 0 ? kAll : wish.newest));
    if (!wish.json && entries.empty()) std::cout << "Nothing has come.\n";
    if (!wish.json && !entries.empty()) {
        std::cout << "The device's own word, not verified:\n"
                  << std::left << std::setw(kTimeWidth) << "at (its clock)" << std::setw(kTimeWidth) << "came" << std::setw(kNameWidth)
                  << "claim"
                  << "  value\n";
    }
    for (const auto& entry : entries) ANCHOR_RETURN_IF_ERROR(print(entry, wish.json));
    return {};
}

}  // namespace anchor::registryd
