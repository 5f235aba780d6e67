// SPDX-License-Identifier: Apache-2.0
#include <anchor/control/server.h>

#include <gtest/gtest.h>

#include <atomic>
#include <optional>

#include "raw_caller.h"
#include "service.h"

namespace anchor::control {
namespace {

constexpr const char* kGetStatus = R"({"method":"io.anchord.Agent.GetStatus"})";

void answer_with_the_method(const Call& call, const Responder& responder) { responder.done({{"method", call.method}}); }

TEST(Server, AnswersACall) {
    Service service([](const Call& call, const Responder& responder) {
        responder.done({{"got", call.parameters}, {"uid", call.peer.uid}});
    });
    RawCaller caller(service.path());

    caller.send_message(R"({"method":"io.anchord.Agent.CheckAccess","parameters":{"name":"door"}})");

    EXPECT_EQ(caller.message(), (Json{{"parameters", {{"got", {{"name", "door"}}}, {"uid", ::geteuid()}}}}));
}

TEST(Server, AnswersCallsInTheirOrder) {
    Service service(answer_with_the_method);
    RawCaller caller(service.path());

    caller.send(std::string(kGetStatus) + '\0' + R"({"method":"io.anchord.Agent.Attest"})" + '\0' + kGetStatus + '\0');

    EXPECT_EQ(caller.message()["parameters"]["method"], "GetStatus");
    EXPECT_EQ(caller.message()["parameters"]["method"], "Attest");
    EXPECT_EQ(caller.message()["parameters"]["method"], "GetStatus");
}

TEST(Server, AnswersLaterAndOthersMeanwhile) {
    std::optional<Responder> kept;
    Service service([&](const Call& call, Responder responder) {
        if (call.method == "Attest")
            kept = std::move(responder);
        else
            responder.done(Json::object());
    });
    RawCaller patient(service.path());
    RawCaller other(service.path());

    patient.send_message(R"({"method":"io.anchord.Agent.Attest"})");
    other.send_message(kGetStatus);
    EXPECT_TRUE(other.message().contains("parameters"));
    service.on_loop([&] { kept->done({{"result", {{"level", "trusted"}}}}); });

    EXPECT_EQ(patient.message()["parameters"]["result"]["level"], "trusted");
    service.on_loop([&] { kept.reset(); });
}

TEST(Server, StreamsUntilTheLastAnswer) {
    Service service([](const Call&, const Responder& responder) {
        responder.next({{"n", 1}});
        responder.next({{"n", 2}});
        responder.done({{"n", 3}});
        responder.next({{"n", 4}});
    });
    RawCaller caller(service.path());

    caller.send_message(R"({"method":"io.anchord.Agent.Subscribe","more":true})");
    caller.send_message(kGetStatus);

    EXPECT_EQ(caller.message(), (Json{{"parameters", {{"n", 1}}}, {"continues", true}}));
    EXPECT_EQ(caller.message(), (Json{{"parameters", {{"n", 2}}}, {"continues", true}}));
    EXPECT_EQ(caller.message(), (Json{{"parameters", {{"n", 3}}}}));
    EXPECT_EQ(caller.message(), (Json{{"parameters", {{"n", 1}}}})) << "the next call has one answer again";
}

TEST(Server, KnowsThatACallerOfAStreamHasLeft) {
    std::optional<Responder> kept;
    Service service([&](const Call&, Responder responder) {
        responder.next({{"n", 1}});
        kept = std::move(responder);
    });
    {
        RawCaller caller(service.path());
        caller.send_message(R"({"method":"io.anchord.Agent.Subscribe","more":true})");
        ASSERT_EQ(caller.message()["continues"], true);
    }

    while (service.connections() != 0) continue;  // bounded by the test's deadline

    service.on_loop([&] {
        EXPECT_FALSE(kept->waiting());
        kept->next({{"n", 2}});
        kept.reset();
    });
}

TEST(Server, AnswersACallerWhoSendsNoMore) {
    Service service(answer_with_the_method);
    RawCaller caller(service.path());

    caller.send_message(kGetStatus);
    caller.send_message(kGetStatus);
    caller.end_sending();

    EXPECT_EQ(caller.message()["parameters"]["method"], "GetStatus");
    EXPECT_EQ(caller.message()["parameters"]["method"], "GetStatus");
    EXPECT_TRUE(caller.sees_end());
}

TEST(Server, DoesNotAnswerACallThatWantsNoAnswer) {
    std::atomic<int> calls = 0;
    Service service([&](const Call&, const Responder& responder) { responder.done({{"call", ++calls}}); });
    RawCaller caller(service.path());

    caller.send_message(R"({"method":"io.anchord.Agent.PutTelemetry","oneway":true})");
    caller.send_message(kGetStatus);

    EXPECT_EQ(caller.message()["parameters"]["call"], 2);
}

TEST(Server, TellsTheCallerWhenTheAgentDropsACall) {
    Service service([](const Call&, const Responder&) {});
    RawCaller caller(service.path());

    caller.send_message(kGetStatus);

    EXPECT_EQ(caller.message(), (Json{{"error", kUnavailableError}, {"parameters", {{"reason", "the agent dropped the call"}}}}));
}

TEST(Server, TellsFailuresByTheirKind) {
    Error failure = denied("not now");
    Service service([&](const Call&, const Responder& responder) { responder.fail(failure); });
    RawCaller caller(service.path());

    for (const auto& [kind, name] : {std::pair{ErrorKind::Denied, kDeniedError}, std::pair{ErrorKind::Rejected, kRejectedError},
                                     std::pair{ErrorKind::Corrupt, kUnavailableError}}) {
        service.on_loop([&failure, kind = kind] { failure.kind = kind; });
        caller.send_message(kGetStatus);
        EXPECT_EQ(caller.message(), (Json{{"error", name}, {"parameters", {{"reason", "not now"}}}}));
    }
}

TEST(Server, DescribesItself) {
    Service service(answer_with_the_method);
    RawCaller caller(service.path());

    caller.send_message(R"({"method":"org.varlink.service.GetInfo"})");
    const Json info = caller.message()["parameters"];
    caller.send_message(R"({"method":"org.varlink.service.GetInterfaceDescription","parameters":{"interface":"io.anchord.Agent"}})");
    const Json description = caller.message()["parameters"]["description"];

    EXPECT_EQ(info["version"], "1.2.3");
    EXPECT_EQ(info["interfaces"], (Json{kServiceInterface, kAgentInterface}));
    EXPECT_EQ(description, agent_description());
}

struct Refusal {
    const char* call;
    const char* error;
    const char* parameters;
};
class ServerRefuses : public testing::TestWithParam<Refusal> {};

TEST_P(ServerRefuses, AndGoesOn) {
    Service service(answer_with_the_method);
    RawCaller caller(service.path());

    caller.send_message(GetParam().call);
    const Json answer = caller.message();
    caller.send_message(kGetStatus);

    EXPECT_EQ(answer, (Json{{"error", GetParam().error}, {"parameters", parse_json(GetParam().parameters).value()}}));
    EXPECT_EQ(caller.message()["parameters"]["method"], "GetStatus") << "the connection lives on";
}

INSTANTIATE_TEST_SUITE_P(Calls, ServerRefuses,
                         testing::Values(Refusal{R"({"method":"io.anchord.Agent.Explode"})", "org.varlink.service.MethodNotFound",
                                                 R"({"method":"io.anchord.Agent.Explode"})"},
                                         Refusal{R"({"method":"org.varlink.service.X"})", "org.varlink.service.MethodNotFound",
                                                 R"({"method":"org.varlink.service.X"})"},
                                         Refusal{R"({"method":"io.anchord.Other.GetStatus"})", "org.varlink.service.InterfaceNotFound",
                                                 R"({"interface":"io.anchord.Other"})"},
                                         Refusal{R"({"method":"org.varlink.service.GetInterfaceDescription"})",
                                                 "org.varlink.service.InvalidParameter", R"({"parameter":"interface"})"},
                                         Refusal{
                                             R"({"method":"org.varlink.service.GetInterfaceDescription","parameters":{"interface":"x"}})",
                                             "org.varlink.service.InterfaceNotFound", R"({"interface":"x"})"},
                                         Refusal{R"({"method":"io.anchord.Agent.Subscribe"})", "org.varlink.service.ExpectedMore", "{}"},
                                         Refusal{R"({"method":"io.anchord.Agent.GetStatus","upgrade":true})",
                                                 "org.varlink.service.InvalidParameter", R"({"parameter":"upgrade"})"}));

class ServerDoesNotRead : public testing::TestWithParam<const char*> {};

TEST_P(ServerDoesNotRead, SaysWhyAndCloses) {
    Service service(answer_with_the_method);
    RawCaller caller(service.path());

    caller.send_message(GetParam());

    EXPECT_EQ(caller.message()["error"], kRejectedError);
    EXPECT_TRUE(caller.sees_end());
    RawCaller next(service.path());
    next.send_message(kGetStatus);
    EXPECT_EQ(next.message()["parameters"]["method"], "GetStatus");
}

INSTANTIATE_TEST_SUITE_P(Messages, ServerDoesNotRead,
                         testing::Values("", "GET / HTTP/1.1", "[]", "{}", "null", "{\"method\":\"\xff\xfe.X\"}", R"({"method":1})",
                                         R"({"method":"GetStatus"})", R"({"method":"a.b","method":"a.c"})",
                                         R"({"method":"a.b","parameters":[]})", R"({"method":"a.b","more":"yes"})",
                                         R"({"method":"a.b","more":true,"oneway":true})", R"({"method":"a.b","extra":1})",
                                         R"({"method":"a.b","parameters":{"a":[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]}})"));

}  // namespace
}  // namespace anchor::control
