// SPDX-License-Identifier: Apache-2.0
#include "rotate.h"

#include <iostream>

#include <anchor/registry/numbers.h>

namespace anchor::registryd {
namespace {

using registry::DeviceRecord;

constexpr std::chrono::minutes kShortest{1};
constexpr std::chrono::days kLongest{366};

Result<Milliseconds> window_of(const RotationOrder& order) {
    const auto within = parse_duration(order.within);
    if (!within || *within < kShortest || *within > kLongest) return rejected("--within: expected a duration from 1m to 366d, as 7d");
    return *within;
}

Result<std::vector<DeviceRecord>> chosen(RegistryFiles& files, const RotationOrder& order) {
    if (!order.all) return choose_for_act(files, order.who, order.yes);
    if (!order.who.is_empty()) return rejected("--all says that everyone is meant: name nobody beside it");
    Selection everyone;
    everyone.standing = to_string(StandingStatus::Active);
    return choose_for_act(files, everyone, order.yes);
}

}  // namespace

Result<void> order_rotation(RegistryFiles& files, const RotationOrder& order) {
    ANCHOR_ASSIGN_OR_RETURN(const Milliseconds within, window_of(order));
    ANCHOR_ASSIGN_OR_RETURN(registry::Authority * authority, files.authority());
    const WallTime now = std::chrono::floor<Seconds>(files.clock().wall());
    const WallTime by = std::chrono::floor<Seconds>(now + within);
    registry::Store& store = files.store();
    return store.atomically([&]() -> Result<void> {
        ANCHOR_ASSIGN_OR_RETURN(auto devices, chosen(files, order));
        for (DeviceRecord& device : devices) {
            if (device.standing.status != StandingStatus::Active) {
                std::cout << device.id.text() << "  is " << to_string(device.standing.status) << "\n";
                continue;
            }
            device.standing.rotate_by = by;
            device.standing.number = registry::number_after(device.standing.number, now);
            ANCHOR_ASSIGN_OR_RETURN(device.standing_document, authority->standing(device.standing, device.id));
            ANCHOR_RETURN_IF_ERROR(store.save(device));
            ANCHOR_RETURN_IF_ERROR(store.audit("rotation ordered", device.id.text(), "by " + to_rfc3339(by), now));
            std::cout << device.id.text() << "  by " << to_rfc3339(by) << "\n";
        }
        return {};
    });
}

}  // namespace anchor::registryd
