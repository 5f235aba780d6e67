// SPDX-License-Identifier: Apache-2.0
#include <daemon/telemetry.h>

#include <unistd.h>

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include <fakes/fake_device.h>

namespace anchor::daemon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::uint32_t kPlc = 998;

policy::PolicyInForce declares(const std::string& name, const std::string& claims, policy::Origin origin = policy::Origin::Signed) {
    auto policy = policy::parse_policy("{\"policy\": \"" + name + "\", \"version\": 1, \"claims\": " + claims +
                                       R"(, "rules": [{"id": "r", "about": "hardware", "require": "boot.secure_boot", "because": "b"}]})");
    if (!policy) ADD_FAILURE() << policy.error().what;
    return {std::make_shared<const policy::Policy>(std::move(policy).value()), origin};
}

class TelemetryTest : public ::testing::Test {
protected:
    void follow(std::vector<policy::PolicyInForce> policies) { telemetry_.follow(policy::PolicySet(std::move(policies))); }
    Result<void> put(const char* name, const Json& value, std::uint32_t uid = kPlc) {
        return telemetry_.put({{"name", name}, {"value", value}}, uid);
    }
    Claims claims() {
        Claims claims;
        board_.collect(clock_.steady(), claims);
        return claims;
    }

    observe::TelemetryBoard board_;
    fakes::FakeClock clock_;
    std::vector<std::string> log_;
    int arrived_ = 0;
    Telemetry telemetry_{board_, clock_, [this](agent::Severity, const std::string& text) { log_.push_back(text); }, [this] { ++arrived_; },
                         [](const std::string& name) { return name == "plc" ? std::optional<std::uint32_t>(kPlc) : std::nullopt; }};
};

constexpr const char* kOneDouble = R"({"plc.rms": {"type": "double", "from": "app:plc"}, "boot.secure_boot": {"max_age": "5m"}})";

TEST_F(TelemetryTest, TakesWhatAPolicyDeclaresFromTheUserItNames) {
    follow({declares("edge", kOneDouble)});

    ASSERT_TRUE(put("plc.rms", 1.5));

    EXPECT_EQ(claims().find("plc.rms")->value, ClaimValue(1.5));
    EXPECT_EQ(claims().find("plc.rms")->source, "app:plc");
    EXPECT_EQ(arrived_, 1);
    EXPECT_THAT(log_, IsEmpty());
}

TEST_F(TelemetryTest, RefusesEverythingElse) {
    follow({declares("edge", kOneDouble)});

    EXPECT_EQ(put("plc.rms", 1.5, 0).error().kind, ErrorKind::Denied) << "root is another user";
    EXPECT_EQ(put("plc.other", 1.5).error().kind, ErrorKind::Denied);
    EXPECT_EQ(put("boot.secure_boot", true).error().kind, ErrorKind::Denied) << "nobody may say what is built in";
    EXPECT_EQ(put("plc.rms", "fast").error().kind, ErrorKind::Rejected);
    EXPECT_EQ(put("plc.rms", nullptr).error().kind, ErrorKind::Rejected);
    EXPECT_EQ(put("plc.rms", Json::object()).error().kind, ErrorKind::Rejected);
    EXPECT_EQ(put("plc.rms", std::uint64_t{1} << 63U).error().kind, ErrorKind::Rejected);
    EXPECT_EQ(telemetry_.put({{"name", "plc.rms"}}, kPlc).error().kind, ErrorKind::Rejected);
    EXPECT_EQ(telemetry_.put({{"name", "plc.rms"}, {"value", 1}, {"uid", 0}}, kPlc).error().kind, ErrorKind::Rejected);
    EXPECT_EQ(arrived_, 0);
}

TEST_F(TelemetryTest, FollowsThePoliciesInForce) {
    follow({declares("edge", kOneDouble)});
    ASSERT_TRUE(put("plc.rms", 1.5));

    follow({});
    EXPECT_FALSE(put("plc.rms", 1.5));
    follow({declares("edge", kOneDouble)});

    EXPECT_TRUE(std::holds_alternative<Unknown>(claims().find("plc.rms")->value)) << "values of before do not come back";
}

TEST_F(TelemetryTest, SaysWhoIsNotThere) {
    follow({declares("edge", R"({"x.y": {"type": "int", "from": "app:nobody-here"}})")});

    EXPECT_FALSE(put("x.y", 1));
    EXPECT_THAT(log_, ElementsAre(HasSubstr("nobody can put x.y: there is no user \"nobody-here\" here")));
}

TEST_F(TelemetryTest, KeepsToTheFirstOfTwoThatDisagree) {
    follow({declares("edge", kOneDouble), declares("local", R"({"plc.rms": {"type": "int", "from": "app:plc"}})", policy::Origin::Local)});

    ASSERT_TRUE(put("plc.rms", 1.5));
    EXPECT_THAT(log_, ElementsAre(HasSubstr("policies declare plc.rms in different ways")));
}

TEST(TelemetryUsers, AreFoundByNameAndByNumber) {
    EXPECT_EQ(user_named("root"), 0U);
    EXPECT_EQ(user_named("998"), 998U);
    EXPECT_EQ(user_named("no-such-user-at-all"), std::nullopt);
}

}  // namespace
}  // namespace anchor::daemon
