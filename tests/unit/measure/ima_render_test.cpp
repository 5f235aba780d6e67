// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/ima_render.h>

#include <nlohmann/json.hpp>

#include <anchor/base/json.h>

#include "ima_list.h"

namespace anchor::measure {
namespace {

constexpr ImaListFormat kBinary{};
constexpr ImaListFormat kAscii{.encoding = ImaEncoding::Ascii};

std::string ascii_of(ByteView list, ImaListFormat format) {
    std::string text;
    EXPECT_TRUE(read_list(list, format, [&](const ImaEntry& entry) { append_ima_ascii(text, entry); }));
    return text;
}

Bytes one_of_each() {
    ListWriter writer;
    const Bytes digest = writer.digest("sha256", Bytes(32, 1));
    writer.entry("ima-ng", {digest, writer.name("/a")});
    writer.entry("ima-ngv2", {writer.digest("ima:sha256", Bytes(32, 1)), writer.name("/a")});
    writer.entry("ima-sig", {digest, writer.name("/a"), writer.field({})});
    writer.entry("ima-sigv2", {writer.digest("verity:sha512", Bytes(64, 2)), writer.name("/a"), writer.field(Bytes{6, 3})});
    writer.entry("ima-modsig", {digest, writer.name("/a"), writer.field({}), digest, writer.field(Bytes{7})});
    writer.entry("ima-buf", {digest, writer.name(".ima"), writer.field(Bytes{0x30, 0x82})});
    writer.entry("evm-sig",
                 {digest, writer.name("/a"), writer.field(Bytes{5}), writer.name("security.ima"), writer.field(Bytes{1, 0, 0, 0}),
                  writer.field(Bytes{9}), writer.field(Bytes{1, 0, 0, 0}), writer.field(Bytes{2, 0, 0, 0}), writer.field(Bytes{3, 0})});
    writer.entry("d|n", {writer.field(Bytes(20, 3)), writer.name("/a")}, 9);
    writer.violation("/b");
    return writer.list;
}

// The binary list and the ASCII list say the same: what is printed reads back as the same octets to hash.
TEST(ImaRender, PrintsLinesThatReadBackAsTheSameEntries) {
    const Bytes list = one_of_each();
    std::vector<Bytes> data;
    ASSERT_TRUE(read_list(list, kBinary, [&](const ImaEntry& entry) { data.push_back(to_bytes(entry.template_data)); }));
    const std::string text = ascii_of(list, kBinary);
    std::size_t at = 0;

    ASSERT_TRUE(read_list(as_bytes(text), kAscii, [&](const ImaEntry& entry) {
        EXPECT_EQ(to_bytes(entry.template_data), data.at(at)) << entry.template_name;
        ++at;
    }));

    EXPECT_EQ(at, data.size());
    EXPECT_EQ(ascii_of(as_bytes(text), kAscii), text);
}

TEST(ImaRender, PrintsTheLineThatTheKernelPrints) {
    const Bytes list = boot_vector("debian12-ovmf-ima-sig.ima.bin");
    const std::string text = ascii_of(list, kBinary);

    EXPECT_EQ(text.substr(0, text.find('\n')),
              "10 899d85cd0a36cd95e1c9a677ebd0c377ce32b6f5 ima-sig "
              "sha256:dde491295b1505445713a91e7501bbf2d22b7bf739f8ed420914bbd702388237 boot_aggregate ");
}

TEST(ImaRender, PrintsOneJsonObjectALine) {
    std::string text;
    ASSERT_TRUE(read_list(one_of_each(), kBinary, [&](const ImaEntry& entry) { append_ima_json(text, entry); }));

    std::size_t lines = 0;
    for (std::string_view rest = text; !rest.empty(); rest.remove_prefix(rest.find('\n') + 1), ++lines) {
        const auto object = parse_json(rest.substr(0, rest.find('\n')));
        ASSERT_TRUE(object) << rest;
        EXPECT_EQ(object->at("number").get<std::size_t>(), lines);
        EXPECT_TRUE(object->contains("digest"));
    }
    EXPECT_EQ(lines, 9U);
}

TEST(ImaRender, EscapesNamesThatWouldSpeakToATerminal) {
    ListWriter writer;
    writer.file("/tmp/\x1b[31mred\nline", "x");
    std::string row;
    std::string json;

    ASSERT_TRUE(read_list(writer.list, kBinary, [&](const ImaEntry& entry) {
        append_ima_table_row(row, entry);
        append_ima_json(json, entry);
    }));

    EXPECT_NE(row.find("/tmp/\\x1b[31mred\\x0aline\n"), std::string::npos) << row;
    EXPECT_EQ(json.find('\x1b'), std::string::npos);
}

// The recorded ASCII list of another machine; not part of this repository.
TEST(ImaRender, RoundTripsAForeignAsciiList) {
    const std::string path = std::string(ANCHOR_TEST_DATA) + "/ima/rust-keylime.ascii";
    if (!std::ifstream(path).good()) GTEST_SKIP() << "no " << path;
    const Bytes list = file_octets(path);
    std::size_t entries = 0;
    std::size_t wrong_hashes = 0;

    ASSERT_TRUE(read_list(list, kAscii, [&](const ImaEntry& entry) {
        ++entries;
        wrong_hashes += !entry.violation() && !equal(ima_template_hash(HashAlg::Sha1, entry).view(), entry.template_digest) ? 1U : 0U;
    }));

    EXPECT_EQ(entries, 826U);
    EXPECT_EQ(wrong_hashes, 0U);
    EXPECT_EQ(ascii_of(list, kAscii), std::string(as_text(list)));
}

}  // namespace
}  // namespace anchor::measure
