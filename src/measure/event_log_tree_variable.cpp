// SPDX-License-Identifier: Apache-2.0

// "VariableData" of version 2. A data that is not what its name demands is shown in hexadecimal, as all others are.

#include <anchor/base/encoding.h>
#include <anchor/measure/boot_variable.h>
#include <anchor/measure/event_log_details.h>

#include "boot_text.h"
#include "event_log_tree.h"

namespace anchor::measure {
namespace {

Tree octets_tree(ByteView octets) { return Tree::text(to_hex(octets), TextForm::DoubleQuoted); }

Tree entry_tree(const SignatureEntry& entry) {
    TreeMap map;
    map.emplace_back("SignatureOwner", Tree::plain(to_text(entry.owner)));
    map.emplace_back("SignatureData", Tree::plain(to_hex(entry.data)));
    return {std::move(map)};
}

Tree list_tree(const SignatureList& list) {
    TreeList keys;
    for (const SignatureEntry& entry : list.entries) keys.push_back(entry_tree(entry));
    TreeMap map;
    map.emplace_back("SignatureType", Tree::plain(to_text(list.type)));
    map.emplace_back("SignatureListSize", Tree::number(list.list_size));
    map.emplace_back("SignatureHeaderSize", Tree::number(list.header_size));
    map.emplace_back("SignatureSize", Tree::number(list.signature_size));
    map.emplace_back("Keys", Tree{std::move(keys)});
    return {std::move(map)};
}

Tree lists_tree(const VariableEvent& variable) {
    const SignatureLists read = read_signature_lists(variable.data, variable.data_offset);
    TreeList lists;
    for (const SignatureList& list : read.lists) lists.push_back(list_tree(list));
    return {std::move(lists)};
}

Tree switch_tree(const VariableEvent& variable) {
    if (variable.data.size() > 1) return octets_tree(variable.data);
    const bool enabled = !variable.data.empty() && variable.data[0] != 0;
    return {TreeMap{{"Enabled", Tree::text(enabled ? "Yes" : "No", TextForm::SingleQuoted)}}};
}

Tree entry_alone(const VariableEvent& variable) {
    const auto entry = read_signature_entry(variable.data, variable.data_offset);
    if (!entry) return octets_tree(variable.data);
    return {TreeList{entry_tree(*entry)}};
}

Tree boot_order_tree(const VariableEvent& variable) {
    const auto order = read_boot_order(variable.data, variable.data_offset);
    if (!order) return octets_tree(variable.data);
    TreeList list;
    for (const std::uint16_t number : *order) {
        const std::string digits = hex_number(0x10000U + number).substr(3);
        list.push_back(Tree::plain("Boot" + digits));
    }
    return {std::move(list)};
}

Tree load_option_tree(const VariableEvent& variable, const EventLogStyle& style) {
    const auto option = read_load_option(variable.data, variable.data_offset);
    if (!option) return octets_tree(variable.data);
    TreeMap map;
    map.emplace_back("Enabled", Tree::text(option->active() ? "Yes" : "No", TextForm::SingleQuoted));
    map.emplace_back("FilePathListLength", Tree::number(option->path_length));
    map.emplace_back("Description", Tree::text(option->description, TextForm::DoubleQuoted));
    map.emplace_back("DevicePath", device_path_tree(option->device_path, option->path_and_data, option->path_offset, style));
    return {std::move(map)};
}

Tree authority_tree(const VariableEvent& variable) {
    if (variable.name == "MokListTrusted") return switch_tree(variable);
    if (variable.name == "db" || variable.name == "Shim") return entry_alone(variable);
    if (variable.name != "SbatLevel") return octets_tree(variable.data);
    return {TreeMap{{"String", Tree::text(utf8_from_octets(variable.data), TextForm::Lines)}}};
}

}  // namespace

Tree variable_data_tree(EventType type, const VariableEvent& variable, const EventLogStyle& style) {
    const std::string& name = variable.name;
    switch (type) {
        case EventType::EfiVariableDriverConfig:
            if (name == "SecureBoot") return switch_tree(variable);
            if (name == "PK" || name == "KEK" || name == "db" || name == "dbx") return lists_tree(variable);
            break;
        case EventType::EfiVariableAuthority: return authority_tree(variable);
        case EventType::EfiVariableBoot:
        case EventType::EfiVariableBoot2:
            if (name == "BootOrder") return boot_order_tree(variable);
            if (is_load_option_name(name)) return load_option_tree(variable, style);
            break;
        default: break;
    }
    return octets_tree(variable.data);
}

}  // namespace anchor::measure
