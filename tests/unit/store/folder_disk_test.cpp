// SPDX-License-Identifier: Apache-2.0
#include <anchor/store/folder_disk.h>

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace anchor::store {
namespace {

class FolderDiskTest : public testing::Test {
protected:
    FolderDiskTest() {
        std::string pattern = testing::TempDir() + "anchord-disk-XXXXXX";
        folder_ = ::mkdtemp(pattern.data());
    }
    ~FolderDiskTest() override { std::filesystem::remove_all(folder_); }

    std::string folder_;
};

TEST_F(FolderDiskTest, ReadsBackWhatItReplaced) {
    const auto disk = FolderDisk::open(folder_ + "/state").value();

    ASSERT_TRUE(replace(*disk, "file", as_bytes("one")));
    ASSERT_TRUE(replace(*disk, "file", as_bytes("two")));
    ASSERT_TRUE(disk->append("file", as_bytes("!")));

    EXPECT_EQ(as_text(*disk->read("file", 100).value()), "two!");
    EXPECT_EQ(disk->read("other", 100).value(), std::nullopt);
    EXPECT_EQ(disk->read("file", 3).error().kind, ErrorKind::Rejected);
    EXPECT_EQ(disk->names().value(), std::vector<std::string>{"file"});
}

TEST_F(FolderDiskTest, WritesForItsOwnEyesOnly) {
    const auto disk = FolderDisk::open(folder_ + "/state").value();
    ASSERT_TRUE(replace(*disk, "file", as_bytes("secret")));

    struct stat file {};
    struct stat folder {};
    ASSERT_EQ(::stat((folder_ + "/state/file").c_str(), &file), 0);
    ASSERT_EQ(::stat((folder_ + "/state").c_str(), &folder), 0);

    EXPECT_EQ(file.st_mode & 0777U, 0600U);
    EXPECT_EQ(folder.st_mode & 0777U, 0700U);
}

TEST_F(FolderDiskTest, RefusesAFolderThatOthersMayWrite) {
    std::filesystem::create_directory(folder_ + "/open");
    ASSERT_EQ(::chmod((folder_ + "/open").c_str(), 0777), 0);
    EXPECT_EQ(FolderDisk::open(folder_ + "/open").error().kind, ErrorKind::Denied);
}

TEST_F(FolderDiskTest, FollowsNoSymbolicLink) {
    const auto disk = FolderDisk::open(folder_ + "/state").value();
    std::ofstream(folder_ + "/elsewhere") << "x";
    std::filesystem::create_symlink(folder_ + "/elsewhere", folder_ + "/state/link");

    EXPECT_FALSE(disk->read("link", 100));
    EXPECT_FALSE(disk->write("link", as_bytes("y")));
}

}  // namespace
}  // namespace anchor::store
