// SPDX-License-Identifier: Apache-2.0
#include <anchor/enforce/warden_protocol.h>

#include <array>

#include <gtest/gtest.h>

namespace anchor::enforce {
namespace {

TEST(WardenRequest, IsReadBackAsItWasWritten) {
    const WardenRequest wish = Enforcement{.level = Level::Quarantined, .allow = {"mqtt.telemetry", "a"}, .respond = {"isolate-network"}};
    const WardenRequest open = OpenLog{"boot"};

    EXPECT_EQ(parse_request(to_message(wish).value()).value(), wish);
    EXPECT_EQ(parse_request(to_message(open).value()).value(), open);
    EXPECT_EQ(to_message(open).value(), R"({"call":"open","log":"boot"})");
}

TEST(WardenRequest, IsRefusedWhereItIsNotExactlyOne) {
    static constexpr std::array kMessages = {
        "",
        "[]",
        "{}",
        "\"open\"",
        R"({"call":"open"})",
        R"({"call":"open","log":7})",
        R"({"call":"open","log":"boot","flags":"w"})",
        R"({"call":"open","call":"open","log":"boot"})",
        R"({"call":"open","log":"boot"} )"
        "x",
        R"({"call":"run","log":"boot"})",
        R"({"call":"enforce","level":"trusted","allow":[]})",
        R"({"call":"enforce","level":"root","allow":[],"respond":[]})",
        R"({"call":"enforce","level":"trusted","allow":"a","respond":[]})",
        R"({"call":"enforce","level":"trusted","allow":[7],"respond":[]})",
        R"({"call":"enforce","level":"trusted","allow":[["a"]],"respond":[]})",
        R"({"call":"enforce","level":"trusted","allow":[],"respond":[],"log":"boot"})",
    };
    for (const char* message : kMessages) {
        const auto request = parse_request(message);
        ASSERT_FALSE(request) << message;
        EXPECT_EQ(request.error().kind, ErrorKind::Rejected) << message;
    }
}

TEST(WardenRequest, IsRefusedWhereANameCouldBeSomethingElse) {
    static constexpr std::array kNames = {"",      "../shadow", "/etc/shadow", "a/b", "-rf",     ".hidden", "A",        "a b",
                                          "a\\nb", "a;b",       "$a",          "a-",  "\\u0000", "\\u00e4", "a\\u0000b"};
    for (const std::string name : kNames) {
        EXPECT_FALSE(parse_request(R"({"call":"open","log":")" + name + "\"}")) << name;
        EXPECT_FALSE(parse_request(R"({"call":"enforce","level":"trusted","respond":[],"allow":[")" + name + "\"]}")) << name;
        EXPECT_FALSE(parse_request(R"({"call":"enforce","level":"trusted","allow":[],"respond":[")" + name + "\"]}")) << name;
    }
    EXPECT_TRUE(is_name(std::string(kLongestName, 'a')));
    EXPECT_FALSE(is_name(std::string(kLongestName + 1, 'a')));
}

TEST(WardenRequest, NamesTheEntryThatIsWrong) {
    const auto request = parse_request(R"({"call":"enforce","level":"trusted","allow":["a","B"],"respond":[]})");
    ASSERT_FALSE(request);
    EXPECT_EQ(request.error().what, "request: \"allow\", entry 2: not a name");
}

TEST(WardenRequest, HasABoundInOctetsAndInNames) {
    const Enforcement largest{.level = Level::Trusted, .allow = std::vector<std::string>(kMostNames, "a"), .respond = {}};
    const Enforcement many{.level = Level::Trusted, .allow = std::vector<std::string>(kMostNames + 1, "a"), .respond = {}};
    const Enforcement wide{.level = Level::Trusted, .allow = std::vector<std::string>(kMostNames, std::string(64, 'a')), .respond = {}};
    std::string list;
    for (std::size_t i = 0; i < kMostNames; ++i) list += "\"a\",";

    EXPECT_TRUE(parse_request(to_message(largest).value()));
    EXPECT_FALSE(to_message(many));
    EXPECT_FALSE(to_message(wide));
    EXPECT_FALSE(parse_request(R"({"call":"enforce","level":"trusted","respond":[],"allow":[)" + list + "\"a\"]}"));
    EXPECT_FALSE(parse_request(R"({"call":"open","log":"boot")" + std::string(kLargestMessage, ' ') + "}"));
}

TEST(WardenRequest, IsNotWrittenWithANameThatCouldNotBeRead) {
    EXPECT_FALSE(to_message(OpenLog{"../boot"}));
    EXPECT_FALSE(to_message(Enforcement{.level = Level::Trusted, .allow = {"A"}, .respond = {}}));
}

TEST(WardenAnswer, CarriesSuccessAndErrors) {
    const Error error = denied("no log is called \"x\"");

    EXPECT_TRUE(parse_answer(answer_message({})));
    const auto answer = parse_answer(answer_message(error));

    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, ErrorKind::Denied);
    EXPECT_EQ(answer.error().what, error.what);
}

TEST(WardenAnswer, FitsAMessageWhateverWentWrong) {
    const auto answer = parse_answer(answer_message(unavailable(std::string(kLargestMessage, '"') + "\xff\n")));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, ErrorKind::Unavailable);
}

TEST(WardenAnswer, IsRefusedWhereItIsNone) {
    for (const char* message : {"", "{}", R"({"ok":false})", R"({"ok":true,"what":""})", R"({"error":"fine","what":""})"}) {
        const auto answer = parse_answer(message);
        ASSERT_FALSE(answer) << message;
        EXPECT_EQ(answer.error().kind, ErrorKind::Rejected) << message;
    }
}

}  // namespace
}  // namespace anchor::enforce
