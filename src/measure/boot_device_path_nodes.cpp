// SPDX-License-Identifier: Apache-2.0
#include "boot_device_path_nodes.h"

#include <algorithm>
#include <array>

#include <anchor/base/encoding.h>
#include <anchor/measure/boot_guid.h>

#include "boot_device_path_fields.h"
#include "boot_text.h"

namespace anchor::measure {
namespace {

Text hardware(std::uint8_t subtype, ByteReader& data) {
    switch (subtype) {
        case 1: {  // stored as function, device; written the other way round
            ANCHOR_ASSIGN_OR_RETURN(const std::uint8_t function, data.u8("PCI function"));
            ANCHOR_ASSIGN_OR_RETURN(const std::uint8_t device, data.u8("PCI device"));
            return "Pci(" + hex_number(device) + "," + hex_number(function) + ")";
        }
        case 2: return Fields(data, "PcCard").hex8().done();
        case 3: return Fields(data, "MemoryMapped").hex32().hex64().hex64().done();
        case 4: return Fields(data, "VenHw").guid().rest().done();
        case 5: return Fields(data, "Ctrl").hex32().done();
        case 6: return Fields(data, "BMC").hex8().hex64().done();
        default: return std::string();
    }
}

Text acpi_node(ByteReader& data) {
    constexpr std::uint32_t pnp = 0x41D0;  // "PNP" as compressed EISA id
    struct Known {
        std::uint32_t id;
        std::string_view name;
    };
    constexpr std::array<Known, 6> known{{{0x0A03, "PciRoot"},
                                          {0x0A08, "PcieRoot"},
                                          {0x0604, "Floppy"},
                                          {0x0301, "Keyboard"},
                                          {0x0501, "Serial"},
                                          {0x0401, "ParallelPort"}}};
    ANCHOR_ASSIGN_OR_RETURN(const std::uint32_t hid, data.u32_le("ACPI hardware id"));
    ANCHOR_ASSIGN_OR_RETURN(const std::uint32_t uid, data.u32_le("ACPI unique id"));
    if ((hid & 0xFFFFU) != pnp) return "Acpi(" + hex_number(hid) + "," + hex_number(uid) + ")";
    const std::uint32_t id = hid >> 16U;
    const auto* found = std::ranges::find(known, id, &Known::id);
    if (found != known.end()) return std::string(found->name) + "(" + hex_number(uid) + ")";
    const std::array<std::uint8_t, 2> digits{static_cast<std::uint8_t>(id >> 8U), static_cast<std::uint8_t>(id)};
    return "Acpi(PNP" + to_hex(digits) + "," + hex_number(uid) + ")";
}

Text acpi(std::uint8_t subtype, ByteReader& data) {
    if (subtype == 1) return acpi_node(data);
    if (subtype != 3) return std::string();
    Fields fields(data, "AcpiAdr");
    fields.hex32();
    while (data.remaining() >= 4) fields.hex32();
    return fields.done();
}

Text hard_drive(ByteReader& data) {
    ANCHOR_ASSIGN_OR_RETURN(const std::uint32_t partition, data.u32_le("partition number"));
    ANCHOR_ASSIGN_OR_RETURN(const std::uint64_t start, data.u64_le("partition start"));
    ANCHOR_ASSIGN_OR_RETURN(const std::uint64_t size, data.u64_le("partition size"));
    ANCHOR_ASSIGN_OR_RETURN(const ByteView octets, data.take(16, "partition signature"));
    ByteReader signature(octets);
    ANCHOR_RETURN_IF_ERROR(data.u8("partition format"));
    ANCHOR_ASSIGN_OR_RETURN(const std::uint8_t kind, data.u8("kind of partition signature"));
    std::string text = "HD(" + std::to_string(partition) + ",";
    if (kind == 2) {
        ANCHOR_ASSIGN_OR_RETURN(const Guid guid, read_guid(signature, "partition GUID"));
        text += "GPT," + to_text(guid);
    } else if (kind == 1) {
        ANCHOR_ASSIGN_OR_RETURN(const std::uint32_t serial, signature.u32_le("disk serial"));
        text += "MBR," + hex_number(serial);
    } else {
        text += std::to_string(kind) + "," + to_hex(octets);
    }
    return text + "," + hex_number(start) + "," + hex_number(size) + ")";
}

Text media(std::uint8_t subtype, ByteReader& data) {
    switch (subtype) {
        case 1: return hard_drive(data);
        case 2: return Fields(data, "CDROM").hex32().hex64().hex64().done();
        case 3: return Fields(data, "VenMedia").guid().rest().done();
        case 4: return utf8_until_nul(data.rest());
        case 5: return Fields(data, "Media").guid().done();
        case 6: return Fields(data, "FvFile").guid().done();
        case 7: return Fields(data, "Fv").guid().done();
        case 8: return Fields(data, "Offset").skip(4).hex64().hex64().done();
        case 9: return Fields(data, "RamDisk").hex64().hex64().guid().dec16().done();
        default: return std::string();
    }
}

Text bios_boot(ByteReader& data) {
    constexpr std::array<std::string_view, 7> names{"", "Floppy", "HD", "CDROM", "PCMCIA", "USB", "Network"};
    ANCHOR_ASSIGN_OR_RETURN(const std::uint16_t kind, data.u16_le("BBS device type"));
    ANCHOR_ASSIGN_OR_RETURN(const std::uint16_t flags, data.u16_le("BBS status"));
    const std::string name = kind > 0 && kind < names.size() ? std::string(names[kind]) : hex_number(kind);
    const ByteView description = data.rest();
    const auto end = std::ranges::find(description, std::uint8_t{0});
    return "BBS(" + name + "," + utf8_without_nul({description.begin(), end}) + "," + hex_number(flags) + ")";
}

}  // namespace

Result<std::string> known_node_text(std::uint8_t type, std::uint8_t subtype, ByteReader& data) {
    switch (type) {
        case 1: return hardware(subtype, data);
        case 2: return acpi(subtype, data);
        case 3: return messaging_node_text(subtype, data);
        case 4: return media(subtype, data);
        case 5: return subtype == 1 ? bios_boot(data) : Text(std::string());
        default: return std::string();
    }
}

}  // namespace anchor::measure
