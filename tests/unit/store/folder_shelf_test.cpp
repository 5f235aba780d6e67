// SPDX-License-Identifier: Apache-2.0
#include <anchor/store/folder_shelf.h>

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include <anchor/base/encoding.h>
#include <anchor/crypto/hash.h>

namespace anchor::store {
namespace {

class FolderShelfTest : public testing::Test {
protected:
    FolderShelfTest() {
        std::string pattern = testing::TempDir() + "anchord-shelf-XXXXXX";
        folder_ = ::mkdtemp(pattern.data());
        reopen();
    }
    ~FolderShelfTest() override {
        shelf_.reset();
        std::filesystem::remove_all(folder_);
    }

    void reopen() { shelf_ = FolderShelf::open(folder_ + "/blobs", {folder_ + "/by-hand"}).value(); }
    [[nodiscard]] std::string file(const std::string& ending = "") const {
        return folder_ + "/blobs/" + to_hex(name_.sha256.view()) + ending;
    }
    static void write(const std::string& path, std::string_view text) { std::ofstream(path) << text; }

    const std::string text_ = "a table of digests";
    const BlobName name_{crypto::hash(HashAlg::Sha256, as_bytes(text_)), text_.size()};
    std::string folder_;
    std::unique_ptr<FolderShelf> shelf_;
};

TEST_F(FolderShelfTest, PutsPiecesTogetherAndGoesOnAfterARestart) {
    EXPECT_EQ(shelf_->put(name_, 0, {}).value(), 0U);
    EXPECT_EQ(shelf_->put(name_, 0, as_bytes("a table")).value(), 7U);
    EXPECT_EQ(shelf_->find(name_).value(), nullptr) << "a part is no blob";
    reopen();
    EXPECT_EQ(shelf_->put(name_, 0, as_bytes("a table")).value(), 7U) << "a piece that begins elsewhere changes nothing";
    EXPECT_EQ(shelf_->put(name_, 7, as_bytes(" of digests")).value(), 18U);
    reopen();

    const auto blob = shelf_->find(name_).value();

    ASSERT_NE(blob, nullptr);
    EXPECT_EQ(as_text(blob->octets()), text_);
    EXPECT_EQ(shelf_->put(name_, 0, {}).value(), 18U);
}

TEST_F(FolderShelfTest, RefusesWhatIsNotWhatItsNameSaysAndBeginsAnew) {
    EXPECT_EQ(shelf_->put(name_, 0, as_bytes("another table, too")).error().kind, ErrorKind::Rejected);
    EXPECT_EQ(shelf_->put(name_, 0, {}).value(), 0U);
    EXPECT_EQ(shelf_->put(name_, 0, as_bytes(text_ + "!")).error().kind, ErrorKind::Rejected);
    EXPECT_EQ(shelf_->put({name_.sha256, 0}, 0, {}).error().kind, ErrorKind::Rejected);
    EXPECT_EQ(shelf_->put({name_.sha256, kLargestBlob + 1}, 0, {}).error().kind, ErrorKind::Rejected);
}

TEST_F(FolderShelfTest, ThrowsAwayAFileWithAForeignContent) {
    write(file(), "not the table here");

    EXPECT_EQ(shelf_->find(name_).value(), nullptr);
    EXPECT_FALSE(std::filesystem::exists(file()));
}

TEST_F(FolderShelfTest, TakesAFileThatSomebodyPutThere) {
    write(file(), text_);
    EXPECT_NE(shelf_->find(name_).value(), nullptr);
}

TEST_F(FolderShelfTest, FindsAFileByHandWhereItIsTheBlob) {
    write(folder_ + "/by-hand", "something");
    EXPECT_EQ(shelf_->find(name_).value(), nullptr);
    write(folder_ + "/by-hand", text_);
    EXPECT_NE(shelf_->find(name_).value(), nullptr);
}

TEST_F(FolderShelfTest, IsNotMovedByWhatBecomesOfAFileByHand) {
    write(folder_ + "/by-hand", text_);
    const auto blob = shelf_->find(name_).value();
    ASSERT_NE(blob, nullptr);

    write(folder_ + "/by-hand", "another table of d");  // in place, and of the same size
    EXPECT_EQ(as_text(blob->octets()), text_);
    ASSERT_EQ(::truncate((folder_ + "/by-hand").c_str(), 0), 0);
    EXPECT_EQ(as_text(blob->octets()), text_);

    reopen();
    EXPECT_NE(shelf_->find(name_).value(), nullptr) << "it is here now";
}

TEST_F(FolderShelfTest, AFileByHandThatIsAnotherOneCostsNoPartThatIsUnderWay) {
    write(folder_ + "/by-hand", "another table of d");
    ASSERT_EQ(shelf_->put(name_, 0, as_bytes("a table")).value(), 7U);

    EXPECT_EQ(shelf_->find(name_).value(), nullptr);
    EXPECT_EQ(shelf_->put(name_, 0, {}).value(), 7U);
}

TEST_F(FolderShelfTest, FinishesAPartThatAPowerCutLeftWhole) {
    write(file(".part"), text_);

    EXPECT_EQ(shelf_->put(name_, 0, {}).value(), 18U);
    EXPECT_NE(shelf_->find(name_).value(), nullptr);
}

TEST_F(FolderShelfTest, ThrowsAwayWhatNobodyNames) {
    ASSERT_TRUE(shelf_->put(name_, 0, as_bytes(text_)));
    write(file() + "0", "an old one");
    const auto blob = shelf_->find(name_).value();

    ASSERT_TRUE(shelf_->keep_only(std::array{name_}));
    EXPECT_FALSE(std::filesystem::exists(file() + "0"));
    ASSERT_TRUE(shelf_->keep_only({}));
    EXPECT_EQ(shelf_->find(name_).value(), nullptr);
    EXPECT_EQ(as_text(blob->octets()), text_) << "who has it keeps it";
}

TEST_F(FolderShelfTest, KnowsWhatWasPutThereSince) {
    ASSERT_TRUE(shelf_->put(name_, 0, as_bytes(text_)));
    write(folder_ + "/by-no-digest", "something");
    const auto put = std::filesystem::last_write_time(file());
    const auto young = [&] { return shelf_->put_since(WallTime{} + std::chrono::days(10'000)).value(); };

    EXPECT_EQ(young(), std::vector{name_});
    std::filesystem::last_write_time(file(), put - std::chrono::days(20'000));
    EXPECT_TRUE(young().empty());
}

TEST_F(FolderShelfTest, WhatIsPutAgainCountsAsPutNow) {
    ASSERT_TRUE(shelf_->put(name_, 0, as_bytes(text_)));
    const auto put = std::filesystem::last_write_time(file());
    std::filesystem::last_write_time(file(), put - std::chrono::days(40));

    EXPECT_EQ(shelf_->put(name_, 0, as_bytes(text_)).value(), text_.size());

    EXPECT_GE(std::filesystem::last_write_time(file()), put) << "or it would be tidied away as an old one";
}

TEST_F(FolderShelfTest, WhatAnotherProcessHasTidiedAwayIsPutAnew) {
    ASSERT_TRUE(shelf_->put(name_, 0, as_bytes(text_)));
    const auto other = FolderShelf::open(folder_ + "/blobs").value();
    ASSERT_TRUE(other->keep_only({}));

    EXPECT_EQ(shelf_->put(name_, 0, as_bytes(text_)).value(), text_.size());

    EXPECT_TRUE(std::filesystem::exists(file())) << "open here, and gone from the folder: it is put there again";
}

TEST_F(FolderShelfTest, FollowsNoSymbolicLink) {
    write(folder_ + "/elsewhere", text_);
    std::filesystem::create_symlink(folder_ + "/elsewhere", file());

    EXPECT_FALSE(shelf_->find(name_));
}

}  // namespace
}  // namespace anchor::store
