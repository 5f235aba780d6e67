// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/event_type.h>

namespace anchor::measure {

std::string_view event_type_name(EventType type) noexcept {
    switch (type) {
        case EventType::PrebootCert: return "EV_PREBOOT_CERT";
        case EventType::PostCode: return "EV_POST_CODE";
        case EventType::Unused: return "EV_UNUSED";
        case EventType::NoAction: return "EV_NO_ACTION";
        case EventType::Separator: return "EV_SEPARATOR";
        case EventType::Action: return "EV_ACTION";
        case EventType::EventTag: return "EV_EVENT_TAG";
        case EventType::ScrtmContents: return "EV_S_CRTM_CONTENTS";
        case EventType::ScrtmVersion: return "EV_S_CRTM_VERSION";
        case EventType::CpuMicrocode: return "EV_CPU_MICROCODE";
        case EventType::PlatformConfigFlags: return "EV_PLATFORM_CONFIG_FLAGS";
        case EventType::TableOfDevices: return "EV_TABLE_OF_DEVICES";
        case EventType::CompactHash: return "EV_COMPACT_HASH";
        case EventType::Ipl: return "EV_IPL";
        case EventType::IplPartitionData: return "EV_IPL_PARTITION_DATA";
        case EventType::NonhostCode: return "EV_NONHOST_CODE";
        case EventType::NonhostConfig: return "EV_NONHOST_CONFIG";
        case EventType::NonhostInfo: return "EV_NONHOST_INFO";
        case EventType::OmitBootDeviceEvents: return "EV_OMIT_BOOT_DEVICE_EVENTS";
        case EventType::PostCode2: return "EV_POST_CODE2";
        case EventType::EfiVariableDriverConfig: return "EV_EFI_VARIABLE_DRIVER_CONFIG";
        case EventType::EfiVariableBoot: return "EV_EFI_VARIABLE_BOOT";
        case EventType::EfiBootServicesApplication: return "EV_EFI_BOOT_SERVICES_APPLICATION";
        case EventType::EfiBootServicesDriver: return "EV_EFI_BOOT_SERVICES_DRIVER";
        case EventType::EfiRuntimeServicesDriver: return "EV_EFI_RUNTIME_SERVICES_DRIVER";
        case EventType::EfiGptEvent: return "EV_EFI_GPT_EVENT";
        case EventType::EfiAction: return "EV_EFI_ACTION";
        case EventType::EfiPlatformFirmwareBlob: return "EV_EFI_PLATFORM_FIRMWARE_BLOB";
        case EventType::EfiHandoffTables: return "EV_EFI_HANDOFF_TABLES";
        case EventType::EfiPlatformFirmwareBlob2: return "EV_EFI_PLATFORM_FIRMWARE_BLOB2";
        case EventType::EfiHandoffTables2: return "EV_EFI_HANDOFF_TABLES2";
        case EventType::EfiVariableBoot2: return "EV_EFI_VARIABLE_BOOT2";
        case EventType::EfiGptEvent2: return "EV_EFI_GPT_EVENT2";
        case EventType::EfiHcrtmEvent: return "EV_EFI_HCRTM_EVENT";
        case EventType::EfiVariableAuthority: return "EV_EFI_VARIABLE_AUTHORITY";
        case EventType::EfiSpdmFirmwareBlob: return "EV_EFI_SPDM_FIRMWARE_BLOB";
        case EventType::EfiSpdmFirmwareConfig: return "EV_EFI_SPDM_FIRMWARE_CONFIG";
        case EventType::EfiSpdmDevicePolicy: return "EV_EFI_SPDM_DEVICE_POLICY";
        case EventType::EfiSpdmDeviceAuthority: return "EV_EFI_SPDM_DEVICE_AUTHORITY";
    }
    return {};
}

}  // namespace anchor::measure
