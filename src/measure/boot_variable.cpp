// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/boot_variable.h>

#include <algorithm>

#include "boot_text.h"

namespace anchor::measure {
namespace {

constexpr std::size_t kListHeader = 28;  // GUID, three sizes
constexpr std::size_t kOwnerSize = 16;

SignatureKind kind_of(const Guid& type) {
    static const Guid sha256 = guid_from("c1c41626-504c-4092-aca9-41f936934328");
    static const Guid x509 = guid_from("a5c059a1-94e4-4aa7-87b5-ab155c2bf072");
    static const Guid x509_sha256 = guid_from("3bd2a492-96c0-4079-b420-fcf98ef103ed");
    static const Guid rsa2048 = guid_from("3c5766e8-269c-4e34-aa14-ed776e85b3b6");
    if (type == sha256) return SignatureKind::Sha256;
    if (type == x509) return SignatureKind::X509;
    if (type == x509_sha256) return SignatureKind::X509Sha256;
    if (type == rsa2048) return SignatureKind::Rsa2048;
    return SignatureKind::Other;
}

Result<SignatureEntry> read_entry(ByteReader& reader, std::size_t size) {
    SignatureEntry entry;
    ANCHOR_ASSIGN_OR_RETURN(entry.owner, read_guid(reader, "signature owner"));
    ANCHOR_ASSIGN_OR_RETURN(entry.data, reader.take(size - kOwnerSize, "signature data"));
    return entry;
}

Result<SignatureList> read_list(ByteReader& reader) {
    SignatureList list;
    const std::uint64_t offset = reader.offset();
    ANCHOR_ASSIGN_OR_RETURN(list.type, read_guid(reader, "signature type"));
    list.kind = kind_of(list.type);
    ANCHOR_ASSIGN_OR_RETURN(list.list_size, reader.u32_le("signature list size"));
    ANCHOR_ASSIGN_OR_RETURN(list.header_size, reader.u32_le("signature header size"));
    ANCHOR_ASSIGN_OR_RETURN(list.signature_size, reader.u32_le("signature size"));
    const std::uint64_t entries_size = std::uint64_t{list.list_size} - kListHeader - list.header_size;
    const bool fits = list.list_size >= kListHeader && list.header_size <= list.list_size - kListHeader &&
                      list.signature_size >= kOwnerSize && entries_size % list.signature_size == 0;
    if (!fits) {
        return rejected("offset " + std::to_string(offset + kOwnerSize) + ": signature list of " + std::to_string(list.list_size) +
                        " octets with a header of " + std::to_string(list.header_size) + " and signatures of " +
                        std::to_string(list.signature_size));
    }
    ANCHOR_RETURN_IF_ERROR(reader.take(list.header_size, "signature header"));
    ANCHOR_ASSIGN_OR_RETURN(const ByteView octets, reader.take(entries_size, "signatures"));
    ByteReader entries(octets, reader.offset() - entries_size);
    while (!entries.at_end()) {
        ANCHOR_ASSIGN_OR_RETURN(const SignatureEntry entry, read_entry(entries, list.signature_size));
        list.entries.push_back(entry);
    }
    return list;
}

}  // namespace

SignatureLists read_signature_lists(ByteView data, std::uint64_t origin) {
    SignatureLists result;
    ByteReader reader(data, origin);
    while (!reader.at_end()) {
        auto list = read_list(reader);
        if (!list) {
            result.problem = std::move(list).error();
            break;
        }
        result.lists.push_back(std::move(list).value());
    }
    return result;
}

Result<SignatureEntry> read_signature_entry(ByteView data, std::uint64_t origin) {
    ByteReader reader(data, origin);
    return read_entry(reader, std::max(data.size(), kOwnerSize));
}

Result<std::vector<std::uint16_t>> read_boot_order(ByteView data, std::uint64_t origin) {
    ByteReader reader(data, origin);
    std::vector<std::uint16_t> order;
    while (!reader.at_end()) {
        ANCHOR_ASSIGN_OR_RETURN(const std::uint16_t number, reader.u16_le("boot order"));
        order.push_back(number);
    }
    return order;
}

Result<LoadOption> read_load_option(ByteView data, std::uint64_t origin) {
    ByteReader reader(data, origin);
    LoadOption option;
    ANCHOR_ASSIGN_OR_RETURN(option.attributes, reader.u32_le("load option attributes"));
    ANCHOR_ASSIGN_OR_RETURN(option.path_length, reader.u16_le("length of the load option's path"));
    const std::size_t begin = data.size() - reader.remaining();
    for (std::uint16_t unit = 1; unit != 0;) {
        ANCHOR_ASSIGN_OR_RETURN(unit, reader.u16_le("load option description"));
    }
    option.description = utf8_until_nul(data.subspan(begin));
    option.path_offset = reader.offset();
    option.path_and_data = data.last(reader.remaining());
    ANCHOR_ASSIGN_OR_RETURN(option.device_path, reader.take(option.path_length, "load option path"));
    return option;
}

bool is_load_option_name(std::string_view name) noexcept {
    const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); };
    return name.size() == 8 && name.starts_with("Boot") && std::ranges::all_of(name.substr(4), is_digit);
}

}  // namespace anchor::measure
