// SPDX-License-Identifier: Apache-2.0
#include <anchor/protocol/bodies.h>

#include <gtest/gtest.h>

#include "samples.h"

namespace anchor::protocol {
namespace {

TEST(StandingBody, IsReadBackAndRefusesAnUnknownStatus) {
    const Standing standing{9, StandingStatus::Suspended, "gateways", {{"policy/edge", 7}}, sample_time(), std::nullopt, "stolen?"};
    EXPECT_EQ(standing_from(9, to_json(standing)).value(), standing);

    Json bad = to_json(standing);
    bad["status"] = "fine";
    EXPECT_EQ(standing_from(9, bad).error().what, "\"status\" has unknown value \"fine\"");
}

TEST(FreshnessBody, IsReadBack) {
    const Freshness freshness{{{"anchors", 3}, {"policy/edge", 7}}};
    EXPECT_EQ(freshness_from(to_json(freshness)).value().versions, freshness.versions);
    EXPECT_FALSE(freshness_from(Json{{"versions", {{"anchors", -1}}}}));
}

TEST(FreshnessBody, NamesMoreThanOneDeviceCanWant) {
    std::map<std::string, std::uint64_t> versions;
    for (int i = 0; i < 2048; ++i) versions["policy/group-" + std::to_string(i)] = 1;
    EXPECT_EQ(freshness_from(to_json(Freshness{versions})).value().versions.size(), 2048U);
    EXPECT_FALSE(standing_from(1, to_json(Standing{1, StandingStatus::Active, "gateways", versions, {}, {}, {}})));

    versions["policy/one-more"] = 1;
    EXPECT_EQ(freshness_from(to_json(Freshness{versions})).error().what, "\"versions\" has more than 2048 members");
}

TEST(AttestationResultBody, IsReadBackWithItsReasons) {
    const Finding finding{
        "edge", "secure-boot", Dimension::Hardware, Tier::Contraindicated, false, 60, "off", {"NIST"}, {{"boot.secure_boot", "false"}}};
    const AttestationResult result{Level::Quarantined, Tier::Contraindicated, 60, {finding}};

    const AttestationResult read = attestation_result_from(to_json(result)).value();

    EXPECT_EQ(read.level, Level::Quarantined);
    EXPECT_EQ(read.findings, result.findings);
    Json bad = to_json(result);
    bad["risk"] = 101;
    EXPECT_FALSE(attestation_result_from(bad));
}

TEST(TelemetryBody, IsReadBackWithItsAge) {
    const SteadyTime now{Seconds{70}};
    Telemetry telemetry{sample_time(), {}};
    telemetry.claims.set("plc.vibration_rms", {1.5, now - Seconds{10}, "app:plc"});

    const Json body = to_json(telemetry, now);
    const Telemetry read = telemetry_from(body, now + Seconds{5}).value();

    EXPECT_EQ(body["claims"]["plc.vibration_rms"], (Json{{"type", "double"}, {"value", 1.5}, {"age", 10'000}, {"source", "app:plc"}}));
    EXPECT_FALSE(body.contains("left_out"));
    EXPECT_EQ(read.at, sample_time());
    EXPECT_EQ(read.claims.find("plc.vibration_rms")->value, ClaimValue(1.5));
    EXPECT_EQ(read.claims.find("plc.vibration_rms")->observed, now - Seconds{5}) << "by the receiver's clock";
}

TEST(TelemetryBody, IsNeverLargerThanItMayBeAndSaysWhatItLeavesOut) {
    Telemetry many{sample_time(), {}};
    for (int i = 0; i < 600; ++i) many.claims.set("app.c" + std::to_string(i), {std::string(4000, '\x01'), {}, "app:plc"});

    const Json body = to_json(many, {});
    const auto read = telemetry_from(body, {});

    ASSERT_TRUE(read) << read.error().what;
    EXPECT_LE(canonical_json(body).size(), kMaxTelemetry);
    EXPECT_GT(read->left_out, 0U);
    EXPECT_EQ(read->claims.size() + read->left_out, 600U);
    EXPECT_EQ(body, to_json(many, {})) << "the same whenever it is asked";
}

TEST(TelemetryBody, RefusesWhatIsNone) {
    const Json claim = {{"type", "int"}, {"value", 1}, {"age", 0}, {"source", "app:plc"}};
    const Json good = {{"at", "2026-11-23T12:00:00Z"}, {"claims", {{"plc.count", claim}}}, {"left_out", 2}};
    ASSERT_EQ(telemetry_from(good, {}).value().left_out, 2U);
    const auto refusal = [&](const std::string& key, Json value) {
        Json bad = good;
        bad[key] = std::move(value);
        const auto read = telemetry_from(bad, {});
        return read ? "none" : read.error().what;
    };
    Json text_for_number = claim;
    text_for_number["value"] = "1";

    EXPECT_EQ(refusal("claims", Json::object()), "telemetry without a claim");
    EXPECT_EQ(refusal("claims", {{"plc.count", text_for_number}}), "claim plc.count: \"value\" is string, expected a 64-bit integer");
    EXPECT_NE(refusal("claims", {{"plc.count", 1}}), "none");
    EXPECT_NE(refusal("claims", Json::array()), "none");
    EXPECT_NE(refusal("at", "yesterday"), "none");
    EXPECT_NE(refusal("left_out", -1), "none");
    EXPECT_NE(refusal("note", "x"), "none");
    Json of_the_kernel = claim;
    of_the_kernel["source"] = "kernel";
    EXPECT_EQ(refusal("claims", {{"os.uptime", of_the_kernel}}), "claim os.uptime is no application's");
    Json large = claim;
    large["source"] = "app:" + std::string(kMaxTelemetry, 'x');
    EXPECT_EQ(refusal("claims", {{"plc.count", large}}), "telemetry of more than 64 KiB");
}

TEST(NonceGrantBody, IsReadBack) {
    const NonceGrant grant{Bytes(32, 1), Seconds{60}, {{HashAlg::Sha256, 0x3ff}}, ImaPlace{3144, 7}};
    EXPECT_EQ(nonce_grant_from(to_json(grant)).value().selections, grant.selections);
    EXPECT_EQ(nonce_grant_from(to_json(grant)).value().ima, grant.ima);
    Json large = to_json(grant);
    large["ima"]["reset_count"] = std::uint64_t{1} << 32U;
    EXPECT_FALSE(nonce_grant_from(large));
    large.erase("ima");
    EXPECT_EQ(nonce_grant_from(large).value().ima, std::nullopt);
}

TEST(BlobPlaceBody, LiesInItsBlobAndItsOctetsDoToo) {
    const BlobPlace place{{Digest(HashAlg::Sha256), 10}, 8};
    EXPECT_EQ(blob_place_from(to_json(place)).value().offset, 8U);
    EXPECT_FALSE(blob_place_from(to_json(BlobPlace{place.name, 10})));

    EXPECT_EQ(blob_octets_from(blob_octets_json(Bytes{1, 2}), place).value(), (Bytes{1, 2}));
    EXPECT_FALSE(blob_octets_from(blob_octets_json(Bytes{1, 2, 3}), place)) << "more than the blob has";
    EXPECT_FALSE(blob_octets_from(blob_octets_json({}), place)) << "nothing, for ever";
    EXPECT_FALSE(blob_octets_from(blob_octets_json(Bytes(kMaxPiece + 1, 0)), {{Digest(HashAlg::Sha256), 1'000'000}, 0}));
}

TEST(BlobChunkBody, StaysInsideItsBlob) {
    const BlobChunk chunk{{Digest(HashAlg::Sha256), 10}, 8, Bytes{1, 2}};
    EXPECT_EQ(blob_chunk_from(to_json(chunk)).value().octets, chunk.octets);

    Json beyond = to_json(chunk);
    beyond["offset"] = 9;
    EXPECT_FALSE(blob_chunk_from(beyond));
    beyond["offset"] = UINT64_MAX;
    EXPECT_FALSE(blob_chunk_from(beyond));
    Json large = to_json(BlobChunk{{Digest(HashAlg::Sha256), 1'000'000}, 0, Bytes(kMaxChunk + 1, 0)});
    EXPECT_FALSE(blob_chunk_from(large));
}

}  // namespace
}  // namespace anchor::protocol
