// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/ima_reader.h>

#include <gmock/gmock.h>

#include "ima_list.h"

namespace anchor::measure {
namespace {

using testing::HasSubstr;

constexpr ImaListFormat kBinary{};
constexpr ImaListFormat kAscii{.encoding = ImaEncoding::Ascii};

std::string refusal(ByteView list, ImaListFormat format = kBinary) {
    const auto read = read_list(list, format, [](const ImaEntry&) {});
    return read ? "" : read.error().what;
}

TEST(ImaReader, ReadsTheRecordedListWhole) {
    std::size_t entries = 0;
    std::size_t violations = 0;
    std::size_t wrong_hashes = 0;

    ASSERT_TRUE(read_list(boot_vector("debian12-ovmf-ima-sig.ima.bin"), kBinary, [&](const ImaEntry& entry) {
        ++entries;
        violations += entry.violation() ? 1U : 0U;
        wrong_hashes += !entry.violation() && !equal(ima_template_hash(HashAlg::Sha1, entry).view(), entry.template_digest) ? 1U : 0U;
    }));

    EXPECT_EQ(entries, 3144U);
    EXPECT_EQ(violations, 2U);
    EXPECT_EQ(wrong_hashes, 0U);
}

TEST(ImaReader, SeesTheSameEntriesHoweverTheListIsCut) {
    ListWriter writer;
    writer.file("/bin/true", "true");
    writer.file("/bin/false", "false");
    writer.violation("/tmp/moving");

    for (std::size_t step = 1; step <= writer.list.size(); ++step) {
        ImaReader reader(kBinary);
        std::string paths;
        for (std::size_t at = 0; at < writer.list.size(); at += step) {
            reader.feed(ByteView(writer.list).subspan(at, std::min(step, writer.list.size() - at)));
            for (auto entry = reader.next(); entry.value() != nullptr; entry = reader.next()) paths += (*entry)->path;
        }

        EXPECT_EQ(paths, "/bin/true/bin/false/tmp/moving") << step;
        EXPECT_EQ(reader.offset(), writer.list.size());
        EXPECT_EQ(reader.waiting(), 0U);
    }
}

TEST(ImaReader, LetsAnIncompleteLastEntryWait) {
    ListWriter writer;
    writer.file("/bin/true", "true");
    const std::size_t first = writer.list.size();
    writer.file("/bin/false", "false");
    ImaReader reader(kBinary);

    reader.feed(ByteView(writer.list).first(writer.list.size() - 1));
    ASSERT_NE(reader.next().value(), nullptr);
    ASSERT_EQ(reader.next().value(), nullptr);

    EXPECT_EQ(reader.offset(), first);
    EXPECT_EQ(reader.waiting(), writer.list.size() - first - 1);
    reader.feed(ByteView(writer.list).last(1));
    EXPECT_EQ(reader.next().value()->path, "/bin/false");
}

TEST(ImaReader, ReadsEveryFieldOfTheLongestTemplate) {
    ListWriter writer;
    writer.entry("evm-sig", {writer.digest("sha256", Bytes(32, 1)), writer.name("/etc/passwd"), writer.field(Bytes{5, 2}),
                             writer.name("security.ima|security.capability"), writer.field(Bytes{1, 0, 0, 0}), writer.field(Bytes{9}),
                             writer.field(Bytes{0xe8, 3, 0, 0}), writer.field(Bytes{0, 0, 0, 0}), writer.field(Bytes{0xa4, 0x81})});

    ASSERT_TRUE(read_list(writer.list, kBinary, [](const ImaEntry& entry) {
        EXPECT_EQ(entry.path, "/etc/passwd");
        EXPECT_EQ(entry.digest.alg, HashAlg::Sha256);
        EXPECT_EQ(entry.number_of(ImaField::InodeUid), 1000U);
        EXPECT_EQ(entry.number_of(ImaField::InodeMode), 0100644U);
        EXPECT_EQ(entry.field(ImaField::EvmSig).size(), 2U);
        EXPECT_TRUE(entry.field(ImaField::Buf).empty());
    }));
}

TEST(ImaReader, TellsFsVerityDigestsFromFileDigests) {
    ListWriter writer;
    writer.entry("ima-sigv2", {writer.digest("verity:sha256", Bytes(32, 1)), writer.name("/usr/bin/x"), writer.field(Bytes{})});

    ASSERT_TRUE(read_list(writer.list, kBinary, [](const ImaEntry& entry) {
        EXPECT_EQ(entry.digest.type, "verity");
        EXPECT_EQ(entry.digest.algorithm, "sha256");
        EXPECT_TRUE(entry.digest.value().has_value());
    }));
}

TEST(ImaReader, HashesTheNameOfTheOldTemplateAs256Octets) {
    const Digest file = crypto::hash(HashAlg::Sha1, as_bytes("content"));
    Bytes padded(256, 0);
    std::ranges::copy(as_bytes("/init"), padded.begin());
    const Digest expected = crypto::hash(HashAlg::Sha1, {file.view(), padded});
    ListWriter writer;
    writer.u32(writer.list, 10);
    append(writer.list, expected.view());
    append(writer.list, writer.field(as_bytes("ima")));
    append(writer.list, file.view());
    append(writer.list, writer.field(as_bytes("/init")));

    ASSERT_TRUE(read_list(writer.list, kBinary, [&](const ImaEntry& entry) {
        EXPECT_EQ(entry.path, "/init");
        EXPECT_EQ(ima_template_hash(HashAlg::Sha1, entry), expected);
    }));
    const std::string ascii = "10 " + to_hex(expected.view()) + " ima " + to_hex(file.view()) + " /init\n";
    ASSERT_TRUE(read_list(as_bytes(ascii), kAscii, [&](const ImaEntry& entry) {
        EXPECT_EQ(entry.path, "/init");
        EXPECT_EQ(ima_template_hash(HashAlg::Sha1, entry), expected);
    }));
}

TEST(ImaReader, ReadsCustomTemplatesByTheirFieldList) {
    ListWriter writer;
    writer.entry("n-ng|d-ng|iuid", {writer.name("/a"), writer.digest("sha512", Bytes(64, 7)), writer.field(Bytes{1, 0, 0, 0})});

    ASSERT_TRUE(read_list(writer.list, kBinary, [](const ImaEntry& entry) {
        EXPECT_EQ(entry.path, "/a");
        EXPECT_EQ(entry.digest.alg, HashAlg::Sha512);
        EXPECT_EQ(entry.number_of(ImaField::InodeUid), 1U);
    }));
}

TEST(ImaReader, PassesAnUnknownTemplateOnSoThatTheListStillReplays) {
    ListWriter writer;
    writer.entry("ima-of-tomorrow", {writer.field(Bytes{1, 2, 3})});

    ASSERT_TRUE(read_list(writer.list, kBinary, [](const ImaEntry& entry) {
        EXPECT_EQ(entry.kind(), ImaEntryKind::Unreadable);
        EXPECT_TRUE(equal(ima_template_hash(HashAlg::Sha1, entry).view(), entry.template_digest));
    }));
}

TEST(ImaReader, ReadsListsOfBigEndianMachines) {
    ListWriter writer(true);
    writer.entry("d-ng|n-ng|imode", {writer.digest("sha256", Bytes(32, 1)), writer.name("/a"), writer.field(Bytes{0x81, 0xa4})});
    const auto format = ima_list_format_of(writer.list);

    ASSERT_TRUE(format.has_value());
    EXPECT_TRUE(format->big_endian);
    ASSERT_TRUE(read_list(writer.list, *format, [](const ImaEntry& entry) { EXPECT_EQ(entry.number_of(ImaField::InodeMode), 0100644U); }));
}

TEST(ImaReader, RecognisesMeasuredBuffersByTheirNames) {
    const auto kind_of = [](std::string_view name) {
        ListWriter writer;
        writer.entry("ima-buf", {writer.digest("sha256", Bytes(32, 1)), writer.name(name), writer.field(Bytes{1})});
        ImaEntryKind kind = ImaEntryKind::File;
        EXPECT_TRUE(read_list(writer.list, kBinary, [&](const ImaEntry& entry) { kind = entry.kind(); }));
        return kind;
    };

    EXPECT_EQ(kind_of("dm_table_load"), ImaEntryKind::DeviceMapper);
    EXPECT_EQ(kind_of("kexec-cmdline"), ImaEntryKind::KexecCommandLine);
    EXPECT_EQ(kind_of(".builtin_trusted_keys"), ImaEntryKind::Key);
    EXPECT_EQ(kind_of("kernel_version"), ImaEntryKind::Buffer);
    EXPECT_EQ(kind_of("boot_aggregate"), ImaEntryKind::Buffer) << "a buffer can't pose as the boot aggregate";
}

TEST(ImaReader, RecognisesListsByTheirFirstOctets) {
    ListWriter writer;
    writer.file("/bin/true", "true");

    EXPECT_EQ(ima_list_format_of(writer.list), kBinary);
    EXPECT_EQ(ima_list_format_of(as_bytes("10 1d8d532d463c9f8c205d0df7787669a85f93e260 ima-ng sha1:00")), kAscii);
    EXPECT_EQ(ima_list_format_of(as_bytes("10 1d8d532d ima-ng sha1:00")), std::nullopt);
    EXPECT_EQ(ima_list_format_of(Bytes(64, 0)), std::nullopt);
    EXPECT_EQ(ima_list_format_of({}), std::nullopt);
}

TEST(ImaReader, NamesEntryOffsetAndFieldOfWhatItCannotRead) {
    ListWriter writer;
    writer.file("/bin/true", "true");
    const std::size_t first = writer.list.size();
    Bytes data = writer.digest("sha256", Bytes(31, 0));
    append(data, writer.name("/bin/false"));
    writer.raw("ima-ng", Digest(HashAlg::Sha1), data);

    const std::string what = refusal(writer.list);

    EXPECT_THAT(what, HasSubstr("entry 1"));
    EXPECT_THAT(what, HasSubstr("offset " + std::to_string(first + 4 + 20 + 4 + 6 + 4 + 4)));
    EXPECT_THAT(what, HasSubstr("field d-ng has 31 octets for sha256"));
}

TEST(ImaReader, RefusesLengthsThatNoKernelWrites) {
    ListWriter writer;
    writer.u32(writer.list, 10);
    append(writer.list, Bytes(20, 1));
    Bytes long_name = writer.list;
    writer.u32(long_name, 0x7fffffff);
    Bytes long_data = writer.list;
    append(long_data, writer.field(as_bytes("ima-ng")));
    writer.u32(long_data, 0x7fffffff);
    Bytes bad_register = writer.list;
    bad_register[0] = 24;
    append(bad_register, writer.field(as_bytes("ima-ng")));
    append(bad_register, writer.field({}));

    EXPECT_THAT(refusal(long_name), HasSubstr("template name has 2147483647 octets"));
    EXPECT_THAT(refusal(long_data), HasSubstr("template data has 2147483647 octets"));
    EXPECT_THAT(refusal(bad_register), HasSubstr("PCR 24"));
}

TEST(ImaReader, RefusesFieldsThatDoNotFitTheirTemplate) {
    ListWriter writer;
    writer.entry("ima-ng", {writer.digest("sha256", Bytes(32, 0)), writer.name("/a"), writer.field(Bytes{1})});
    ListWriter hidden;
    hidden.entry("ima-ng", {hidden.digest("sha256", Bytes(32, 0)), hidden.field(to_bytes(std::string_view("/a\0/b", 5)))});

    EXPECT_THAT(refusal(writer.list), HasSubstr("left over after the last field"));
    EXPECT_THAT(refusal(hidden.list), HasSubstr("field n-ng has a NUL inside"));
}

TEST(ImaReader, NamesTheFieldOfABadAsciiLine) {
    const std::string digest(40, 'a');

    EXPECT_THAT(refusal(as_bytes("24 " + digest + " ima-ng sha1:" + digest + " /a\n"), kAscii), HasSubstr("PCR is no register"));
    EXPECT_THAT(refusal(as_bytes("10 aa ima-ng sha1:" + digest + " /a\n"), kAscii), HasSubstr("template digest has 2 digits"));
    EXPECT_THAT(refusal(as_bytes("10 " + digest + " what sha1:" + digest + " /a\n"), kAscii), HasSubstr("template name"));
    EXPECT_THAT(refusal(as_bytes("10 " + digest + " ima-ng sha1:xx /a\n"), kAscii), HasSubstr("d-ng no hexadecimal digit"));
    EXPECT_THAT(refusal(as_bytes("10 " + digest + " ima-sig sha1:" + digest + " /a  more\n"), kAscii), HasSubstr("line goes on"));
}

TEST(ImaReader, BoundsAnAsciiLineWithoutAnEnd) {
    const std::string endless(kImaMaxEntry + 1, '1');

    EXPECT_THAT(refusal(as_bytes(endless), kAscii), HasSubstr("line is longer than"));
}

}  // namespace
}  // namespace anchor::measure
