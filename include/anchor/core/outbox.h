// SPDX-License-Identifier: Apache-2.0
#pragma once

// Outbox: what has to reach the registry and may have to wait for it, through outages and power cuts. Bounded: when it is full the
// oldest telemetry is dropped, and a report never is for telemetry.

#include <cstdint>
#include <optional>

#include <anchor/base/bytes.h>
#include <anchor/base/result.h>

namespace anchor {

enum class OutboxKind : std::uint8_t {
    Telemetry,  ///< the newest is worth the most
    Report,     ///< what happened: may not get lost while there is room
};

struct OutboxEntry {
    std::uint64_t number = 0;
    OutboxKind kind = OutboxKind::Telemetry;
    Bytes octets;
};

class Outbox {
public:
    virtual ~Outbox() = default;

    /// Survives power loss from here on. Unavailable: the disk is in the way, or there is no room but by losing reports.
    [[nodiscard]] virtual Result<void> push(OutboxKind kind, ByteView octets) = 0;
    /// The oldest report, or where there is none the oldest telemetry: what happened does not wait behind a thousand measurements.
    /// Nothing where the box is empty. An entry that cannot be read is passed over from then on, and told as Corrupt,
    /// once. Unavailable: the disk is in the way.
    [[nodiscard]] virtual Result<std::optional<OutboxEntry>> front() = 0;
    /// The entry has arrived, and is not given again in this run, whatever the disk says. One that is no longer there is no error.
    [[nodiscard]] virtual Result<void> pop(std::uint64_t number) = 0;
};

}  // namespace anchor
