// SPDX-License-Identifier: Apache-2.0

// What callers may use up, and that the rest is served meanwhile.

#include <gtest/gtest.h>

#include <deque>
#include <optional>

#include "raw_caller.h"
#include "service.h"

namespace anchor::control {
namespace {

constexpr const char* kGetStatus = R"({"method":"io.anchord.Agent.GetStatus"})";

void answer(const Call&, const Responder& responder) { responder.done(Json::object()); }

bool is_served(RawCaller& caller) {
    caller.send_message(kGetStatus);
    return caller.message().contains("parameters");
}

TEST(ServerLimits, TurnAwayOneConnectionTooMany) {
    Service service(answer, {.connections = 3});
    std::deque<RawCaller> callers;
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(is_served(callers.emplace_back(service.path())));

    RawCaller late(service.path());
    const Json answered = late.message();

    EXPECT_EQ(answered["parameters"]["reason"], "the agent serves 3 connections already");
    EXPECT_TRUE(late.sees_end());
    EXPECT_TRUE(is_served(callers.front()));
}

TEST(ServerLimits, GiveAPlaceBackWhenACallerLeaves) {
    Service service(answer, {.connections = 1});
    std::optional<RawCaller> first(std::in_place, service.path());
    ASSERT_TRUE(is_served(*first));

    first.reset();
    while (service.connections() != 0) continue;  // bounded by the test's deadline

    RawCaller second(service.path());
    EXPECT_TRUE(is_served(second));
}

TEST(ServerLimits, EndAMessageWithoutAnEnd) {
    Service service(answer, {.message = 1000});
    RawCaller caller(service.path());

    caller.send(std::string(1001, ' '));

    EXPECT_EQ(caller.message()["parameters"]["reason"], "a message of more than 1000 octets");
    EXPECT_TRUE(caller.sees_end());
}

TEST(ServerLimits, TakeAMessageOfFullLengthAndNoneLonger) {
    Service service(answer, {.message = 1000});
    const std::string call = kGetStatus;
    RawCaller fits(service.path());
    RawCaller too_long(service.path());

    fits.send_message(call + std::string(1000 - call.size(), ' '));
    too_long.send_message(call + std::string(1001 - call.size(), ' '));

    EXPECT_TRUE(fits.message().contains("parameters"));
    EXPECT_EQ(too_long.message()["error"], "io.anchord.Agent.Rejected");
}

TEST(ServerLimits, EndWhoSendsHalfAMessage) {
    Service service(answer, {.half_message = Milliseconds(30)});
    RawCaller caller(service.path());

    caller.send(R"({"method":"io.anch)");

    EXPECT_TRUE(caller.sees_end());
}

TEST(ServerLimits, EndWhoAsksNothing) {
    Service service(answer, {.idle = Milliseconds(30)});
    RawCaller caller(service.path());

    EXPECT_TRUE(caller.sees_end());
}

TEST(ServerLimits, DoNotEndACallThatTakesItsTime) {
    std::optional<Responder> kept;
    Service service(
        [&](const Call& call, Responder responder) {
            if (call.method == "Attest")
                kept = std::move(responder);
            else
                responder.done(Json::object());
        },
        {.idle = Milliseconds(30)});
    RawCaller slow(service.path());
    slow.send_message(R"({"method":"io.anchord.Agent.Attest"})");
    while (service.connections() != 1) continue;
    RawCaller idle(service.path());

    EXPECT_TRUE(idle.sees_end()) << "so the time of the other has passed too";

    service.on_loop([&] {
        EXPECT_TRUE(kept.has_value() && kept->waiting());
        if (kept) kept->done({{"n", 1}});
        kept.reset();
    });
    EXPECT_EQ(slow.message()["parameters"]["n"], 1);
}

TEST(ServerLimits, EndWhoDoesNotReadAndServeTheOthers) {
    std::optional<Responder> stream;
    Service service(
        [&](const Call& call, Responder responder) {
            if (call.method == "Subscribe")
                stream = std::move(responder);
            else
                responder.done(Json::object());
        },
        {.unread_output = 100'000});
    RawCaller deaf(service.path());
    deaf.send_message(R"({"method":"io.anchord.Agent.Subscribe","more":true})");
    RawCaller other(service.path());
    ASSERT_TRUE(is_served(other));
    while (true) {  // until the subscription has arrived
        bool there = false;
        service.on_loop([&] { there = stream.has_value(); });
        if (there) break;
    }

    int sent = 0;
    service.on_loop([&] {
        const Json large{{"text", std::string(10'000, 'x')}};
        for (; stream->waiting() && sent < 1000; ++sent) stream->next(large);
        stream.reset();
    });

    EXPECT_LT(sent, 1000);
    EXPECT_TRUE(is_served(other));
    EXPECT_EQ(service.connections(), 1U);
}

TEST(ServerLimits, EndWhoTakesNoOctetOfItsAnswer) {
    Service service(
        [](const Call& call, const Responder& responder) {
            responder.done({{"text", std::string(call.method == "GetStatus" ? 5'000'000 : 1, 'x')}});
        },
        {.unread_output = 10'000'000, .stalled_output = Milliseconds(30)});
    RawCaller deaf(service.path());
    deaf.send_message(R"({"method":"io.anchord.Agent.CheckAccess"})");
    ASSERT_TRUE(deaf.message().contains("parameters"));

    deaf.send_message(kGetStatus);
    while (service.connections() != 0) continue;  // bounded by the test's deadline

    EXPECT_TRUE(deaf.sees_end());
}

TEST(ServerLimits, ServeOthersBetweenTheCallsOfOne) {
    std::vector<pid_t> order;
    Service service([&](const Call& call, const Responder& responder) {
        order.push_back(static_cast<pid_t>(call.parameters.value("who", 0)));
        responder.done(Json::object());
    });
    RawCaller greedy(service.path());
    RawCaller modest(service.path());
    std::string many;
    for (int i = 0; i < 2000; ++i) many += std::string(R"({"method":"io.anchord.Agent.GetStatus","parameters":{"who":1}})") + '\0';

    greedy.send(many);
    modest.send_message(R"({"method":"io.anchord.Agent.GetStatus","parameters":{"who":2}})");
    EXPECT_TRUE(modest.message().contains("parameters"));

    for (int i = 0; i < 2000; ++i) ASSERT_TRUE(greedy.message().contains("parameters")) << i;
}

}  // namespace
}  // namespace anchor::control
