// SPDX-License-Identifier: Apache-2.0

// Client and server over a real socket, and a peer that keeps to no rule.

#include <anchor/enforce/warden_client.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <thread>

#include <gtest/gtest.h>

#include <anchor/base/file.h>
#include <parts/scratch.h>
#include <warden/listed_logs.h>
#include <warden/listener.h>
#include <warden/server.h>

namespace anchor::warden {
namespace {

class FakeEnforcer final : public Enforcer {
public:
    Result<void> apply(const Enforcement& wish) override {
        wishes.push_back(wish);
        return outcome;
    }
    std::vector<Enforcement> wishes;
    Result<void> outcome;
};

const Enforcement kWish{.level = Level::Quarantined, .allow = {"mqtt.telemetry"}, .respond = {"isolate-network"}};

class WardenSocket : public testing::Test {
protected:
    WardenSocket()
        : logs_({{"boot", scratch_.write("log", "events")}}),
          listener_(open_listener(scratch_.path("sock"), ::geteuid()).value()),
          server_(::geteuid(), logs_, enforcer_) {}

    // One connection, served beside what the test does.
    template <class Act>
    auto while_served(Server& server, Act act) {
        std::thread serving([this, &server] {
            const UniqueFd connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
            const auto served = server.serve(connection.get(), Seconds(20));
            refusal_ = served ? std::nullopt : std::optional(served.error());
        });
        auto outcome = act();
        serving.join();
        return outcome;
    }
    enforce::WardenClient client(Milliseconds deadline = Seconds(20), uid_t server = ::geteuid()) const {
        return enforce::WardenClient({.socket = scratch_.path("sock"), .deadline = deadline, .server = server});
    }

    parts::Scratch scratch_{"warden"};
    ListedLogs logs_;
    FakeEnforcer enforcer_;
    UniqueFd listener_;
    Server server_;
    std::optional<Error> refusal_;
};

TEST_F(WardenSocket, HandsOverALogThatIsListed) {
    auto log = while_served(server_, [&] { return client().open("boot"); });

    ASSERT_TRUE(log) << log.error().what;
    EXPECT_EQ(as_text(read_all(log->get(), 100, "log").value()), "events");
    EXPECT_EQ(::fcntl(log->get(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    EXPECT_FALSE(refusal_);
}

TEST_F(WardenSocket, HandsOverNothingElse) {
    const auto unknown = while_served(server_, [&] { return client().open("ima"); });

    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().kind, ErrorKind::Denied);
    EXPECT_EQ(unknown.error().what, "warden: no log is called \"ima\"");
}

TEST_F(WardenSocket, CarriesTheWholeWish) {
    const auto done = while_served(server_, [&] { return client().apply(kWish); });

    EXPECT_TRUE(done) << done.error().what;
    EXPECT_EQ(enforcer_.wishes, std::vector{kWish});
}

TEST_F(WardenSocket, CarriesBackWhatWentWrong) {
    enforcer_.outcome = unavailable("targets: busy");

    const auto done = while_served(server_, [&] { return client().apply(kWish); });

    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, ErrorKind::Unavailable);
    EXPECT_EQ(done.error().what, "warden: targets: busy");
}

TEST_F(WardenSocket, ServesNobodyElse) {
    Server suspicious(::geteuid(), logs_, enforcer_, [](int) { return Result<uid_t>(::geteuid() + 1); });

    const auto done = while_served(suspicious, [&] { return client().apply(kWish); });

    EXPECT_FALSE(done);
    ASSERT_TRUE(refusal_);
    EXPECT_EQ(refusal_->kind, ErrorKind::Denied);
    EXPECT_TRUE(enforcer_.wishes.empty());
}

TEST_F(WardenSocket, LearnsThePeerFromTheKernel) {
    std::array<int, 2> pair{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair.data()), 0);
    const UniqueFd here(pair[0]);
    const UniqueFd there(pair[1]);

    EXPECT_EQ(kernel_peer(here.get()).value(), ::geteuid());
}

TEST_F(WardenSocket, IsNotBelievedWhereAnotherUserListens) {
    const auto done = client(Seconds(5), ::geteuid() + 1).apply(kWish);

    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, ErrorKind::Denied);
}

TEST_F(WardenSocket, IsUnavailableWhereNobodyAnswersInTime) {
    const auto silent = client(Milliseconds(50)).apply(kWish);  // listens, but nobody serves
    const auto gone = enforce::WardenClient({.socket = scratch_.path("nothing")}).apply(kWish);

    EXPECT_EQ(silent.error().kind, ErrorKind::Unavailable);
    EXPECT_EQ(gone.error().kind, ErrorKind::Unavailable);
}

// A peer that sends what it likes, on a pair of sockets of its own.
class RudePeer : public WardenSocket {
protected:
    RudePeer() {
        std::array<int, 2> pair{};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.data()), 0);
        peer_ = UniqueFd(pair[0]);
        connection_ = UniqueFd(pair[1]);
    }
    // What the server makes of the packet; `answer_` is what it said.
    Result<void> served(std::string_view packet) {
        EXPECT_EQ(::send(peer_.get(), packet.data(), packet.size(), 0), static_cast<ssize_t>(packet.size()));
        auto outcome = server_.serve(connection_.get());
        answer_.resize(enforce::kLargestMessage);
        const ssize_t got = ::recv(peer_.get(), answer_.data(), answer_.size(), MSG_DONTWAIT);
        answer_.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        return outcome;
    }

    UniqueFd peer_;
    UniqueFd connection_;
    std::string answer_;
};

TEST_F(RudePeer, IsToldThatItsRequestIsNone) {
    const std::vector<std::string> packets = {R"({"call":"open","log":"../../../etc/shadow"})", R"({"call":"run","what":"/bin/sh"})",
                                              R"({"call":"enforce","level":"trusted","allow":["../x"],"respond":[]})",
                                              std::string("\x00\xff\x7f", 3), "["};
    for (const std::string& packet : packets) {
        const auto outcome = served(packet);
        ASSERT_FALSE(outcome) << packet;
        EXPECT_EQ(outcome.error().kind, ErrorKind::Rejected) << packet;
        EXPECT_EQ(enforce::parse_answer(answer_).error().kind, ErrorKind::Rejected) << packet;
    }
    EXPECT_TRUE(enforcer_.wishes.empty());
}

TEST_F(RudePeer, IsToldThatItsRequestIsTooLarge) {
    const auto outcome = served(std::string(enforce::kLargestMessage + 1, ' '));

    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, ErrorKind::Rejected);
    EXPECT_NE(answer_.find("larger than 65536"), std::string::npos) << answer_;
}

TEST_F(RudePeer, DoesNotHoldUpTheWardenBySilence) {
    const auto outcome = server_.serve(connection_.get(), Milliseconds(20));

    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, ErrorKind::Unavailable);
}

TEST_F(RudePeer, DoesNotHurtTheWardenByLeaving) {
    const std::string_view packet = R"({"call":"open","log":"boot"})";
    ASSERT_EQ(::send(peer_.get(), packet.data(), packet.size(), 0), static_cast<ssize_t>(packet.size()));
    peer_.reset();

    EXPECT_EQ(server_.serve(connection_.get()).error().kind, ErrorKind::Unavailable);
}

TEST_F(RudePeer, LeavesNoDescriptorBehind) {
    const int before = ::dup(0);
    ::close(before);
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(served(R"({"call":"open","log":"boot"})"));

    // The answers with their descriptors were received without taking them; the server keeps none of its own.
    const int after = ::dup(0);
    ::close(after);
    EXPECT_EQ(after, before);
}

}  // namespace
}  // namespace anchor::warden
