// SPDX-License-Identifier: Apache-2.0
// What applications say reaches the registry, now or after an outage.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include <anchor/crypto/hash.h>

#include "enrolled_device.h"

namespace anchor::agent {
namespace {

constexpr Milliseconds kTick{30'000};
constexpr Milliseconds kEvery = std::chrono::hours(1);

class TelemetryToTheRegistry : public testing::Test {
protected:
    TelemetryToTheRegistry() { says().set("plc.vibration_rms", {1.5, owned.device.clock.steady(), "app:plc"}); }
    void start(std::optional<Milliseconds> every = kEvery) {
        AgentSettings settings;
        settings.telemetry_every = every;
        owned.start(std::move(settings));
        owned.tick(kTick);
    }
    Claims& says() { return owned.device.source.says; }
    std::vector<Json> waiting() const {
        std::vector<Json> entries;
        for (const auto& entry : owned.device.outbox.entries) {
            if (entry.kind == OutboxKind::Telemetry) entries.push_back(parse_json(as_text(entry.octets)).value());
        }
        return entries;
    }
    std::size_t sent() const {
        const auto is_telemetry = [](const Message& message) { return message.topic.ends_with("/request/telemetry"); };
        return static_cast<std::size_t>(std::ranges::count_if(owned.device.link.sent, is_telemetry));
    }

    EnrolledDevice owned;
};

TEST_F(TelemetryToTheRegistry, IsWhatApplicationsSayAndNothingElse) {
    says().set("os.kernel", {std::string("6.1"), owned.device.clock.steady(), "kernel"});
    says().set("telemetry.values", {std::int64_t{1}, owned.device.clock.steady(), "system"});
    says().set("plc.mode", {Unknown{"the application has put no value yet"}, owned.device.clock.steady(), "app:plc"});
    start();

    ASSERT_EQ(waiting().size(), 1U);
    const Json claim = {{"type", "double"}, {"value", 1.5}, {"age", kTick.count()}, {"source", "app:plc"}};
    const Json entry = {{"at", to_rfc3339(owned.device.clock.wall())}, {"claims", {{"plc.vibration_rms", claim}}}};
    EXPECT_EQ(waiting().front(), entry);
}

TEST_F(TelemetryToTheRegistry, IsToldOnceEachInterval) {
    start();
    for (Milliseconds passed{0}; passed + kTick < kEvery; passed += kTick) owned.tick(kTick);
    EXPECT_EQ(waiting().size(), 1U);

    owned.tick(kTick);
    EXPECT_EQ(waiting().size(), 2U);
}

TEST_F(TelemetryToTheRegistry, IsToldByNobodyWhoDoesNotWantIt) {
    start(std::nullopt);
    owned.tick(kEvery);

    EXPECT_TRUE(waiting().empty());
}

TEST_F(TelemetryToTheRegistry, BeginsWithTheFirstWordOfAnApplication) {
    says().set("plc.vibration_rms", {Unknown{"the application has put no value yet"}, {}, "app:plc"});
    start();
    EXPECT_TRUE(waiting().empty()) << "there is nothing to tell";

    says().set("plc.vibration_rms", {2.0, owned.device.clock.steady(), "app:plc"});
    owned.tick(kTick);
    owned.tick(kTick);
    EXPECT_EQ(waiting().size(), 1U);
}

TEST_F(TelemetryToTheRegistry, IsForgottenOnceItHasArrived) {
    start();
    owned.device.link.connect();
    owned.pump();
    ASSERT_EQ(sent(), 1U);
    EXPECT_EQ(waiting().size(), 1U);

    owned.device.link.deliver(owned.reply("telemetry", Json::object(), owned.device.clock.wall()));
    owned.pump();

    EXPECT_TRUE(waiting().empty());
    EXPECT_EQ(sent(), 1U);
}

TEST_F(TelemetryToTheRegistry, ThatIsRefusedForGoodIsToldAndDropped) {
    start();
    owned.device.link.connect();
    owned.pump();
    ASSERT_EQ(sent(), 1U);
    const auto& said = *std::ranges::find_if(owned.device.link.sent, [](const Message& m) { return m.topic.ends_with("/telemetry"); });
    const protocol::Reply no{"telemetry", crypto::hash(HashAlg::Sha256, said.payload), protocol::Refusal{ErrorKind::Rejected, "not here"},
                             Json(), ""};
    const std::string text = owned.sign_online(protocol::reply_document(no, "acme", owned.device_id, owned.device.clock.wall()));
    owned.device.link.deliver({"anchor/1/acme/device/" + owned.device_id.text() + "/reply", to_bytes(text), said.correlation});
    owned.pump();

    EXPECT_TRUE(waiting().empty());
    EXPECT_THAT(owned.device.log, testing::Contains("telemetry is refused: the registry says: not here"));
}

TEST_F(TelemetryToTheRegistry, WaitsBehindReports) {
    start();
    ASSERT_TRUE(owned.device.outbox.push(OutboxKind::Report, as_bytes("{}")));
    owned.device.link.connect();
    owned.pump();
    EXPECT_EQ(sent(), 0U);

    owned.device.link.deliver(owned.reply("report", Json::object(), owned.device.clock.wall()));
    owned.pump();
    EXPECT_EQ(sent(), 1U);
}

TEST_F(TelemetryToTheRegistry, OfTheOwnerBeforeIsNobodyElsesBusiness) {
    start();
    ASSERT_FALSE(waiting().empty());

    ASSERT_TRUE(owned.agent->reset());

    EXPECT_TRUE(waiting().empty());
    owned.tick(kEvery);
    EXPECT_TRUE(waiting().empty()) << "without an identity nothing is told";
}

}  // namespace
}  // namespace anchor::agent
