// SPDX-License-Identifier: Apache-2.0
#include "boot_device_path_nodes.h"

#include <algorithm>
#include <array>
#include <optional>

#include <anchor/base/encoding.h>
#include <anchor/measure/boot_guid.h>

#include "boot_text.h"

namespace anchor::measure {
namespace {

using Text = Result<std::string>;

/// Fields separated by commas: what most nodes are.
class Fields {
public:
    explicit Fields(ByteReader& data, std::string name) : data_(data), text_(std::move(name)) { text_ += '('; }

    Fields& hex8() { return number(data_.u8("device path field"), true); }
    Fields& hex16() { return number(data_.u16_le("device path field"), true); }
    Fields& hex32() { return number(data_.u32_le("device path field"), true); }
    Fields& hex64() { return number(data_.u64_le("device path field"), true); }
    Fields& dec16() { return number(data_.u16_le("device path field"), false); }
    Fields& guid() {
        const auto value = read_guid(data_, "device path GUID");
        return value ? add(to_text(*value)) : fail(value.error());
    }
    Fields& octets(std::size_t size) {
        const auto value = data_.take(size, "device path field");
        return value ? add(to_hex(*value)) : fail(value.error());
    }
    /// What is left, in hexadecimal; no field where nothing is.
    Fields& rest() {
        const ByteView left = data_.rest();
        return left.empty() ? *this : add(to_hex(left));
    }
    Fields& skip(std::size_t size) {
        const auto value = data_.take(size, "device path field");
        return value ? *this : fail(value.error());
    }
    Fields& add(const std::string& field) {
        if (text_.back() != '(') text_ += ',';
        text_ += field;
        return *this;
    }
    [[nodiscard]] Text done() {
        if (problem_) return *problem_;
        return text_ + ")";
    }

private:
    template <class T>
    Fields& number(const Result<T>& value, bool hexadecimal) {
        if (!value) return fail(value.error());
        return add(hexadecimal ? hex_number(*value) : std::to_string(*value));
    }
    Fields& fail(const Error& error) {
        if (!problem_) problem_ = error;
        return *this;
    }

