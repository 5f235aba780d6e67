// SPDX-License-Identifier: Apache-2.0
#include <anchor/control/client.h>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <thread>

#include "service.h"

namespace anchor::control {
namespace {

template <class T>
std::string failure(const Result<T>& result) {
    return result ? "none" : std::string(to_string(result.error().kind)) + ": " + result.error().what;
}

// A daemon that says one thing, whatever it is asked, and closes.
class OddDaemon {
public:
    explicit OddDaemon(std::string says) : says_(std::move(says)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path().copy(address.sun_path, sizeof address.sun_path - 1);
        if (::bind(listening_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) std::abort();
        if (::listen(listening_.get(), 1) != 0) std::abort();
        thread_ = std::thread([this] {
            const UniqueFd caller(::accept(listening_.get(), nullptr, nullptr));
            std::array<char, 4096> call{};
            if (::recv(caller.get(), call.data(), call.size(), 0) > 0) (void)::send(caller.get(), says_.data(), says_.size(), MSG_NOSIGNAL);
        });
    }
    OddDaemon(const OddDaemon&) = delete;
    OddDaemon& operator=(const OddDaemon&) = delete;
    ~OddDaemon() { thread_.join(); }
    [[nodiscard]] std::string path() const { return scratch_.path("s"); }

private:
    parts::Scratch scratch_{"odd"};
    std::string says_;
    UniqueFd listening_{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    std::thread thread_;
};

std::string call(const std::string& answer) {
    const OddDaemon daemon(answer);
    auto client = Client::connect(daemon.path()).value();
    return failure(client.call("GetStatus", Json::object()));
}

TEST(Client, GivesTheAnswersParameters) {
    Service service([](const Call& got, const Responder& responder) { responder.done({{"name", got.parameters["name"]}}); });
    auto client = Client::connect(service.path()).value();

    EXPECT_EQ(client.call("CheckAccess", {{"name", "door"}}).value(), (Json{{"name", "door"}}));
    EXPECT_EQ(client.call("CheckAccess", {{"name", "gate"}}).value(), (Json{{"name", "gate"}}));
    EXPECT_EQ(client.call("org.varlink.service.GetInfo", Json::object()).value()["version"], "1.2.3");
}

TEST(Client, TellsTheDaemonsErrorsByTheirKind) {
    Service service([](const Call& got, const Responder& responder) {
        responder.fail(got.method == "Attest" ? unavailable("offline") : denied("no"));
    });
    auto client = Client::connect(service.path()).value();

    EXPECT_EQ(failure(client.call("Attest", Json::object())), "unavailable: offline");
    EXPECT_EQ(failure(client.call("Import", Json::object())), "denied: no");
    EXPECT_EQ(failure(client.call("Unheard", Json::object())),
              "rejected: org.varlink.service.MethodNotFound {\"method\":\"io.anchord.Agent.Unheard\"}");
    EXPECT_EQ(client.call("Attest", Json::object()).error().native, 0) << "an answer is no failure of the way";
}

TEST(Client, FollowsAStreamUntilItHasEnough) {
    Service service([](const Call&, const Responder& responder) {
        for (int n = 0; n < 10; ++n) responder.next({{"n", n}});
        responder.done({{"n", 10}});
    });
    int seen = 0;

    auto leaver = Client::connect(service.path()).value();
    ASSERT_TRUE(leaver.stream(
        "Subscribe", Json::object(), [&](const Json&) { return ++seen < 3; }, Seconds(5)));
    EXPECT_EQ(seen, 3);
    auto listener = Client::connect(service.path()).value();
    seen = 0;
    ASSERT_TRUE(listener.stream(
        "Subscribe", Json::object(), [&](const Json&) { return ++seen > 0; }, Seconds(5)));

    EXPECT_EQ(seen, 11);
}

TEST(Client, SaysThatNobodyListens) {
    const parts::Scratch scratch("none");

    const auto client = Client::connect(scratch.path("s"));

    ASSERT_FALSE(client);
    EXPECT_EQ(client.error().kind, ErrorKind::Unavailable);
    EXPECT_EQ(client.error().native, ENOENT);
}

TEST(Client, StopsWaitingAtItsDeadline) {
    std::optional<Responder> kept;
    Service service([&](const Call&, Responder responder) { kept = std::move(responder); });
    auto client = Client::connect(service.path()).value();

    EXPECT_EQ(failure(client.call("Attest", Json::object(), Milliseconds(20))), "unavailable: no answer before the deadline");

    service.on_loop([&] { kept.reset(); });
}

TEST(Client, RefusesAnswersThatAreNone) {
    using namespace std::string_literals;

    EXPECT_EQ(call(""), "stale: the daemon closed the connection");
    EXPECT_EQ(call("half a mess"), "stale: the daemon closed the connection");
    EXPECT_EQ(call("[]\0"s), "rejected: the answer is no Varlink: expected an object");
    EXPECT_EQ(call("{\"parameters\":1}\0"s), "rejected: the answer is no Varlink: \"parameters\" is number, expected an object");
    EXPECT_EQ(call("{\"continues\":true}\0"s), "rejected: the answer is no Varlink: a stream that nobody asked for");
}

TEST(Client, ReadsWhyItWasTurnedAway) {
    Service service([](const Call&, const Responder&) {}, {.connections = 0});
    auto client = Client::connect(service.path()).value();

    EXPECT_EQ(failure(client.call("GetStatus", Json::object())), "unavailable: the agent serves 0 connections already");
}

}  // namespace
}  // namespace anchor::control
