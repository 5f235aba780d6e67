// SPDX-License-Identifier: Apache-2.0

// A registry that is updated: the file of every earlier version is opened, and what stood in it is there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <anchor/base/encoding.h>
#include <parts/scratch.h>
#include <registry/database.h>

#include "fleet.h"

namespace anchor::registry {
namespace {

using testing::HasSubstr;

const DeviceId kDevice = DeviceId::parse(std::string(26, 'a')).value();
const WallTime kThen = from_rfc3339("2026-01-02T03:04:05Z").value();

// As that version wrote them: only what was there from the first step on.
void fill(Database& database) {
    const Json standing = protocol::to_json(Standing{.number = 7, .status = StandingStatus::Suspended, .group = "press", .reason = "lost"});
    ASSERT_TRUE(database.run(
        "INSERT INTO devices (id, hardware_bound, ek_public, key_digest, ek_certificate, ak_public, device_key, certificates, labels,"
        " group_name, standing_number, standing, standing_document, enrolled_at) VALUES (?,1,?,?,?,?,?,?,?,?,7,?,?,?)",
        kDevice.text(), Bytes{1}, Bytes{2}, Bytes{}, Bytes{3}, Bytes{4}, R"(["BQ"])", R"({"hall":"3"})", "press", canonical_json(standing),
        "as signed", kThen));
    ASSERT_TRUE(database.run("INSERT INTO approvals (device, labels, asked_at, approved) VALUES (?,'{}',?,0)", kDevice.text(), kThen));
    ASSERT_TRUE(database.run("INSERT INTO ek_list (digest, note, added_at) VALUES (?,'press 4',?)", Bytes(32, 9), kThen));
    ASSERT_TRUE(database.run(
        "INSERT INTO documents (kind, name, version, audience, text, issued) VALUES ('policy','press',3,'x','signed',?)", kThen));
    ASSERT_TRUE(database.run("INSERT INTO nonces (nonce, device, expires) VALUES (?,?,?)", Bytes(32, 8), kDevice.text(), kThen));
    ASSERT_TRUE(database.run("INSERT INTO counters (name, value) VALUES ('fresh',41)"));
    ASSERT_TRUE(database.run("INSERT INTO audit (at, act, device, what) VALUES (?,'enrolled',?,'enrolled with claim batch-7')", kThen,
                             kDevice.text()));
}

class Schema : public testing::Test {
protected:
    [[nodiscard]] std::string path() const { return scratch_.path("registry.db"); }
    [[nodiscard]] std::unique_ptr<Database> raw(std::size_t schema) const { return Database::open(path(), schema).value(); }

    parts::Scratch scratch_{"schema"};
};

class EarlierSchema : public Schema, public testing::WithParamInterface<std::size_t> {};

TEST_P(EarlierSchema, IsBroughtUpAndKeepsItsRows) {
    {
        const auto before = raw(GetParam());
        ASSERT_EQ(before->number("PRAGMA user_version").value(), GetParam());
        fill(*before);
    }

    const auto store = Store::open(path()).value();

    const auto device = store->device(kDevice).value();
    ASSERT_TRUE(device);
    EXPECT_EQ(device->device_key, Bytes{4});
    EXPECT_EQ(device->certificates, std::vector<Bytes>{Bytes{5}});
    EXPECT_EQ(device->labels.at("hall"), "3");
    EXPECT_EQ(device->standing.number, 7U);
    EXPECT_EQ(device->standing.reason, "lost");
    EXPECT_EQ(device->enrolled_at, kThen);
    EXPECT_TRUE(device->next_key.empty());
    EXPECT_EQ(store->pending().value().size(), 1U);
    EXPECT_EQ(store->endorsement_list().value().at(0).note, "press 4");
    EXPECT_EQ(store->document(protocol::DocumentKind::Policy, "press", 0).value()->version, 3U);
    EXPECT_EQ(store->take_nonce(kDevice, Bytes(32, 8), kThen).error().kind, ErrorKind::Stale) << "it is known, and has expired";
    EXPECT_EQ(store->next_number("fresh").value(), 42U);
    EXPECT_EQ(store->audit_log("", 10).value().at(0).what, "enrolled with claim batch-7");
    EXPECT_EQ(store->standings_after(0, 10).value().at(0).document, "as signed");
    EXPECT_EQ(raw(newest_schema())->number("PRAGMA user_version").value(), newest_schema());
}

TEST_P(EarlierSchema, CanBeUsedAsANewOne) {
    fill(*raw(GetParam()));
    const auto store = Store::open(path()).value();

    auto device = store->device(kDevice).value().value();
    ++device.standing.number;
    device.standing_document = "another";
    device.next_key = {6};
    ASSERT_TRUE(store->save(device));
    ASSERT_TRUE(store->keep_telemetry(kDevice, "{}", kThen));

    EXPECT_EQ(store->device(kDevice).value()->next_key, Bytes{6});
    EXPECT_EQ(store->telemetry(kDevice, 10).value().at(0).came, kThen);
    EXPECT_EQ(store->standings_after(1, 10).value().at(0).document, "another");
    EXPECT_EQ(store->standing_changes().value().count("standing/a"), 1U);
    EXPECT_FALSE(raw(newest_schema())->run("DELETE FROM audit"));
}

INSTANTIATE_TEST_SUITE_P(Each, EarlierSchema, testing::Range<std::size_t>(1, newest_schema() + 1));

TEST_F(Schema, TheFirstVersionsAuditLogSaysWhoseBatchADeviceIs) {
    fill(*raw(1));

    EXPECT_EQ(Store::open(path()).value()->devices_of_claim("batch-7").value(), std::vector{kDevice});
}

TEST_F(Schema, ADeviceThatIsRemovedTakesItsTelemetryAlong) {
    const auto database = raw(newest_schema());
    fill(*database);
    ASSERT_TRUE(Store::open(path()).value()->keep_telemetry(kDevice, "{}", kThen));

    ASSERT_TRUE(database->run("DELETE FROM nonces"));
    ASSERT_TRUE(database->run("DELETE FROM devices"));

    EXPECT_EQ(database->number("SELECT count(*) FROM telemetry").value(), 0);
}

TEST_F(Schema, OfALaterVersionIsRefusedAndLeftAlone) {
    const std::string later = "PRAGMA user_version=" + std::to_string(newest_schema() + 1);
    ASSERT_TRUE(raw(newest_schema())->script(later));

    const auto opened = Store::open(path());

    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, ErrorKind::Denied);
    EXPECT_THAT(opened.error().what, HasSubstr("made by a newer version of this program"));
}

TEST_F(Schema, IsWrittenAheadAndSyncedWithEachCommit) {
    const auto database = raw(newest_schema());

    Query mode = database->query("PRAGMA journal_mode");
    ASSERT_TRUE(mode.step().value());
    EXPECT_EQ(mode.text(0), "wal");
    EXPECT_EQ(database->number("PRAGMA synchronous").value(), 2) << "FULL";
    EXPECT_EQ(database->number("PRAGMA foreign_keys").value(), 1);
}

}  // namespace
}  // namespace anchor::registry
