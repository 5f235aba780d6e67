// SPDX-License-Identifier: Apache-2.0
#include <daemon/boot_log.h>

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

TEST(BootLog, IsReadDirectlyWhereWeMay) {
    const parts::Scratch scratch("boot-log");
    FakeOpener opener;
    const BootLog log(scratch.write("log", std::string_view("events")), opener);

    const auto octets = log.read();

    ASSERT_TRUE(octets) << octets.error().what;
    EXPECT_EQ(as_text(*octets), "events");
    EXPECT_TRUE(opener.asked.empty());
}

TEST(BootLog, IsUnavailableWhereThereIsNoneAndNobodyIsAsked) {
    const parts::Scratch scratch("boot-log");
    FakeOpener opener;

    const auto octets = BootLog(scratch.path("none"), opener).read();

    ASSERT_FALSE(octets);
    EXPECT_EQ(octets.error().kind, ErrorKind::Unavailable);
    EXPECT_TRUE(opener.asked.empty());
}

TEST(BootLog, ComesFromTheOpenerWhereWeMayNotRead) {
    if (::geteuid() == 0 && ::seteuid(65534) != 0) GTEST_SKIP() << "cannot give up root";
    const parts::Scratch scratch("boot-log");
    FakeOpener opener;
    opener.path = scratch.write("readable", std::string_view("events"));
    const std::string closed = scratch.write("closed", std::string_view("x"));
    ::chmod(closed.c_str(), 0);

    const auto octets = BootLog(closed, opener).read();
    opener.path.clear();
    const auto refused = BootLog(closed, opener).read();
    if (::getuid() == 0) {
        ASSERT_EQ(::seteuid(0), 0);
    }

    ASSERT_TRUE(octets) << octets.error().what;
    EXPECT_EQ(as_text(*octets), "events");
    EXPECT_EQ(opener.asked, (std::vector<std::string>{"boot", "boot"}));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::Denied);
    EXPECT_NE(refused.error().what.find("nobody there"), std::string::npos);
}

}  // namespace
}  // namespace anchor::daemon
