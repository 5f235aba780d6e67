// SPDX-License-Identifier: Apache-2.0
#include <warden/listener.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include <gtest/gtest.h>

#include <parts/scratch.h>

namespace anchor::warden {
namespace {

bool listens(int fd) {
    int value = 0;
    socklen_t size = sizeof value;
    return ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &value, &size) == 0 && value == 1;
}

TEST(Listener, IsThereForItsUserOnly) {
    const parts::Scratch scratch("listener");

    const auto listener = open_listener(scratch.path("sock"), ::geteuid());

    ASSERT_TRUE(listener) << listener.error().what;
    struct stat status {};
    ASSERT_EQ(::stat(scratch.path("sock").c_str(), &status), 0);
    EXPECT_TRUE(listens(listener->get()));
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    EXPECT_EQ(status.st_uid, ::geteuid());
}

TEST(Listener, TakesThePlaceOfASocketThatWasLeft) {
    const parts::Scratch scratch("listener");
    { ASSERT_TRUE(open_listener(scratch.path("sock"), ::geteuid())); }

    EXPECT_TRUE(open_listener(scratch.path("sock"), ::geteuid()));
}

TEST(Listener, RefusesAPathThatIsTooLong) {
    EXPECT_EQ(open_listener("/tmp/" + std::string(200, 'x'), ::geteuid()).error().kind, ErrorKind::Denied);
}

// Descriptor 3 is the test program's own, so each of these runs in a process for itself.
class InheritedListener : public testing::Test {
protected:
    static void hand_over(int type, bool listening) {
        ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
        ::setenv("LISTEN_FDS", "1", 1);
        const int fd = ::socket(AF_UNIX, type, 0);
        const sockaddr unnamed{.sa_family = AF_UNIX, .sa_data = {}};  // the kernel chooses an abstract name
        if (::bind(fd, &unnamed, sizeof(sa_family_t)) != 0) ::_exit(2);
        if (listening && ::listen(fd, 1) != 0) ::_exit(2);
        if (::dup2(fd, 3) != 3) ::_exit(2);
        if (fd != 3) ::close(fd);
    }
    [[noreturn]] static void exit_with_what_is_taken(int type, bool listening) {
        hand_over(type, listening);
        const auto taken = open_listener("/nothing/here", 0);
        ::_exit(taken && taken->get() == 3 ? 0 : 1);
    }
};

TEST_F(InheritedListener, IsTakenFromTheServiceManager) {
    EXPECT_EXIT(exit_with_what_is_taken(SOCK_SEQPACKET, true), testing::ExitedWithCode(0), "");
}

TEST_F(InheritedListener, IsRefusedWhereItIsOfAnotherKind) {
    EXPECT_EXIT(exit_with_what_is_taken(SOCK_STREAM, true), testing::ExitedWithCode(1), "");
    EXPECT_EXIT(exit_with_what_is_taken(SOCK_SEQPACKET, false), testing::ExitedWithCode(1), "");
}

}  // namespace
}  // namespace anchor::warden
