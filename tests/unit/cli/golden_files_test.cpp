// SPDX-License-Identifier: Apache-2.0

// What of a device's files gets into the table of file digests, and under which paths.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sstream>

#include <anchor/base/encoding.h>
#include <anchor/crypto/hash.h>
#include <anchor/crypto/md5.h>
#include <anchor/measure/ima_table.h>

#include "cli/golden_packages.h"
#include "cli/golden_tree.h"
#include "golden_image.h"

namespace anchor::cli {
namespace {

using measure::ImaLookup;
using testing::HasSubstr;

Digest sha256(std::string_view content) { return crypto::hash(HashAlg::Sha256, as_bytes(content)); }

std::string md5(std::string_view content) {
    crypto::Md5 hasher;
    hasher.update(as_bytes(content));
    return to_hex(hasher.finish());
}

/// Files of an image on their way into a table.
struct Harvest {
    explicit Harvest(const GoldenImage& image, bool skip_unreadable = false)
        : files({.root = image.root(), .skip_unreadable = skip_unreadable}, left_out) {}

    ImaLookup look_up(std::string_view path, std::string_view content) {
        const Bytes file = measure::ImaTableBuilder(builder).build().value();
        return measure::ImaTable::open(file)->find(path, sha256(content)).lookup;
    }
    std::ostringstream notes;
    LeftOut left_out{notes};
    GoldenFiles files;
    measure::ImaTableBuilder builder;
};

TEST(Md5, IsThatOfTheRfc) {
    EXPECT_EQ(md5(""), "d41d8cd98f00b204e9800998ecf8427e");
    EXPECT_EQ(md5("message digest"), "f96b697d7cb7938d525a2f31aaf161d0");
}

TEST(GoldenTree, TakesRegularFilesUnderThePathsThatTheKernelNames) {
    const GoldenImage image("tree");
    Harvest harvest(image);

    const auto added = add_tree(harvest.builder, "/bin", harvest.files);

    ASSERT_TRUE(added) << added.error().what;
    EXPECT_EQ(*added, 1U) << "the link beside the tool is no file";
    EXPECT_EQ(harvest.look_up("/usr/bin/tool", "tool"), ImaLookup::Known);
    EXPECT_EQ(harvest.look_up("/bin/tool", "tool"), ImaLookup::UnknownPath);
    EXPECT_EQ(harvest.look_up("/usr/bin/link", "tool"), ImaLookup::UnknownPath);
}

TEST(GoldenTree, NeitherFollowsLinksNorOpensWhatIsNoFile) {
    const GoldenImage image("tree");
    image.write("outside/secret", "secret");
    ASSERT_EQ(::symlink("../outside", image.root("etc/way-out").c_str()), 0);
    ASSERT_EQ(::mkfifo(image.root("etc/pipe").c_str(), 0600), 0);
    image.write("etc/conf", "conf");
    Harvest harvest(image);

    EXPECT_EQ(add_tree(harvest.builder, "/etc", harvest.files).value(), 1U);
}

TEST(GoldenTree, FailsForAFolderThatIsNotThereOrHasNoFiles) {
    const GoldenImage image("tree");
    Harvest harvest(image);
    std::ostringstream notes;
    LeftOut left_out(notes);
    GoldenFiles here({}, left_out);

    EXPECT_EQ(add_tree(harvest.builder, "/nowhere", harvest.files).error().kind, ErrorKind::Unavailable);
    EXPECT_THAT(add_tree(harvest.builder, "/proc", here).error().what, HasSubstr("/proc: a file system without files of its own"));
}

TEST(GoldenTree, RefusesLinksThatLeadInCircles) {
    const GoldenImage image("tree");
    ASSERT_EQ(::symlink("loop", image.root("loop").c_str()), 0);
    Harvest harvest(image);

    EXPECT_THAT(add_tree(harvest.builder, "/loop", harvest.files).error().what, HasSubstr("too many symbolic links"));
}

TEST(GoldenFiles, StayInsideTheRootAlsoWhereLinksLeadUpwards) {
    const GoldenImage image("root");
    ASSERT_EQ(::symlink("../../../../../../usr/lib", image.root("etc/up").c_str()), 0);
    Harvest harvest(image);

    EXPECT_EQ(harvest.files.real_folder("/etc/up").value(), "/usr/lib");
    EXPECT_EQ(harvest.files.hash("/lib/library.so", HashAlg::Sha256).value()->path, "/usr/lib/library.so");
}

TEST(GoldenFiles, FailForWhatCannotBeReadUnlessToldToSkipIt) {
    if (::geteuid() == 0) GTEST_SKIP() << "root reads everything";
    const GoldenImage image("unreadable");
    ASSERT_EQ(::chmod(image.root("usr/bin/tool").c_str(), 0), 0);
    Harvest strict(image);
    Harvest lenient(image, true);

    const auto failed = add_tree(strict.builder, "/bin", strict.files);
    ASSERT_FALSE(failed);
    EXPECT_THAT(failed.error().what, HasSubstr("usr/bin/tool: read: Permission denied"));
    EXPECT_EQ(failed.error().native, 0) << "an errno would say that no daemon was there";
    EXPECT_EQ(add_tree(lenient.builder, "/bin", lenient.files).value(), 0U);
    EXPECT_THAT(lenient.notes.str(), HasSubstr("left out: /usr/bin/tool: read: Permission denied"));
}

TEST(GoldenPackages, AreHashedAsTheyAreInstalled) {
    const GoldenImage image("dpkg");
    image.write("etc/tool.conf", "conf");
    image.write("var/lib/dpkg/info/tool.list", "/.\n/bin\n/bin/tool\n/bin/link\n/lib/library.so\n/etc/tool.conf\n/gone\n");
    image.write("var/lib/dpkg/info/tool.md5sums", md5("tool") + "  bin/tool\n" + md5("library") + "  lib/library.so\n");
    Harvest harvest(image);

    const auto added = add_packages(harvest.builder, "/var/lib/dpkg", harvest.files);

    ASSERT_TRUE(added) << added.error().what;
    EXPECT_EQ(added->packages, 1U);
    EXPECT_EQ(added->files, 3U);
    EXPECT_EQ(added->unchecked, 1U) << "dpkg keeps no checksum of configuration";
    EXPECT_EQ(harvest.look_up("/usr/bin/tool", "tool"), ImaLookup::Known);
    EXPECT_EQ(harvest.look_up("/etc/tool.conf", "conf"), ImaLookup::Known);
    EXPECT_EQ(harvest.left_out.count(), 0U);
}

TEST(GoldenPackages, LeaveOutWhatSomebodyHasChanged) {
    const GoldenImage image("dpkg");
    image.write("var/lib/dpkg/info/tool:amd64.list", "/usr/bin/tool\n");
    image.write("var/lib/dpkg/info/tool:amd64.md5sums", md5("as it was packed") + "  usr/bin/tool\n");
    Harvest harvest(image);

    EXPECT_EQ(add_packages(harvest.builder, "/var/lib/dpkg", harvest.files)->files, 0U);

    EXPECT_EQ(harvest.look_up("/usr/bin/tool", "tool"), ImaLookup::NoReference);
    EXPECT_THAT(harvest.notes.str(), HasSubstr("left out: /usr/bin/tool: not as its package brought it"));
}

TEST(GoldenPackages, FollowDiversions) {
    const GoldenImage image("dpkg");
    image.write("usr/bin/tool.distrib", "of the package");
    image.write("var/lib/dpkg/diversions", "/usr/bin/tool\n/usr/bin/tool.distrib\nwrapper\n");
    image.write("var/lib/dpkg/info/tool.list", "/usr/bin/tool\n");
    image.write("var/lib/dpkg/info/tool.md5sums", md5("of the package") + "  usr/bin/tool\n");
    image.write("var/lib/dpkg/info/wrapper.list", "/usr/bin/tool\n");
    image.write("var/lib/dpkg/info/wrapper.md5sums", md5("tool") + "  usr/bin/tool\n");
    Harvest harvest(image);

    EXPECT_EQ(add_packages(harvest.builder, "/var/lib/dpkg", harvest.files)->files, 2U) << harvest.notes.str();

    EXPECT_EQ(harvest.look_up("/usr/bin/tool.distrib", "of the package"), ImaLookup::Known);
    EXPECT_EQ(harvest.look_up("/usr/bin/tool", "tool"), ImaLookup::Known);
}

TEST(GoldenPackages, RefuseADatabaseOfAnotherForm) {
    const GoldenImage image("dpkg");
    Harvest harvest(image);
    const auto problem = [&] { return add_packages(harvest.builder, "/var/lib/dpkg", harvest.files).error().what; };

    EXPECT_THAT(problem(), HasSubstr("info: no package is installed there"));
    image.write("var/lib/dpkg/info/tool.list", "/usr/bin/tool\n");
    image.write("var/lib/dpkg/info/tool.md5sums", "abc  usr/bin/tool\n");
    EXPECT_THAT(problem(), HasSubstr("tool.md5sums: a line without an MD5"));
    image.write("var/lib/dpkg/diversions", "/usr/bin/tool\n");
    EXPECT_THAT(problem(), HasSubstr("diversions: ends within a diversion"));
    EXPECT_EQ(add_packages(harvest.builder, "/nowhere", harvest.files).error().kind, ErrorKind::Unavailable);
}

}  // namespace
}  // namespace anchor::cli
