// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/boot_device_path.h>

#include <gtest/gtest.h>

#include <anchor/base/encoding.h>

namespace anchor::measure {
namespace {

std::string text_of(std::string_view hex) {
    const Bytes path = from_hex(hex).value();
    const auto text = device_path_text(path, 100);
    return text ? *text : text.error().what;
}

struct Case {
    const char* name;
    const char* path;
    const char* text;
};

class DevicePath : public testing::TestWithParam<Case> {};

TEST_P(DevicePath, IsWrittenAsUefiDoes) { EXPECT_EQ(text_of(GetParam().path), GetParam().text); }

// Layouts of UEFI 2.10 §10.3, texts of §10.6.1.6.
INSTANTIATE_TEST_SUITE_P(
    Nodes, DevicePath,
    testing::Values(Case{"Nothing", "", ""}, Case{"End", "7fff0400", ""}, Case{"Pci", "01010600031d7fff0400", "Pci(0x1d,0x3)"},
                    Case{"PciRootAndSata", "02010c00d041030a0000000001010600011403120a000200ffff0000",
                         "PciRoot(0x0)/Pci(0x14,0x1)/Sata(0x2,0xffff,0x0)"},
                    Case{"OtherPnp", "02010c00d041ef0c01000000", "Acpi(PNP0cef,0x1)"},
                    Case{"OtherAcpi", "02010c001234567801000000", "Acpi(0x78563412,0x1)"}, Case{"Usb", "030506000b00", "USB(0xb,0x0)"},
                    Case{"Nvme", "03171000010000000025388291b04bfd", "NVMe(0x1,fd-4b-b0-91-82-38-25-00)"},
                    Case{"HardDrive", "04012a00010000000008000000000000000010000000000003bb234daf1f1145bfce9bf24745107b0202",
                         "HD(1,GPT,4d23bb03-1faf-4511-bfce-9bf24745107b,0x800,0x100000)"},
                    Case{"MbrHardDrive", "04012a000200000000080000000000000000100000000000efbeadde0000000000000000000000000101",
                         "HD(2,MBR,0xdeadbeef,0x800,0x100000)"},
                    Case{"File", "04040e005c004500460049000000", "\\EFI"},
                    Case{"FirmwareFile", "04071400c9bdb87cebf8344faaea3ee4af6516a10406140021aa2c4614760345836e8ab6f46623317fff0400",
                         "Fv(7cb8bdc9-f8eb-4f34-aaea-3ee4af6516a1)/FvFile(462caa21-7614-4503-836e-8ab6f4662331)"},
                    Case{"Mac",
                         "030b2500525400123456"
                         "0000000000000000000000000000000000000000000000000000"
                         "01",
                         "MAC(525400123456,0x1)"},
                    Case{"Ipv4", "030c1b000a0000020a0000010000000006000000000000ffffff00", "IPv4(10.0.0.1,TCP,DHCP,10.0.0.2)"},
                    Case{"Uri", "03180c00687474703a2f2f78", "Uri(http://x)"}, Case{"Vlan", "031406000700", "Vlan(7)"},
                    Case{"Vendor", "0104160000112233445566778899aabbccddeeffbeef", "VenHw(33221100-5544-7766-8899-aabbccddeeff,beef)"},
                    Case{"Offset", "0408180000000000005c010000000000ff7f040000000000", "Offset(0x15c00,0x47fff)"},
                    Case{"Bios", "05010d00020080004d54464400", "BBS(HD,MTFD,0x80)"}, Case{"Unknown", "0333060012ab", "Path(3,51,12ab)"},
                    Case{"TwoInstances",
                         "030506000100"
                         "7f010400"
                         "030506000200"
                         "7fff0400",
                         "USB(0x1,0x0),USB(0x2,0x0)"},
                    Case{"ShorterThanItsHeader", "01010300", "offset 100: device path node of 3 octets"},
                    Case{"LongerThanThePath", "0101ff00", "offset 104: device path node needs 251 octets, 0 are left"},
                    Case{"ShorterThanItsType", "0101050003", "offset 105: PCI device needs 1 octets, 0 are left"}),
    [](const auto& suite) { return suite.param.name; });

}  // namespace
}  // namespace anchor::measure
