// SPDX-License-Identifier: Apache-2.0
// What applications of a device said, as it arrives at the registry: kept as the device's own word, in bounds.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "fleet.h"

namespace anchor::registry {
namespace {

using protocol::verb::kTelemetry;
using testing::HasSubstr;

class TelemetryOfADevice : public WithoutATpm {
protected:
    static Json counting(int number) {
        const Json claim = {{"type", "int"}, {"value", number}, {"age", 5}, {"source", "app:plc"}};
        return {{"at", "2026-11-23T12:00:00Z"}, {"claims", {{"plc.count", claim}}}};
    }
    std::vector<int> kept(std::size_t newest = 1000) {
        const auto entries = fleet.store->telemetry(device.identity->device, newest).value();
        std::vector<int> numbers;
        for (const auto& entry : entries) {
            numbers.push_back(parse_json(entry.body).value()["claims"]["plc.count"]["value"].get<int>());
        }
        return numbers;
    }
    std::size_t written() { return fleet.store->audit_log("", 10'000).value().size(); }
};

TEST_F(TelemetryOfADevice, IsKeptAsItCameTheNewestAlone) {
    const std::size_t before = written();
    for (int i = 0; i < 205; ++i) ASSERT_EQ(device.ask(kTelemetry, counting(i)), "");

    const auto numbers = kept();
    ASSERT_EQ(numbers.size(), 200U);
    EXPECT_EQ(numbers.front(), 5);
    EXPECT_EQ(numbers.back(), 204);
    EXPECT_EQ(kept(2), (std::vector{203, 204}));
    EXPECT_EQ(written(), before) << "the audit log grows by none of it";
    const auto last = fleet.store->telemetry(device.identity->device, 1).value().at(0);
    EXPECT_EQ(last.body, canonical_json(counting(204)));
    EXPECT_EQ(last.came, fleet.clock.wall());
}

TEST_F(TelemetryOfADevice, ThatSomebodyHasRecordedIsKeptOnce) {
    const Message recorded = device.signed_message(kTelemetry, counting(1));
    ASSERT_EQ(TestDevice::refusal_of(device.open_reply(*fleet.requests->answer(recorded), recorded)), "");
    for (int i = 0; i < 40; ++i) (void)device.nonce();  // its answer is forgotten
    for (int i = 2; i < 202; ++i) ASSERT_EQ(device.ask(kTelemetry, counting(i)), "");

    const auto again = device.open_reply(*fleet.requests->answer(recorded), recorded);

    EXPECT_THAT(TestDevice::refusal_of(again), HasSubstr("carried out before"));
    EXPECT_EQ(kept().back(), 201) << "an old word does not come back as the newest";
}

TEST_F(TelemetryOfADevice, ThatIsSaidAgainBecauseTheAnswerGotLostIsKeptOnce) {
    for (int i = 0; i < 2; ++i) EXPECT_EQ(device.ask(kTelemetry, counting(1)), "");

    EXPECT_EQ(kept(), std::vector{1});
}

TEST_F(TelemetryOfADevice, OfAnotherFormIsRefusedAndNotKept) {
    Json with_more = counting(1);
    with_more["level"] = "trusted";
    Json of_another_type = counting(1);
    of_another_type["claims"]["plc.count"]["value"] = "one";

    EXPECT_NE(device.ask(kTelemetry, with_more), "");
    EXPECT_EQ(device.refusal_kind, ErrorKind::Rejected);
    EXPECT_THAT(device.ask(kTelemetry, of_another_type), HasSubstr("claim plc.count"));
    EXPECT_NE(device.ask(kTelemetry, Json::object()), "");
    EXPECT_TRUE(kept().empty());
}

TEST_F(TelemetryOfADevice, OfAFullOutboxIsTakenAtOnceAndThenOneAMinute) {
    std::string refusal;
    int taken = 0;
    for (; taken < 1100 && refusal.empty(); ++taken) {
        fleet.clock.pass(Milliseconds{200});  // requests have a bound of their own
        refusal = device.ask(kTelemetry, counting(taken));
    }
    EXPECT_GE(taken, 1000);
    EXPECT_THAT(refusal, HasSubstr("telemetry too often: wait"));
    EXPECT_EQ(device.refusal_kind, ErrorKind::Unavailable) << "a device keeps it, and comes again";

    fleet.clock.pass(Seconds(61));
    EXPECT_EQ(device.ask(kTelemetry, counting(5000)), "");
    EXPECT_THAT(device.ask(kTelemetry, counting(5001)), HasSubstr("too often"));
}

TEST_F(TelemetryOfADevice, MovesNothingThatTheDeviceIsJudgedBy) {
    const DeviceRecord before = fleet.record(device.identity->device);
    ASSERT_EQ(device.ask(kTelemetry, counting(1)), "");

    const DeviceRecord after = fleet.record(device.identity->device);
    EXPECT_EQ(after.result, before.result);
    EXPECT_EQ(after.result_version, before.result_version);
}

}  // namespace
}  // namespace anchor::registry
