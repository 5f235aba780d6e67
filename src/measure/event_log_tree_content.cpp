// SPDX-License-Identifier: Apache-2.0

// The value of "Event" in the keys of tpm2_eventlog. A content that is not what its type demands is shown in hexadecimal.

#include <anchor/base/encoding.h>
#include <anchor/measure/boot_device_path.h>
#include <anchor/measure/event_log_details.h>

#include "boot_text.h"
#include "event_log_tree.h"

namespace anchor::measure {
namespace {

Tree octets_tree(ByteView octets) { return Tree::text(to_hex(octets), TextForm::DoubleQuoted); }
Tree block(ByteView octets) { return Tree::text(utf8_from_octets(octets), TextForm::Block); }

Tree variable_tree(EventType type, const VariableEvent& variable, const EventLogStyle& style) {
    TreeMap map;
    map.emplace_back("VariableName", Tree::plain(to_text(variable.vendor)));
    map.emplace_back("UnicodeNameLength", Tree::number(variable.name_length));
    map.emplace_back("VariableDataLength", Tree::number(variable.data_length));
    map.emplace_back("UnicodeName", Tree::plain(variable.name));
    Tree data = style.version >= 2 ? variable_data_tree(type, variable, style) : octets_tree(variable.data);
    const auto* text = std::get_if<TreeText>(&data.node);
    if (text == nullptr || !text->text.empty()) map.emplace_back("VariableData", std::move(data));
    return {std::move(map)};
}

Tree image_tree(const ImageLoadEvent& image, const EventLogStyle& style) {
    TreeMap map;
    map.emplace_back("ImageLocationInMemory", Tree::hex(image.location));
    map.emplace_back("ImageLengthInMemory", Tree::number(image.length));
    map.emplace_back("ImageLinkTimeAddress", Tree::hex(image.link_time_address));
    map.emplace_back("LengthOfDevicePath", Tree::number(image.device_path_length));
    map.emplace_back("DevicePath", device_path_tree(image.device_path, image.rest, image.device_path_offset, style));
    return {std::move(map)};
}

Tree blob_tree(const FirmwareBlobEvent& blob) {
    TreeMap map;
    if (blob.description) {
        map.emplace_back("BlobDescriptionSize", Tree::number(blob.description->size()));
        map.emplace_back("BlobDescription", octets_tree(*blob.description));
    }
    map.emplace_back("BlobBase", Tree::hex(blob.base));
    map.emplace_back("BlobLength", Tree::hex(blob.length));
    return {std::move(map)};
}

Tree gpt_header(const GptEvent& gpt) {
    TreeMap map;
    map.emplace_back("Signature", Tree::text(utf8_without_nul(gpt.signature), TextForm::DoubleQuoted));
    map.emplace_back("Revision", Tree::hex(gpt.revision));
    map.emplace_back("HeaderSize", Tree::number(gpt.header_size));
    map.emplace_back("HeaderCRC32", Tree::hex(gpt.header_crc32));
    map.emplace_back("MyLBA", Tree::hex(gpt.my_lba));
    map.emplace_back("AlternateLBA", Tree::hex(gpt.alternate_lba));
    map.emplace_back("FirstUsableLBA", Tree::hex(gpt.first_usable_lba));
    map.emplace_back("LastUsableLBA", Tree::hex(gpt.last_usable_lba));
    map.emplace_back("DiskGUID", Tree::plain(to_text(gpt.disk)));
    map.emplace_back("PartitionEntryLBA", Tree::hex(gpt.entry_lba));
    map.emplace_back("NumberOfPartitionEntry", Tree::number(gpt.entry_count));
    map.emplace_back("SizeOfPartitionEntry", Tree::number(gpt.entry_size));
    map.emplace_back("PartitionEntryArrayCRC32", Tree::hex(gpt.entry_array_crc32));
    return {std::move(map)};
}

Tree gpt_tree(const GptEvent& gpt) {
    TreeList partitions;
    for (const GptEvent::Partition& partition : gpt.partitions) {
        TreeMap map;
        map.emplace_back("PartitionTypeGUID", Tree::plain(to_text(partition.type)));
        map.emplace_back("UniquePartitionGUID", Tree::plain(to_text(partition.id)));
        map.emplace_back("StartingLBA", Tree::hex(partition.first_lba));
        map.emplace_back("EndingLBA", Tree::hex(partition.last_lba));
        map.emplace_back("Attributes", Tree::hex(partition.attributes));
        map.emplace_back("PartitionName", Tree::text(partition.name, TextForm::DoubleQuoted));
        partitions.push_back({std::move(map)});
    }
    TreeMap map;
    map.emplace_back("Header", gpt_header(gpt));
    map.emplace_back("NumberOfPartitions", Tree::number(gpt.partition_count));
    map.emplace_back("Partitions", Tree{std::move(partitions)});
    return {std::move(map)};
}

// tpm2_eventlog knows no more than these as texts: the rest it prints in hexadecimal.
bool is_text(const BootEvent& event) {
    return event.type == EventType::EfiAction || event.type == EventType::EfiHcrtmEvent || event.type == EventType::PostCode;
}

struct ContentTree {
    const BootEvent& event;
    const EventLogStyle& style;

    Tree operator()(const VariableEvent& variable) const { return variable_tree(event.type, variable, style); }
    Tree operator()(const ImageLoadEvent& image) const { return image_tree(image, style); }
    Tree operator()(const FirmwareBlobEvent& blob) const { return blob_tree(blob); }
    Tree operator()(const GptEvent& gpt) const { return style.version >= 2 ? gpt_tree(gpt) : octets_tree(event.content); }
    Tree operator()(const IplEvent&) const { return {TreeMap{{"String", Tree::text(utf8_from_octets(event.content), TextForm::Lines)}}}; }
    Tree operator()(const StartupLocalityEvent& startup) const {
        if (style.version < 2) return octets_tree(event.content);
        return {TreeMap{{"StartupLocality", Tree::number(startup.locality)}}};
    }
    Tree operator()(const TextEvent&) const { return is_text(event) ? block(event.content) : octets_tree(event.content); }
    Tree operator()(const auto&) const { return octets_tree(event.content); }
};

}  // namespace

Tree device_path_tree(ByteView path, ByteView rest, std::uint64_t origin, const EventLogStyle& style) {
    if (style.device_paths_as_text) {
        if (auto text = device_path_text(path, origin); text && !text->empty()) {
            return Tree::text(std::move(text).value(), TextForm::SingleQuoted);
        }
    }
    return Tree::text(to_hex(rest), TextForm::SingleQuoted);
}

Tree content_tree(const EventLog& log, const BootEvent& event, const EventLogStyle& style) {
    const auto details = event_details(log, event);
    if (!details) return octets_tree(event.content);
    return std::visit(ContentTree{event, style}, *details);
}

}  // namespace anchor::measure
