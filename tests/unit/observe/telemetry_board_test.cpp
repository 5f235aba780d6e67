// SPDX-License-Identifier: Apache-2.0
#include <anchor/observe/telemetry_board.h>

#include <gtest/gtest.h>

#include <cmath>
#include <thread>

namespace anchor::observe {
namespace {

constexpr std::uint32_t kPlc = 998;
const SteadyTime kThen{Seconds{10}};
const SteadyTime kNow{Seconds{70}};

// The user plc may put two values.
void let_plc_put(TelemetryBoard& board) {
    board.grant({{"plc.vibration_rms", {ClaimType::Double, kPlc, "app:plc"}}, {"plc.mode", {ClaimType::String, kPlc, "app:plc"}}});
}

Claims claims_of(TelemetryBoard& board) {
    Claims claims;
    board.collect(kNow, claims);
    return claims;
}

TEST(TelemetryBoard, KeepsTheLastValueWithTheTimeItWasPut) {
    TelemetryBoard telemetry;
    let_plc_put(telemetry);
    ASSERT_TRUE(telemetry.put("plc.vibration_rms", 1.5, kPlc, SteadyTime{Seconds{5}}));
    ASSERT_TRUE(telemetry.put("plc.vibration_rms", std::int64_t{2}, kPlc, kThen)) << "a whole number is a number";

    const Claims claims = claims_of(telemetry);

    EXPECT_EQ(claims.find("plc.vibration_rms")->value, ClaimValue(2.0));
    EXPECT_EQ(claims.find("plc.vibration_rms")->observed, kThen);
    EXPECT_EQ(claims.find("plc.vibration_rms")->source, "app:plc");
    EXPECT_EQ(claims.find("telemetry.values")->value, ClaimValue(std::int64_t{1}));
}

TEST(TelemetryBoard, KnowsNothingBeforeTheApplicationSpoke) {
    TelemetryBoard telemetry;
    let_plc_put(telemetry);

    EXPECT_TRUE(std::holds_alternative<Unknown>(claims_of(telemetry).find("plc.mode")->value));
}

TEST(TelemetryBoard, TakesValuesOnlyFromTheUserThatThePolicyNames) {
    TelemetryBoard telemetry;
    let_plc_put(telemetry);

    const auto refused = telemetry.put("plc.vibration_rms", 1.5, 1000, kThen);
    const auto root = telemetry.put("plc.vibration_rms", 1.5, 0, kThen);

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::Denied);
    EXPECT_FALSE(root) << "nobody stands above the policy";
    EXPECT_EQ(claims_of(telemetry).find("telemetry.refused")->value, ClaimValue(std::int64_t{2}));
}

TEST(TelemetryBoard, TakesOnlyWhatIsDeclared) {
    TelemetryBoard telemetry;
    let_plc_put(telemetry);

    EXPECT_EQ(telemetry.put("plc.other", 1.5, kPlc, kThen).error().kind, ErrorKind::Denied);
    EXPECT_EQ(telemetry.put("boot.secure_boot", true, kPlc, kThen).error().kind, ErrorKind::Denied);
}

TEST(TelemetryBoard, RefusesValuesThatAreNone) {
    TelemetryBoard telemetry;
    let_plc_put(telemetry);

    for (const ClaimValue& value :
         {ClaimValue(std::nan("")), ClaimValue(HUGE_VAL), ClaimValue(std::string("1.5")), ClaimValue(Unknown{"x"})})
        EXPECT_EQ(telemetry.put("plc.vibration_rms", value, kPlc, kThen).error().kind, ErrorKind::Rejected) << to_text(value);
}

TEST(TelemetryBoard, RefusesValuesThatAreTooLargeAndSaysWhy) {
    TelemetryBoard telemetry;
    telemetry.grant({{"plc.mode", {ClaimType::String, kPlc, "app:plc"}}, {"plc.parts", {ClaimType::StringList, kPlc, "app:plc"}}});
    using Texts = std::vector<std::string>;
    const auto complaint = [&](const char* name, ClaimValue value) {
        const auto put = telemetry.put(name, std::move(value), kPlc, kThen);
        return put ? "none" : put.error().what;
    };

    EXPECT_EQ(complaint("plc.mode", std::string(4094, 'x')), "none");
    EXPECT_EQ(complaint("plc.mode", std::string(4095, 'x')), "\"plc.mode\": larger than 4096 octets as JSON");
    EXPECT_EQ(complaint("plc.mode", std::string(700, '\x01')), "\"plc.mode\": larger than 4096 octets as JSON");
    EXPECT_EQ(complaint("plc.parts", Texts(64, std::string(60, 'x'))), "none");
    EXPECT_EQ(complaint("plc.parts", Texts(64, std::string(61, 'x'))), "\"plc.parts\": larger than 4096 octets as JSON");
    EXPECT_EQ(complaint("plc.parts", Texts(65, "x")), "\"plc.parts\": more than 64 texts");
}

TEST(TelemetryBoard, ReadsTimesAndDurationsInTheirSpelling) {
    TelemetryBoard telemetry;
    telemetry.grant({{"plc.until", {ClaimType::Timestamp, kPlc, "app:plc"}}, {"plc.cycle", {ClaimType::Duration, kPlc, "app:plc"}}});

    ASSERT_TRUE(telemetry.put("plc.until", std::string("2027-06-30T00:00:00Z"), kPlc, kThen));
    ASSERT_TRUE(telemetry.put("plc.cycle", std::string("250ms"), kPlc, kThen));

    EXPECT_EQ(telemetry.put("plc.cycle", std::string("soon"), kPlc, kThen).error().kind, ErrorKind::Rejected);
    EXPECT_EQ(claims_of(telemetry).find("plc.until")->value, ClaimValue(from_rfc3339("2027-06-30T00:00:00Z").value()));
    EXPECT_EQ(claims_of(telemetry).find("plc.cycle")->value, ClaimValue(Milliseconds{250}));
}

TEST(TelemetryBoard, TakesValuesWhileTheyAreCollected) {
    TelemetryBoard telemetry;
    let_plc_put(telemetry);
    std::thread collector([&] {
        for (int i = 0; i < 1000; ++i) EXPECT_EQ(claims_of(telemetry).size(), 4U);
    });

    for (int i = 0; i < 1000; ++i) EXPECT_TRUE(telemetry.put("plc.vibration_rms", static_cast<double>(i), kPlc, kThen));
    collector.join();

    EXPECT_EQ(claims_of(telemetry).find("plc.vibration_rms")->value, ClaimValue(999.0));
}

TEST(TelemetryBoard, ForgetsWhatIsNoLongerGranted) {
    TelemetryBoard telemetry;
    let_plc_put(telemetry);
    ASSERT_TRUE(telemetry.put("plc.vibration_rms", 1.5, kPlc, kThen));
    ASSERT_TRUE(telemetry.put("plc.mode", std::string("run"), kPlc, kThen));

    telemetry.grant({{"plc.vibration_rms", {ClaimType::Double, 1000, "app:other"}}, {"plc.mode", {ClaimType::String, kPlc, "app:plc"}}});

    const Claims claims = claims_of(telemetry);
    EXPECT_TRUE(std::holds_alternative<Unknown>(claims.find("plc.vibration_rms")->value)) << "another user's value";
    EXPECT_EQ(claims.find("plc.mode")->value, ClaimValue(std::string("run")));
}

}  // namespace
}  // namespace anchor::observe
