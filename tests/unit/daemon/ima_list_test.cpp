// SPDX-License-Identifier: Apache-2.0
#include <daemon/ima_list.h>

#include <array>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <parts/scratch.h>

namespace anchor::daemon {
namespace {

class FakeOpener final : public LogOpener {
public:
    Result<UniqueFd> open(std::string_view log) override {
        asked.emplace_back(log);
        if (path.empty()) return unavailable("nobody there");
        return UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    }
    std::string path;
    std::vector<std::string> asked;
};

std::string read_all(LogStream& stream) {
    std::string text;
    std::array<std::uint8_t, 3> octets{};
    while (const std::size_t got = stream.read(octets).value()) text += as_text(ByteView(octets).first(got));
    return text;
}

TEST(ImaList, IsAStreamFromAnyPlaceOn) {
    const parts::Scratch scratch("ima-list");
    FakeOpener opener;
    ImaList list(scratch.write("list", std::string_view("measurements")), opener);

    EXPECT_EQ(read_all(*list.open(0).value()), "measurements");
    EXPECT_EQ(read_all(*list.open(8).value()), "ents");
    EXPECT_EQ(read_all(*list.open(100).value()), "") << "behind its end there is nothing";
    EXPECT_TRUE(opener.asked.empty());
}

TEST(ImaList, IsUnavailableWhereThereIsNoneAndNobodyIsAsked) {
    const parts::Scratch scratch("ima-list");
    FakeOpener opener;

    const auto stream = ImaList(scratch.path("none"), opener).open(0);

    ASSERT_FALSE(stream);
    EXPECT_EQ(stream.error().kind, ErrorKind::Unavailable);
    EXPECT_TRUE(opener.asked.empty());
}

TEST(ImaList, ComesFromTheOpenerWhereWeMayNotRead) {
    if (::geteuid() == 0 && ::seteuid(65534) != 0) GTEST_SKIP() << "cannot give up root";
    const parts::Scratch scratch("ima-list");
    FakeOpener opener;
    opener.path = scratch.write("readable", std::string_view("measurements"));
    const std::string closed = scratch.write("closed", std::string_view("x"));
    ::chmod(closed.c_str(), 0);

    const auto stream = ImaList(closed, opener).open(8);
    const std::string text = stream ? read_all(**stream) : stream.error().what;
    opener.path.clear();
    const auto refused = ImaList(closed, opener).open(0);
    if (::getuid() == 0) {
        ASSERT_EQ(::seteuid(0), 0);
    }

    EXPECT_EQ(text, "ents");
    EXPECT_EQ(opener.asked, (std::vector<std::string>{"ima", "ima"}));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::Denied);
}

}  // namespace
}  // namespace anchor::daemon
