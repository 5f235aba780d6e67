// SPDX-License-Identifier: Apache-2.0
#pragma once

// The events of one register beside those that were expected.

#include <anchor/measure/reference_boot.h>

namespace anchor::measure {

/// What differs; `found` are the register's extended events in their order.
[[nodiscard]] std::vector<BootDifference> compare_events(const EventLog& log, unsigned pcr, std::span<const ReferenceEvent> expected,
                                                         std::span<const BootEvent* const> found);

}  // namespace anchor::measure