    ByteReader& data_;
    std::string text_;
    std::optional<Error> problem_;
};

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

std::string address_text(ByteView octets, bool six) {
    std::string text;
    for (std::size_t i = 0; i < octets.size(); ++i) {
        if (six) {
            if (i > 0 && i % 2 == 0) text += ':';
            text += to_hex(octets.subspan(i, 1));
        } else {
            text += (i == 0 ? "" : ".") + std::to_string(octets[i]);
        }
    }
    return text;
}

// Local and remote address, ports, protocol, origin: the remote one and the protocol are what tells paths apart.
Text ip(ByteReader& data, bool six) {
    const std::size_t size = six ? 16 : 4;
    ANCHOR_ASSIGN_OR_RETURN(const ByteView local, data.take(size, "local address"));
    ANCHOR_ASSIGN_OR_RETURN(const ByteView remote, data.take(size, "remote address"));
    ANCHOR_RETURN_IF_ERROR(data.take(4, "ports"));
    ANCHOR_ASSIGN_OR_RETURN(const std::uint16_t protocol, data.u16_le("protocol"));
    ANCHOR_ASSIGN_OR_RETURN(const std::uint8_t origin, data.u8("address origin"));
    const std::string protocol_text = protocol == 6 ? "TCP" : protocol == 17 ? "UDP" : hex_number(protocol);
    const std::string origin_text = !six          ? (origin == 0 ? "DHCP" : "Static")
                                    : origin == 0 ? "Static"
                                    : origin == 1 ? "StatelessAutoConfigure"
                                                  : "StatefulAutoConfigure";
    return std::string(six ? "IPv6(" : "IPv4(") + address_text(remote, six) + "," + protocol_text + "," + origin_text + "," +
           address_text(local, six) + ")";
}

Text ata(ByteReader& data) {
    ANCHOR_ASSIGN_OR_RETURN(const std::uint8_t secondary, data.u8("ATA controller"));
    ANCHOR_ASSIGN_OR_RETURN(const std::uint8_t slave, data.u8("ATA drive"));
    ANCHOR_ASSIGN_OR_RETURN(const std::uint16_t lun, data.u16_le("ATA unit"));
    return std::string("Ata(") + (secondary == 0 ? "Primary" : "Secondary") + "," + (slave == 0 ? "Master" : "Slave") + "," +
           hex_number(lun) + ")";
}

// 32 octets whatever the kind of interface; Ethernet (0 and 1) uses six of them.
Text mac(ByteReader& data) {
    ANCHOR_ASSIGN_OR_RETURN(const ByteView address, data.take(32, "MAC address"));
    ANCHOR_ASSIGN_OR_RETURN(const std::uint8_t kind, data.u8("kind of interface"));
    return "MAC(" + to_hex(kind <= 1 ? address.first(6) : address) + "," + hex_number(kind) + ")";
}

// The EUI-64 is written from its last octet to its first.
Text nvme(ByteReader& data) {
    ANCHOR_ASSIGN_OR_RETURN(const std::uint32_t name_space, data.u32_le("NVMe namespace"));
    ANCHOR_ASSIGN_OR_RETURN(const ByteView eui, data.take(8, "NVMe EUI-64"));
    std::string text = "NVMe(" + hex_number(name_space) + ",";
    for (std::size_t i = eui.size(); i-- > 0;) text += to_hex(eui.subspan(i, 1)) + (i == 0 ? ")" : "-");
    return text;
}

Text usb_wwid(ByteReader& data) {
    ANCHOR_ASSIGN_OR_RETURN(const std::uint16_t interface, data.u16_le("USB interface"));
    ANCHOR_ASSIGN_OR_RETURN(const std::uint16_t vendor, data.u16_le("USB vendor"));
    ANCHOR_ASSIGN_OR_RETURN(const std::uint16_t product, data.u16_le("USB product"));
    return "UsbWwid(" + hex_number(vendor) + "," + hex_number(product) + "," + hex_number(interface) + "," + utf8_until_nul(data.rest()) +
           ")";
}

Text messaging(std::uint8_t subtype, ByteReader& data) {
    switch (subtype) {
        case 1: return ata(data);
        case 2: return Fields(data, "Scsi").hex16().hex16().done();
        case 3: return Fields(data, "Fibre").skip(4).hex64().hex64().done();
        case 4: return Fields(data, "I1394").skip(4).hex64().done();
        case 5: return Fields(data, "USB").hex8().hex8().done();
        case 6: return Fields(data, "I2O").hex32().done();
        case 10: return Fields(data, "VenMsg").guid().rest().done();
        case 11: return mac(data);
        case 12: return ip(data, false);
        case 13: return ip(data, true);
        case 15: return Fields(data, "UsbClass").hex16().hex16().hex8().hex8().hex8().done();
        case 16: return usb_wwid(data);
        case 17: return Fields(data, "Unit").hex8().done();
        case 18: return Fields(data, "Sata").hex16().hex16().hex16().done();
        case 20: return Fields(data, "Vlan").dec16().done();
        case 23: return nvme(data);
        case 24: return "Uri(" + utf8_without_nul(data.rest()) + ")";
        case 25: return Fields(data, "UFS").hex8().hex8().done();
        case 26: return Fields(data, "SD").hex8().done();
        case 27: return Fields(data, "Bluetooth").octets(6).done();
        case 28: return "Wi-Fi(" + utf8_without_nul(data.rest()) + ")";
        case 29: return Fields(data, "eMMC").hex8().done();
        case 30: return Fields(data, "BluetoothLE").octets(6).hex8().done();
        default: return std::string();
    }
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
        case 3: return messaging(subtype, data);
        case 4: return media(subtype, data);
        case 5: return subtype == 1 ? bios_boot(data) : Text(std::string());
        default: return std::string();
    }
}

}  // namespace anchor::measure
