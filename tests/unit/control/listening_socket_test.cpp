// SPDX-License-Identifier: Apache-2.0
#include "control/listening_socket.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <parts/scratch.h>

#include "raw_caller.h"
#include "service.h"

namespace anchor::control {
namespace {

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

std::string failure(const Result<ListeningSocket>& result) {
    return result ? "none" : std::string(to_string(result.error().kind)) + ": " + result.error().what;
}

class ListeningSocketAtPath : public testing::Test {
protected:
    parts::Scratch scratch_{"socket"};
    std::string path_ = scratch_.path("s");
};

TEST_F(ListeningSocketAtPath, HasItsModeAndGoesWithItsOwner) {
    {
        const auto socket = ListeningSocket::at(path_, 0640, ::getegid());
        ASSERT_TRUE(socket) << socket.error().what;
        struct stat found {};
        ASSERT_EQ(::stat(path_.c_str(), &found), 0);
        EXPECT_EQ(found.st_mode & 07777U, 0640U);
        EXPECT_FALSE(exists(path_ + ".new"));
    }
    EXPECT_FALSE(exists(path_));
}

TEST_F(ListeningSocketAtPath, ReplacesOneThatNobodyAnswers) {
    {
        const auto dead = ListeningSocket::at(path_, 0600, {});
        ASSERT_TRUE(dead) << dead.error().what;
        ASSERT_EQ(::link(path_.c_str(), scratch_.path("kept").c_str()), 0);
    }
    ASSERT_EQ(::rename(scratch_.path("kept").c_str(), path_.c_str()), 0);

    const auto socket = ListeningSocket::at(path_, 0600, {});

    ASSERT_TRUE(socket) << socket.error().what;
    RawCaller caller(path_);
}

TEST_F(ListeningSocketAtPath, LeavesALivingDaemonAlone) {
    const auto first = ListeningSocket::at(path_, 0600, {});
    ASSERT_TRUE(first) << first.error().what;

    EXPECT_EQ(failure(ListeningSocket::at(path_, 0600, {})), "denied: " + path_ + ": another daemon answers there");
    RawCaller caller(path_);
}

TEST_F(ListeningSocketAtPath, DoesNotRemoveTheOneOfItsSuccessor) {
    std::optional<ListeningSocket> first = ListeningSocket::at(path_, 0600, {}).value();
    ASSERT_EQ(::unlink(path_.c_str()), 0);
    const auto second = ListeningSocket::at(path_, 0600, {});
    ASSERT_TRUE(second) << second.error().what;

    first.reset();

    EXPECT_TRUE(exists(path_));
}

TEST_F(ListeningSocketAtPath, LeavesOtherFilesAlone) {
    scratch_.write("s", std::string_view("precious"));

    EXPECT_EQ(failure(ListeningSocket::at(path_, 0600, {})), "denied: " + path_ + ": something else than a socket stands there");
    EXPECT_EQ(as_text(scratch_.read("s")), "precious");
}

TEST_F(ListeningSocketAtPath, RefusesPathsThatNoSocketCanHave) {
    EXPECT_EQ(failure(ListeningSocket::at("relative", 0600, {})), "denied: the socket's path \"relative.new\" is not absolute");
    EXPECT_EQ(failure(ListeningSocket::at("/" + std::string(200, 'x'), 0600, {})).substr(0, 6), "denied");
    EXPECT_EQ(failure(ListeningSocket::at(scratch_.path("no/s"), 0600, {})).substr(0, 11), "unavailable");
}

TEST_F(ListeningSocketAtPath, IsTakenOverFromSystemdWhereItIsOne) {
    auto made = ListeningSocket::at(path_, 0600, {});
    ASSERT_TRUE(made) << made.error().what;
    UniqueFd plain(::socket(AF_UNIX, SOCK_STREAM, 0));

    const auto given = ListeningSocket::given(UniqueFd(made->release()));
    const auto refused = ListeningSocket::given(std::move(plain));

    EXPECT_TRUE(given) << given.error().what;
    EXPECT_EQ(failure(refused), "rejected: the descriptor that was given is no listening Unix stream socket");
}

TEST(ServerGroup, ThatDoesNotExistIsNamed) {
    asio::io_context loop;

    const auto server = Server::listen(loop, {.path = "/nowhere/s", .group = "no-such-group-here"}, {});

    ASSERT_FALSE(server);
    EXPECT_EQ(server.error().what, "group of the local socket: there is no group \"no-such-group-here\"");
    EXPECT_EQ(server.error().kind, ErrorKind::Denied);
}

}  // namespace
}  // namespace anchor::control
