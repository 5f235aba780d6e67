// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/boot_variable.h>

#include <gtest/gtest.h>

#include <anchor/measure/event_log_details.h>

#include "boot_vectors.h"
#include "event_log_builder.h"

namespace anchor::measure {
namespace {

// EFI_CERT_SHA256_GUID.
const Bytes kSha256Type{0x26, 0x16, 0xc4, 0xc1, 0x4c, 0x50, 0x92, 0x40, 0xac, 0xa9, 0x41, 0xf9, 0x36, 0x93, 0x43, 0x28};

Bytes list(std::uint32_t list_size, std::uint32_t header_size, std::uint32_t signature_size, std::size_t octets) {
    Bytes data = kSha256Type;
    LogBuilder::put(data, list_size, 4);
    LogBuilder::put(data, header_size, 4);
    LogBuilder::put(data, signature_size, 4);
    append(data, Bytes(octets, 0x11));
    return data;
}

TEST(SignatureLists, HoldEntriesWithTheirOwners) {
    Bytes data = list(28 + 96, 0, 48, 96);
    append(data, list(28 + 4 + 48, 4, 48, 52));
    const SignatureLists read = read_signature_lists(data, 0);

    ASSERT_FALSE(read.problem) << read.problem->what;
    ASSERT_EQ(read.lists.size(), 2U);
    EXPECT_EQ(read.lists[0].kind, SignatureKind::Sha256);
    EXPECT_EQ(read.lists[0].entries.size(), 2U);
    EXPECT_EQ(read.lists[0].entries[1].data.size(), 32U);
    EXPECT_EQ(read.lists[1].entries.size(), 1U);
}

TEST(SignatureLists, MayBeNone) {
    EXPECT_TRUE(read_signature_lists({}, 0).lists.empty());
    EXPECT_FALSE(read_signature_lists({}, 0).problem);
}

TEST(SignatureLists, KeepWhatStandsBeforeABrokenOne) {
    const std::vector<Bytes> broken{list(27, 0, 48, 48),      list(28 + 48, 0, 15, 48),          list(28 + 48, 0, 0, 48),
                                    list(28 + 48, 0, 47, 48), list(28 + 48, 0xFFFFFFFF, 48, 48), list(28 + 480, 0, 48, 48)};
    for (const Bytes& bad : broken) {
        Bytes data = list(28 + 48, 0, 48, 48);
        append(data, bad);
        const SignatureLists read = read_signature_lists(data, 1000);

        EXPECT_EQ(read.lists.size(), 1U);
        ASSERT_TRUE(read.problem);
        EXPECT_TRUE(read.problem->what.starts_with("offset 1")) << read.problem->what;
    }
}

TEST(SignatureLists, OfARealBootHoldCertificates) {
    const Bytes octets = octets_of(own_vector("debian12-ovmf-secureboot.eventlog.bin"));
    const EventLog log = parse_event_log(octets);
    const auto details = event_details(log, log.events()[7]);
    ASSERT_TRUE(details);
    const auto& variable = std::get<VariableEvent>(*details);
    const SignatureLists read = read_signature_lists(variable.data, variable.data_offset);

    EXPECT_EQ(variable.name, "db");
    ASSERT_EQ(read.lists.size(), 1U);
    EXPECT_EQ(read.lists[0].kind, SignatureKind::X509);
    EXPECT_NE(certificate_subject(read.lists[0].entries[0].data).find("O="), std::string::npos);
}

TEST(LoadOption, HasDescriptionAndPath) {
    Bytes data;
    LogBuilder::put(data, 1, 4);
    LogBuilder::put(data, 6, 2);
    append(data, LogBuilder::wide("Linux"));
    append(data, Bytes{0, 0, 3, 5, 6, 0, 1, 0, 9, 9});
    const auto option = read_load_option(data, 0);

    ASSERT_TRUE(option) << option.error().what;
    EXPECT_TRUE(option->active());
    EXPECT_EQ(option->description, "Linux");
    EXPECT_EQ(option->device_path.size(), 6U);
    EXPECT_EQ(option->path_and_data.size(), 8U);
}

TEST(LoadOption, IsRefusedWhereItEndsTooEarly) {
    Bytes data;
    LogBuilder::put(data, 1, 4);
    LogBuilder::put(data, 6, 2);
    append(data, LogBuilder::wide("Linux"));
    EXPECT_EQ(read_load_option(data, 50).error().what, "offset 66: load option description needs 2 octets, 0 are left");
    append(data, Bytes{0, 0, 1});
    EXPECT_EQ(read_load_option(data, 50).error().what, "offset 68: load option path needs 6 octets, 1 are left");
}

TEST(BootOrder, IsAListOfNumbers) {
    EXPECT_EQ(read_boot_order(Bytes{1, 0, 0, 0x10}, 0).value(), (std::vector<std::uint16_t>{1, 0x1000}));
    EXPECT_FALSE(read_boot_order(Bytes{1, 0, 0}, 0));
}

TEST(LoadOptionName, IsBootAndFourDigits) {
    EXPECT_TRUE(is_load_option_name("Boot00aF"));
    for (const auto name : {"BootOrder", "Boot000", "Boot000G", "Book0000", "Boot00000"}) EXPECT_FALSE(is_load_option_name(name)) << name;
}

}  // namespace
}  // namespace anchor::measure
