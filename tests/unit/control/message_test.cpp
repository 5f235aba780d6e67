// SPDX-License-Identifier: Apache-2.0
#include "control/message.h"

#include <gtest/gtest.h>

#include "control/connection.h"
#include "control/dispatch.h"
#include "control/message_framing.h"

namespace anchor::control {
namespace {

using namespace std::string_literals;

std::string next(MessageFraming& framing) {
    const auto message = framing.next();
    if (!message) return "error: " + message.error().what;
    return message->value_or("(none)");
}

TEST(MessageFraming, CutsAtEachNul) {
    MessageFraming framing(100);

    framing.feed("one\0two\0th"s);

    EXPECT_EQ(next(framing), "one");
    EXPECT_EQ(next(framing), "two");
    EXPECT_EQ(next(framing), "(none)");
    EXPECT_EQ(framing.waiting(), 2U);
}

TEST(MessageFraming, PutsAMessageTogetherFromSingleOctets) {
    MessageFraming framing(100);

    for (const char octet : "ab\0cd\0"s) {
        framing.feed({&octet, 1});
        if (octet != 'b') continue;
        EXPECT_EQ(next(framing), "(none)");
    }

    EXPECT_EQ(next(framing), "ab");
    EXPECT_EQ(next(framing), "cd");
    EXPECT_EQ(next(framing), "(none)");
    EXPECT_EQ(framing.waiting(), 0U);
}

TEST(MessageFraming, RefusesAMessageBeyondItsLimitWithAndWithoutEnd) {
    MessageFraming endless(4);
    MessageFraming ended(4);

    endless.feed("12345");
    ended.feed("1234\0"s + "12345\0"s);

    EXPECT_EQ(next(endless), "error: a message of more than 4 octets");
    EXPECT_TRUE(endless.full());
    EXPECT_EQ(next(ended), "1234");
    EXPECT_EQ(next(ended), "error: a message of more than 4 octets");
}

TEST(Message, ReadsACall) {
    const auto request = request_from(R"({"method":"io.anchord.Agent.Subscribe","parameters":{"a":1},"more":true})");

    ASSERT_TRUE(request) << request.error().what;
    EXPECT_EQ(request->interface, "io.anchord.Agent");
    EXPECT_EQ(request->method, "Subscribe");
    EXPECT_EQ(request->parameters, (Json{{"a", 1}}));
    EXPECT_TRUE(request->more);
    EXPECT_FALSE(request->oneway);
}

TEST(Message, SaysWhatIsWrongWithACall) {
    const auto complaint = [](std::string_view text) {
        const auto request = request_from(text);
        return request ? std::string("none") : request.error().what;
    };

    EXPECT_EQ(complaint(R"({"method":"a.b","more":1})"), "\"more\" is number, expected true or false");
    EXPECT_EQ(complaint(R"({"method":"a.b","parameters":"x"})"), "\"parameters\" is string, expected an object");
    EXPECT_EQ(complaint(R"({"parameters":{}})"), "\"method\" is missing");
    EXPECT_EQ(complaint(R"({"method":"a."})"), "\"method\" is no name of an interface and a method, as in \"io.anchord.Agent.GetStatus\"");
    EXPECT_EQ(complaint(R"({"method":"a.b","continues":true})"), "unknown key \"continues\"");
}

TEST(Message, ReachesItsHandlerWithoutACopy) {
    const Json* seen = nullptr;
    const Dispatch dispatch(Authority{}, "1", [&](const Call& call, const Responder&) { seen = &call.parameters["list"][0]; });
    auto request = request_from(R"({"method":"io.anchord.Agent.Import","parameters":{"list":[1]}})").value();
    const Json* const read = &request.parameters["list"][0];

    dispatch(std::move(request), Peer{.uid = 0}, std::make_shared<Exchange>(std::weak_ptr<Connection>(), Exchange::Form::Single));

    EXPECT_EQ(seen, read);
}

TEST(Message, WritesAnswersThatItReads) {
    const std::string text = reply_text({{"text",
                                          "a\xff"
                                          "b"}},
                                        true);
    const std::string error = error_text("x.y.Bad", {{"reason", "r"}});

    const auto reply = reply_from(std::string_view(text).substr(0, text.size() - 1), 1000);
    const auto failure = reply_from(std::string_view(error).substr(0, error.size() - 1), 1000);

    ASSERT_TRUE(reply) << reply.error().what;
    EXPECT_TRUE(reply->continues);
    EXPECT_EQ(reply->parameters["text"],
              "a\xef\xbf\xbd"
              "b")
        << "one bad octet costs itself, not the answer";
    ASSERT_TRUE(failure) << failure.error().what;
    EXPECT_EQ(failure->error, "x.y.Bad");
    EXPECT_EQ(text.back(), '\0');
}

}  // namespace
}  // namespace anchor::control
