// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/ima_table.h>

#include <map>

#include <gmock/gmock.h>

#include <anchor/base/encoding.h>
#include <anchor/measure/ima_table_builder.h>

#include "ima_list.h"

namespace anchor::measure {
namespace {

using testing::HasSubstr;

Digest sha256(std::string_view content) { return crypto::hash(HashAlg::Sha256, as_bytes(content)); }

Bytes built(ImaTableBuilder builder) { return builder.build().value(); }

Bytes three_files() {
    ImaTableBuilder builder;
    builder.add("/bin/a", sha256("a"));
    builder.add("/bin/b", sha256("b"));
    builder.add("/bin/b", sha256("b of the update"));
    builder.add_anywhere(sha256("firmware"));
    EXPECT_TRUE(builder.exclude(ImaRule::ExcludePrefix, "/tmp/").has_value());
    EXPECT_TRUE(builder.exclude(ImaRule::ExcludePath, "/etc/machine id").has_value());
    return built(std::move(builder));
}

TEST(ImaTable, JudgesByPathAndDigest) {
    const Bytes file = three_files();
    const ImaTable table = ImaTable::open(file).value();

    EXPECT_TRUE(table.verify());
    EXPECT_EQ(table.size(), 4U);
    EXPECT_EQ(table.find("/bin/a", sha256("a")).lookup, ImaLookup::Known);
    EXPECT_EQ(table.find("/bin/b", sha256("b of the update")).lookup, ImaLookup::Known);
    EXPECT_EQ(table.find("/bin/c", sha256("a")).lookup, ImaLookup::UnknownPath) << "a known digest under another name is not known";
    EXPECT_EQ(table.find("/anywhere", sha256("firmware")).lookup, ImaLookup::Known);
    const auto changed = table.find("/bin/a", sha256("evil"));
    EXPECT_EQ(changed.lookup, ImaLookup::Changed);
    EXPECT_TRUE(equal(changed.expected, sha256("a").view()));
}

// openssl mac -macopt hexkey:000102030405060708090a0b0c0d0e0f -macopt size:16 -in FILE SIPHASH
TEST(ImaTable, KnowsPathsBySipHash) {
    const std::pair<std::string_view, std::string_view> known[] = {
        {"", "a3817f04ba25a8e66df67214c7550293"},
        {std::string_view("\0", 1), "da87c1d86b99af44347659119b22fc45"},
        {"/usr/bin/bash", "17c968bf37619318040fa96f811f7660"},
        {"/usr/lib/x86_64-linux-gnu/libc.so.6", "843be10ada339a14522266d41ebf4c53"},
    };
    for (const auto& [path, key] : known) EXPECT_EQ(to_hex(ima_path_key(path)), key) << path;
    EXPECT_EQ(ima_path_key("/opt/a b"), ima_path_key("/opt/a_b")) << "as the kernel's list spells it";
}

TEST(ImaTable, SaysWhereItHasNothingInAnAlgorithm) {
    const Bytes file = three_files();
    const ImaTable table = ImaTable::open(file).value();

    EXPECT_EQ(table.find("/bin/a", crypto::hash(HashAlg::Sha1, as_bytes("a"))).lookup, ImaLookup::NoReference);
}

TEST(ImaTable, ExcludesByPathAndPrefixOnly) {
    const Bytes file = three_files();
    const ImaTable table = ImaTable::open(file).value();

    EXPECT_TRUE(table.excludes("/tmp/x"));
    EXPECT_TRUE(table.excludes("/etc/machine_id")) << "the kernel writes spaces as underscores";
    EXPECT_FALSE(table.excludes("/tmp"));
    EXPECT_FALSE(table.excludes("/etc/machine_id2"));
}

TEST(ImaTable, FindsEachOfManyEntries) {
    ImaTableBuilder builder;
    for (int i = 0; i < 5000; ++i) builder.add("/usr/lib/" + std::to_string(i), sha256(std::to_string(i)));
    const Bytes file = built(std::move(builder));
    const ImaTable table = ImaTable::open(file).value();

    for (int i = 0; i < 5000; ++i) {
        ASSERT_EQ(table.find("/usr/lib/" + std::to_string(i), sha256(std::to_string(i))).lookup, ImaLookup::Known) << i;
        ASSERT_EQ(table.find("/usr/lib/" + std::to_string(i), sha256("evil")).lookup, ImaLookup::Changed) << i;
        ASSERT_EQ(table.find("/usr/bin/" + std::to_string(i), sha256("evil")).lookup, ImaLookup::UnknownPath) << i;
    }
}

TEST(ImaTable, IsMadeFromWhatAGoldenDeviceHasMeasured) {
    ListWriter golden;
    const Digest zero(HashAlg::Sha256);
    golden.entry("ima-ng", {golden.digest("sha256", zero.view()), golden.name("boot_aggregate")});
    golden.file("/bin/a", "a");
    golden.violation("/var/log/x");
    golden.entry("ima-ngv2", {golden.digest("verity:sha256", sha256("root").view()), golden.name("/bin/verity")});
    golden.entry("ima-ng", {golden.digest("wp512", zero.view()), golden.name("/bin/odd")});
    golden.entry("ima-buf",
                 {golden.digest("sha256", sha256("quiet").view()), golden.name("kexec-cmdline"), golden.field(as_bytes("quiet"))});
    ImaTableBuilder builder;
    std::vector<bool> added;
    ASSERT_TRUE(read_list(golden.list, {}, [&](const ImaEntry& entry) { added.push_back(builder.add(entry)); }));
    const Bytes file = built(std::move(builder));
    const ImaTable table = ImaTable::open(file).value();

    EXPECT_EQ(added, (std::vector<bool>{false, true, false, false, false, true}));
    EXPECT_EQ(table.size(), 2U);
    EXPECT_EQ(table.find("/bin/a", sha256("a")).lookup, ImaLookup::Known);
    EXPECT_EQ(table.find("kexec-cmdline", sha256("quiet")).lookup, ImaLookup::Known);
}

TEST(ImaTable, CanBeEmpty) {
    const Bytes file = built({});
    const ImaTable table = ImaTable::open(file).value();

    EXPECT_TRUE(table.verify());
    EXPECT_EQ(table.find("/bin/a", sha256("a")).lookup, ImaLookup::NoReference);
    EXPECT_FALSE(table.excludes("/bin/a"));
}

TEST(ImaTable, RefusesEveryTruncation) {
    const Bytes file = three_files();

    for (std::size_t size = 0; size < file.size(); ++size) {
        const Bytes cut(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size));
        EXPECT_FALSE(ImaTable::open(cut).has_value()) << size;
    }
}

TEST(ImaTable, NoticesEveryChangedOctet) {
    const Bytes file = three_files();

    for (std::size_t at = 0; at < file.size(); ++at) {
        Bytes changed = file;
        changed[at] ^= 0x01U;
        const auto table = ImaTable::open(changed);
        EXPECT_FALSE(table && table->verify().has_value()) << at;
    }
}

TEST(ImaTable, NoticesEntriesOutOfOrderUnderAGoodDigest) {
    Bytes file = three_files();
    const std::size_t first = 8 + 32 + 8 + 2 + 6 + 3 * 24;
    std::swap_ranges(file.begin() + first, file.begin() + first + 48, file.begin() + first + 48);
    const Digest digest = crypto::hash(HashAlg::Sha256, ByteView(file).subspan(40));
    std::ranges::copy(digest.view(), file.begin() + 8);

    const auto verified = ImaTable::open(file).value().verify();

    ASSERT_FALSE(verified);
    EXPECT_THAT(verified.error().what, HasSubstr("out of order"));
}

/// A table of so many entries that it has an index, and where that one lies.
struct Indexed {
    Indexed() {
        ImaTableBuilder builder;
        for (int i = 0; i < 100; ++i) builder.add("/usr/lib/" + std::to_string(i), sha256(std::to_string(i)));
        file = built(std::move(builder));
    }
    void sign() { std::ranges::copy(crypto::hash(HashAlg::Sha256, ByteView(file).subspan(40)).view(), file.begin() + 8); }
    static constexpr std::size_t kDescriptor = 56 + 24;
    static constexpr std::size_t kIndex = 56 + 2 * 24 + 100 * 48;
    Bytes file;
};

TEST(ImaTable, NoticesAnIndexThatIsWrongUnderAGoodDigest) {
    Indexed table;
    ASSERT_TRUE(ImaTable::open(table.file)->verify());
    EXPECT_EQ(ImaTable::open(table.file)->size(), 100U) << "an index has no entries of its own";
    table.file[Indexed::kIndex + 4] ^= 1U;
    table.sign();

    EXPECT_THAT(ImaTable::open(table.file)->verify().error().what, HasSubstr("index, part 1 begins elsewhere"));
}

TEST(ImaTable, FindsNothingThatItHasNotByAnIndexThatLies) {
    Indexed table;
    std::fill(table.file.begin() + Indexed::kIndex, table.file.end(), std::uint8_t{0xff});
    const ImaTable opened = ImaTable::open(table.file).value();

    for (int i = 0; i < 100; ++i) {
        EXPECT_NE(opened.find("/usr/lib/" + std::to_string(i), sha256(std::to_string(i))).lookup, ImaLookup::Known);
        EXPECT_NE(opened.find("/usr/lib/x", sha256(std::to_string(i))).lookup, ImaLookup::Known);
    }
}

TEST(ImaTable, RefusesAnIndexOfAnotherForm) {
    for (const std::size_t octets : {0U, 4U, 8U, 16U, 22U}) {
        Indexed table;
        table.file[Indexed::kDescriptor + 16] = static_cast<std::uint8_t>(octets);
        EXPECT_FALSE(ImaTable::open(table.file)) << octets;
    }
}

TEST(ImaTableBuilder, ReadsWhatChecksumProgramsPrint) {
    const std::string a = to_hex(sha256("a").view());
    ImaTableBuilder builder;

    ASSERT_TRUE(builder.add_checksums(a + "  /bin/a\n" + a + " */bin/b\n\nSHA256 (/bin/c) = " + a + "\n\\" + a + "  /bin/new\\nline\n"));

    const Bytes file = built(std::move(builder));
    const ImaTable table = ImaTable::open(file).value();
    for (const char* path : {"/bin/a", "/bin/b", "/bin/c", "/bin/new\nline"}) {
        EXPECT_EQ(table.find(path, sha256("a")).lookup, ImaLookup::Known) << path;
    }
}

TEST(ImaTableBuilder, NamesTheLineItCannotRead) {
    ImaTableBuilder builder;
    const std::string a = to_hex(sha256("a").view());

    const auto short_digest = builder.add_checksums(a + "  /bin/a\nabcd  /bin/b\n");
    const auto no_path = builder.add_checksums(a + "\n");

    ASSERT_FALSE(short_digest);
    EXPECT_THAT(short_digest.error().what, HasSubstr("line 2"));
    EXPECT_FALSE(no_path);
}

class FakeDisk : public FileDigests {
public:
    Result<std::optional<HashedFile>> hash(const std::string& path, HashAlg alg) override {
        if (path == "/broken") return unavailable("read: Input/output error");
        const auto file = files.find(path);
        if (file == files.end()) return std::optional<HashedFile>{};
        return std::optional(HashedFile{"/usr" + path, crypto::hash(alg, as_bytes(file->second))});
    }
    std::map<std::string, std::string> files;
};

TEST(ImaTableBuilder, HashesTheFilesOfAPackageUnderTheirRealPaths) {
    FakeDisk disk;
    disk.files["/bin/ls"] = "ls";
    ImaTableBuilder builder;

    ASSERT_TRUE(builder.add_dpkg_list("/.\n/bin\n/bin/ls\n", HashAlg::Sha256, disk));
    const auto broken = builder.add_dpkg_list("/broken\n", HashAlg::Sha256, disk);

    EXPECT_EQ(builder.size(), 1U);
    const Bytes file = built(std::move(builder));
    EXPECT_EQ(ImaTable::open(file).value().find("/usr/bin/ls", sha256("ls")).lookup, ImaLookup::Known);
    ASSERT_FALSE(broken);
    EXPECT_THAT(broken.error().what, HasSubstr("/broken"));
}

}  // namespace
}  // namespace anchor::measure
