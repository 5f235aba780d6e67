// SPDX-License-Identifier: Apache-2.0
#include <anchor/base/file.h>

#include <unistd.h>
#include <array>
#include <cerrno>

#include <gtest/gtest.h>

namespace anchor {
namespace {

TEST(ReadFile, ReadsFilesWhoseSizeIsALie) { EXPECT_FALSE(read_file("/proc/self/stat", 4096).value().empty()); }

TEST(ReadFile, SaysWhatTheCallerShouldDo) {
    EXPECT_EQ(read_file("/does/not/exist", 10).error().kind, ErrorKind::Unavailable);
    EXPECT_EQ(read_file("/does/not/exist", 10).error().native, ENOENT);
    EXPECT_EQ(read_file("/proc/self", 10).error().kind, ErrorKind::Rejected);
}

TEST(ReadFile, StopsAtTheLimit) {
    EXPECT_EQ(read_file("/dev/zero", 100'000).error().kind, ErrorKind::Rejected);
    EXPECT_EQ(read_file("/dev/null", 0).value().size(), 0U);
}

TEST(WriteAll, WritesWhatReadAllReads) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    const UniqueFd out(ends[0]);
    UniqueFd in(ends[1]);
    const Bytes sent(3000, 0x5a);
    ASSERT_TRUE(write_all(in.get(), sent, "pipe"));
    in.reset();
    EXPECT_EQ(read_all(out.get(), 3000, "pipe").value(), sent);
}

}  // namespace
}  // namespace anchor
