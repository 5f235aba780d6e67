// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/event_log_details.h>

#include <algorithm>

#include <anchor/base/encoding.h>
#include <anchor/measure/event_log_content.h>

#include "boot_text.h"
#include "event_log_ipl.h"

namespace anchor::measure {
namespace {

constexpr std::size_t kSignatureSize = 16;

Result<EventDetails> read_no_action(const BootEvent& event) {
    const ByteView signature = event.content.first(std::min(event.content.size(), kSignatureSize));
    const std::string text = utf8_without_nul(signature);
    if (text != "StartupLocality") return NoActionEvent{text};
    ByteReader reader(event.content, event.content_offset);
    ANCHOR_RETURN_IF_ERROR(reader.take(kSignatureSize, "signature"));
    ANCHOR_ASSIGN_OR_RETURN(const std::uint8_t locality, reader.u8("startup locality"));
    return StartupLocalityEvent{locality};
}

Result<EventDetails> read_variable(const BootEvent& event) {
    ByteReader reader(event.content, event.content_offset);
    VariableEvent variable;
    ANCHOR_ASSIGN_OR_RETURN(variable.vendor, read_guid(reader, "variable GUID"));
    ANCHOR_ASSIGN_OR_RETURN(variable.name_length, reader.u64_le("length of the variable's name"));
    ANCHOR_ASSIGN_OR_RETURN(variable.data_length, reader.u64_le("length of the variable's data"));
    if (variable.name_length > reader.remaining() / 2) {
        return rejected("offset " + std::to_string(event.content_offset + 16) + ": length of the variable's name is " +
                        std::to_string(variable.name_length) + " units, " + std::to_string(reader.remaining()) + " octets are left");
    }
    ANCHOR_ASSIGN_OR_RETURN(const ByteView name, reader.take(2 * variable.name_length, "variable name"));
    variable.name = utf8_until_nul(name);
    variable.data_offset = reader.offset();
    if (variable.data_length > reader.remaining()) {
        return rejected("offset " + std::to_string(reader.offset()) + ": data of variable " + variable.name + " needs " +
                        std::to_string(variable.data_length) + " octets, " + std::to_string(reader.remaining()) + " are left");
    }
    ANCHOR_ASSIGN_OR_RETURN(variable.data, reader.take(variable.data_length, "variable data"));
    return variable;
}

Result<EventDetails> read_image_load(const BootEvent& event) {
    ByteReader reader(event.content, event.content_offset);
    ImageLoadEvent image;
    ANCHOR_ASSIGN_OR_RETURN(image.location, reader.u64_le("image location"));
    ANCHOR_ASSIGN_OR_RETURN(image.length, reader.u64_le("image length"));
    ANCHOR_ASSIGN_OR_RETURN(image.link_time_address, reader.u64_le("link time address"));
    ANCHOR_ASSIGN_OR_RETURN(image.device_path_length, reader.u64_le("length of the device path"));
    image.device_path_offset = reader.offset();
    image.rest = reader.rest();
    image.device_path = image.rest.first(std::min<std::uint64_t>(image.rest.size(), image.device_path_length));
    return image;
}

Result<GptEvent::Partition> read_partition(ByteReader& reader, std::size_t entry_size) {
    constexpr std::size_t known = 128;
    GptEvent::Partition partition;
    ANCHOR_ASSIGN_OR_RETURN(partition.type, read_guid(reader, "partition type"));
    ANCHOR_ASSIGN_OR_RETURN(partition.id, read_guid(reader, "partition GUID"));
    ANCHOR_ASSIGN_OR_RETURN(partition.first_lba, reader.u64_le("first block of the partition"));
    ANCHOR_ASSIGN_OR_RETURN(partition.last_lba, reader.u64_le("last block of the partition"));
    ANCHOR_ASSIGN_OR_RETURN(partition.attributes, reader.u64_le("partition attributes"));
    ANCHOR_ASSIGN_OR_RETURN(const ByteView name, reader.take(72, "partition name"));
    partition.name = utf8_until_nul(name);
    ANCHOR_RETURN_IF_ERROR(reader.take(entry_size - known, "partition entry"));
    return partition;
}

Result<EventDetails> read_gpt(const BootEvent& event) {
    ByteReader reader(event.content, event.content_offset);
    GptEvent gpt;
    ANCHOR_ASSIGN_OR_RETURN(gpt.signature, reader.take(8, "GPT signature"));
    ANCHOR_ASSIGN_OR_RETURN(gpt.revision, reader.u32_le("GPT revision"));
    ANCHOR_ASSIGN_OR_RETURN(gpt.header_size, reader.u32_le("GPT header size"));
    ANCHOR_ASSIGN_OR_RETURN(gpt.header_crc32, reader.u32_le("GPT header CRC"));
    ANCHOR_RETURN_IF_ERROR(reader.u32_le("GPT reserved field"));
    ANCHOR_ASSIGN_OR_RETURN(gpt.my_lba, reader.u64_le("GPT block"));
    ANCHOR_ASSIGN_OR_RETURN(gpt.alternate_lba, reader.u64_le("GPT alternate block"));
    ANCHOR_ASSIGN_OR_RETURN(gpt.first_usable_lba, reader.u64_le("GPT first usable block"));
    ANCHOR_ASSIGN_OR_RETURN(gpt.last_usable_lba, reader.u64_le("GPT last usable block"));
    ANCHOR_ASSIGN_OR_RETURN(gpt.disk, read_guid(reader, "disk GUID"));
    ANCHOR_ASSIGN_OR_RETURN(gpt.entry_lba, reader.u64_le("GPT entry block"));
    ANCHOR_ASSIGN_OR_RETURN(gpt.entry_count, reader.u32_le("number of GPT entries"));
    ANCHOR_ASSIGN_OR_RETURN(gpt.entry_size, reader.u32_le("size of a GPT entry"));
    ANCHOR_ASSIGN_OR_RETURN(gpt.entry_array_crc32, reader.u32_le("CRC of the GPT entries"));
    ANCHOR_ASSIGN_OR_RETURN(gpt.partition_count, reader.u64_le("number of partitions"));
    const std::size_t entry_size = std::max<std::size_t>(gpt.entry_size, 128);
    if (gpt.partition_count > reader.remaining() / entry_size) {
        return rejected("offset " + std::to_string(reader.offset() - 8) + ": number of partitions is " +
                        std::to_string(gpt.partition_count) + ", " + std::to_string(reader.remaining()) + " octets are left");
    }
    for (std::uint64_t i = 0; i < gpt.partition_count; ++i) {
        ANCHOR_ASSIGN_OR_RETURN(GptEvent::Partition partition, read_partition(reader, entry_size));
        gpt.partitions.push_back(std::move(partition));
    }
    return gpt;
}

Result<EventDetails> read_blob(const BootEvent& event, bool second_form) {
    ByteReader reader(event.content, event.content_offset);
    FirmwareBlobEvent blob;
    if (second_form) {
        ANCHOR_ASSIGN_OR_RETURN(const std::uint8_t size, reader.u8("size of the blob's description"));
        ANCHOR_ASSIGN_OR_RETURN(blob.description, reader.take(size, "blob description"));
    }
    ANCHOR_ASSIGN_OR_RETURN(blob.base, reader.u64_le("blob base"));
    ANCHOR_ASSIGN_OR_RETURN(blob.length, reader.u64_le("blob length"));
    return blob;
}

std::string meaning_of(std::uint32_t tag) {
    switch (tag) {
        case TaggedEvent::kLinuxInitrd: return "Linux initrd";
        case TaggedEvent::kLinuxLoadOptions: return "Linux load options";
        case 0xF5BC582A: return "systemd-boot configuration";
        case 0x6C46F751: return "systemd-stub device tree";
        case TaggedEvent::kSystemdInitrd: return "systemd-stub initrd";
        case 0xDAC08E1A: return "systemd-stub microcode";
        case 0x13AED6DB: return "systemd-stub profile";
        default: return {};
    }
}

Result<EventDetails> read_tagged(const BootEvent& event) {
    ByteReader reader(event.content, event.content_offset);
    TaggedEvent tagged;
    ANCHOR_ASSIGN_OR_RETURN(tagged.tag, reader.u32_le("event tag"));
    ANCHOR_ASSIGN_OR_RETURN(const std::uint32_t size, reader.u32_le("size of the tagged data"));
    ANCHOR_ASSIGN_OR_RETURN(tagged.data, reader.take(size, "tagged data"));
    tagged.meaning = meaning_of(tagged.tag);
    return tagged;
}

// Vendors write UTF-16, ASCII, a GUID, or something of their own.
Result<EventDetails> read_version(const BootEvent& event) {
    if (looks_like_utf16(event.content)) return TextEvent{utf8_until_nul(event.content)};
    if (is_printable(event.content)) return TextEvent{utf8_without_nul(event.content)};
    ByteReader reader(event.content, event.content_offset);
    if (event.content.size() != 16) return TextEvent{to_hex(event.content)};
    ANCHOR_ASSIGN_OR_RETURN(const Guid guid, read_guid(reader, "version"));
    return TextEvent{to_text(guid)};
}

Result<EventDetails> read_details(const EventLog& log, const BootEvent& event) {
    constexpr std::size_t blob_size = 16;
    if (event.content.empty()) return OpaqueEvent{};
    switch (event.type) {
        case EventType::NoAction: return read_no_action(event);
        case EventType::Separator: return SeparatorEvent{is_error_separator(log, event)};
        case EventType::ScrtmVersion: return read_version(event);
        case EventType::ScrtmContents:
        case EventType::PostCode:
            if (event.content.size() == blob_size) return read_blob(event, false);
            return TextEvent{utf8_without_nul(event.content)};
        case EventType::Action:
        case EventType::EfiAction:
        case EventType::OmitBootDeviceEvents:
        case EventType::EfiHcrtmEvent: return TextEvent{utf8_without_nul(event.content)};
        case EventType::EfiVariableDriverConfig:
        case EventType::EfiVariableBoot:
        case EventType::EfiVariableBoot2:
        case EventType::EfiVariableAuthority: return read_variable(event);
        case EventType::EfiBootServicesApplication:
        case EventType::EfiBootServicesDriver:
        case EventType::EfiRuntimeServicesDriver: return read_image_load(event);
        case EventType::EfiGptEvent:
        case EventType::EfiGptEvent2: return read_gpt(event);
        case EventType::EfiPlatformFirmwareBlob: return read_blob(event, false);
        case EventType::PostCode2:
        case EventType::EfiPlatformFirmwareBlob2: return read_blob(event, true);
        case EventType::Ipl: return read_ipl(event);
        case EventType::EventTag: return read_tagged(event);
        default: return OpaqueEvent{};
    }
}

}  // namespace

Result<EventDetails> event_details(const EventLog& log, const BootEvent& event) {
    auto details = read_details(log, event);
    if (!details) return std::move(details).error().within("event " + std::to_string(event.number));
    return details;
}

}  // namespace anchor::measure
