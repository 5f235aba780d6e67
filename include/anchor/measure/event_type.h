// SPDX-License-Identifier: Apache-2.0
#pragma once

// The types of events in a measured boot log, by number and name: PFP 1.06 §10.4.1, table 27.

#include <cstdint>
#include <string_view>

namespace anchor::measure {

/// Any other number is possible too: firmware invents its own.
enum class EventType : std::uint32_t {
    PrebootCert = 0x00,
    PostCode = 0x01,
    Unused = 0x02,
    NoAction = 0x03,
    Separator = 0x04,
    Action = 0x05,
    EventTag = 0x06,
    ScrtmContents = 0x07,
    ScrtmVersion = 0x08,
    CpuMicrocode = 0x09,
    PlatformConfigFlags = 0x0A,
    TableOfDevices = 0x0B,
    CompactHash = 0x0C,
    Ipl = 0x0D,
    IplPartitionData = 0x0E,
    NonhostCode = 0x0F,
    NonhostConfig = 0x10,
    NonhostInfo = 0x11,
    OmitBootDeviceEvents = 0x12,
    PostCode2 = 0x13,
    EfiVariableDriverConfig = 0x80000001,
    EfiVariableBoot = 0x80000002,
    EfiBootServicesApplication = 0x80000003,
    EfiBootServicesDriver = 0x80000004,
    EfiRuntimeServicesDriver = 0x80000005,
    EfiGptEvent = 0x80000006,
    EfiAction = 0x80000007,
    EfiPlatformFirmwareBlob = 0x80000008,
    EfiHandoffTables = 0x80000009,
    EfiPlatformFirmwareBlob2 = 0x8000000A,
    EfiHandoffTables2 = 0x8000000B,
    EfiVariableBoot2 = 0x8000000C,
    EfiGptEvent2 = 0x8000000D,
    EfiHcrtmEvent = 0x80000010,
    EfiVariableAuthority = 0x800000E0,
    EfiSpdmFirmwareBlob = 0x800000E1,
    EfiSpdmFirmwareConfig = 0x800000E2,
    EfiSpdmDevicePolicy = 0x800000E3,
    EfiSpdmDeviceAuthority = 0x800000E4,
};

/// "EV_SEPARATOR"; empty for a number without a name.
[[nodiscard]] std::string_view event_type_name(EventType type) noexcept;

}  // namespace anchor::measure
