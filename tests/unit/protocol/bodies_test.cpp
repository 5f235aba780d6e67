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
