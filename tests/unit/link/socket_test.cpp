// SPDX-License-Identifier: Apache-2.0
#include <link/socket.h>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <vector>

namespace anchor::link {
namespace {

using namespace std::chrono_literals;

// An address of this machine as getaddrinfo(3) gives it.
class Server {
public:
    explicit Server(int backlog) {
        address_.sin_family = AF_INET;
        address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address_;
        if (::bind(socket_.get(), as_sockaddr(), size) != 0 || ::listen(socket_.get(), backlog) != 0) std::abort();
        if (::getsockname(socket_.get(), as_sockaddr(), &size) != 0) std::abort();
        info_.ai_family = AF_INET;
        info_.ai_socktype = SOCK_STREAM;
        info_.ai_addr = as_sockaddr();
        info_.ai_addrlen = size;
    }
    /// From then on it swallows what comes: the queue of those who wait is full.
    void fall_silent() {
        for (int i = 0; i < 4; ++i) {
            guests_.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
            (void)::connect(guests_.back().get(), as_sockaddr(), sizeof address_);
        }
    }
    void refuse() { socket_.reset(); }
    addrinfo* info() { return &info_; }

private:
    sockaddr* as_sockaddr() { return reinterpret_cast<sockaddr*>(&address_); }

    UniqueFd socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_in address_{};
    addrinfo info_{};
    std::vector<UniqueFd> guests_;
};

TEST(Connecting, AnAddressThatLeadsNowhereLeavesTimeForTheOthers) {
    Server dead(0);
    dead.fall_silent();
    Server refusing(8);
    refusing.refuse();
    Server alive(8);
    dead.info()->ai_next = refusing.info();
    refusing.info()->ai_next = alive.info();
    const StopFlag stop;
    const Deadline deadline = std::chrono::steady_clock::now() + 3s;

    const auto fd = connect_to_any(dead.info(), stop, deadline);

    EXPECT_TRUE(fd) << fd.error().what;
    EXPECT_LT(std::chrono::steady_clock::now(), deadline) << "what is further away than this machine would have had no time";
}

TEST(Connecting, SaysWhyTheLastOneFailed) {
    Server refusing(8);
    refusing.refuse();
    const StopFlag stop;

    const auto fd = connect_to_any(refusing.info(), stop, std::chrono::steady_clock::now() + 900ms);

    ASSERT_FALSE(fd);
    EXPECT_EQ(fd.error().kind, ErrorKind::Unavailable);
    EXPECT_NE(fd.error().what.find("refused"), std::string::npos) << fd.error().what;
    EXPECT_FALSE(connect_to_any(nullptr, stop, std::chrono::steady_clock::now() + 900ms));
}

}  // namespace
}  // namespace anchor::link
