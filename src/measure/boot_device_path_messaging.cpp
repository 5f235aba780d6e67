// SPDX-License-Identifier: Apache-2.0

// Messaging nodes, UEFI 2.10 §10.3.4: how a device is reached.

#include "boot_device_path_fields.h"
#include "boot_device_path_nodes.h"

namespace anchor::measure {
namespace {

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

}  // namespace

Text messaging_node_text(std::uint8_t subtype, ByteReader& data) {
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

}  // namespace anchor::measure
