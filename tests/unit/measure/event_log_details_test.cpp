// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/event_log_details.h>

#include <gtest/gtest.h>

#include "event_log_builder.h"

namespace anchor::measure {
namespace {

/// The details of an old-form event 0, whose content begins at offset 32.
struct Read {
    Read(EventType type, ByteView content, unsigned pcr = 0) : built(LogBuilder::old_form().sha1(pcr, type, content)) {
        const EventLog log = parse_event_log(built.octets());
        details = event_details(log, log.events().front());
    }
    template <class T>
    const T& as() const {
        return std::get<T>(*details);
    }
    [[nodiscard]] std::string problem() const { return details ? "none" : details.error().what; }

    LogBuilder built;
    Result<EventDetails> details = EventDetails{};
};

TEST(EventDetails, OfAVariableNameTheFieldThatDoesNotFit) {
    Bytes content = LogBuilder::variable(kGlobalGuid, "db", Bytes{1, 2, 3});
    EXPECT_EQ(Read(EventType::EfiVariableDriverConfig, content).as<VariableEvent>().data.size(), 3U);

    EXPECT_EQ(Read(EventType::EfiVariableDriverConfig, ByteView(content).first(20)).problem(),
              "event 0: offset 48: length of the variable's name needs 8 octets, 4 are left");
    content[24] = 4;
    EXPECT_EQ(Read(EventType::EfiVariableDriverConfig, content).problem(),
              "event 0: offset 68: data of variable db needs 4 octets, 3 are left");
    std::fill_n(content.begin() + 16, 8, std::uint8_t{0xFF});
    EXPECT_EQ(Read(EventType::EfiVariableDriverConfig, content).problem(),
              "event 0: offset 48: length of the variable's name is 18446744073709551615 units, 7 octets are left");
}

TEST(EventDetails, OfFirmwareBlobsInBothForms) {
    Bytes blob;
    LogBuilder::put(blob, 0x1000, 8);
    LogBuilder::put(blob, 0x20, 8);
    Bytes named{2, 'F', 'V'};
    append(named, blob);

    EXPECT_EQ(Read(EventType::EfiPlatformFirmwareBlob, blob).as<FirmwareBlobEvent>().base, 0x1000U);
    EXPECT_EQ(Read(EventType::EfiPlatformFirmwareBlob2, named).as<FirmwareBlobEvent>().length, 0x20U);
    EXPECT_EQ(Read(EventType::PostCode, blob).as<FirmwareBlobEvent>().length, 0x20U);
    EXPECT_EQ(Read(EventType::PostCode, as_bytes("ACPI DATA")).as<TextEvent>().text, "ACPI DATA");
    EXPECT_EQ(Read(EventType::EfiPlatformFirmwareBlob2, Bytes{9, 'F'}).problem(),
              "event 0: offset 33: blob description needs 9 octets, 1 are left");
}

TEST(EventDetails, OfAPartitionTableCountItsPartitions) {
    Bytes gpt(84, 0);
    LogBuilder::put(gpt, 128, 4);
    LogBuilder::put(gpt, 0, 4);
    LogBuilder::put(gpt, 2, 8);
    append(gpt, Bytes(255, 0));

    EXPECT_EQ(Read(EventType::EfiGptEvent, gpt).problem(), "event 0: offset 124: number of partitions is 2, 255 octets are left");
    gpt.push_back(0);
    EXPECT_EQ(Read(EventType::EfiGptEvent, gpt).as<GptEvent>().partitions.size(), 2U);
}

TEST(EventDetails, OfVersionsInEveryEncoding) {
    EXPECT_EQ(Read(EventType::ScrtmVersion, as_bytes("1.2")).as<TextEvent>().text, "1.2");
    EXPECT_EQ(Read(EventType::ScrtmVersion, LogBuilder::wide("1.2")).as<TextEvent>().text, "1.2");
    EXPECT_EQ(Read(EventType::ScrtmVersion, kGlobalGuid).as<TextEvent>().text, kGlobalVariableGuid);
    EXPECT_EQ(Read(EventType::ScrtmVersion, Bytes{0, 0}).as<TextEvent>().text, "0000");
}

TEST(EventDetails, OfLoadersTellWhatTheyMeasured) {
    EXPECT_EQ(Read(EventType::Ipl, as_bytes("grub_cmd: boot"), 8).as<IplEvent>().kind, IplKind::LoaderCommand);
    EXPECT_EQ(Read(EventType::Ipl, as_bytes("/vmlinuz"), 9).as<IplEvent>().kind, IplKind::File);
    EXPECT_EQ(Read(EventType::Ipl, LogBuilder::wide(".linux"), 11).as<IplEvent>().kind, IplKind::KernelSection);
    EXPECT_EQ(Read(EventType::Ipl, LogBuilder::wide("quiet"), 12).as<IplEvent>().text, "quiet");
    EXPECT_EQ(Read(EventType::Ipl, as_bytes("MokList"), 14).as<IplEvent>().kind, IplKind::ShimList);
    EXPECT_EQ(Read(EventType::Ipl, Bytes{0xFF, 1}, 9).as<IplEvent>().kind, IplKind::Opaque);
    Bytes tagged;
    LogBuilder::put(tagged, TaggedEvent::kLinuxInitrd, 4);
    LogBuilder::put(tagged, 1, 4);
    EXPECT_EQ(Read(EventType::EventTag, tagged, 9).problem(), "event 0: offset 40: tagged data needs 1 octets, 0 are left");
    tagged.push_back('x');
    EXPECT_EQ(Read(EventType::EventTag, tagged, 9).as<TaggedEvent>().meaning, "Linux initrd");
}

}  // namespace
}  // namespace anchor::measure
