// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/reference_values.h>

#include <nlohmann/json.hpp>

#include "ima_list.h"

namespace anchor::measure {
namespace {

crypto::PublicKey key_of(const std::string& name) {
    const Bytes pem = file_octets(std::string(ANCHOR_SOURCE_DIR) + "/tests/vectors/ima/" + name + ".pub.pem");
    return crypto::PublicKey::from_pem(as_text(pem)).value();
}

ReferenceValues sample() {
    ReferenceValues values;
    values.boot.pcrs[7] = {Digest(HashAlg::Sha256)};
    values.ima.table = name_of_table(as_bytes("a table"));
    values.ima.signers = {{0x0a1b2c3d, key_of("p256"), "CN=build farm", false}, {1, key_of("rsa"), "", true}};
    return values;
}

TEST(ReferenceValues, ReadWhatTheyWrite) {
    const Json document = to_json(sample());
    const auto read = reference_values_from(document);

    ASSERT_TRUE(read) << read.error().what;
    EXPECT_EQ(to_json(*read), document);
    EXPECT_EQ(document["ima"]["table"]["digest"], crypto::hash(HashAlg::Sha256, as_bytes("a table")).text());
    EXPECT_EQ(document["ima"]["keys"][0]["id"], "0a1b2c3d");
    EXPECT_EQ(read->ima.signers[1].key, key_of("rsa"));
    EXPECT_FALSE(document["ima"]["keys"][0].contains("sha1"));
    EXPECT_TRUE(read->ima.signers[1].sha1);
}

TEST(ReferenceValues, AreThoseOfTheBootAloneWhereNothingIsSaidAboutIma) {
    const auto read = reference_values_from(parse_json(R"({"firmware": {"min_version": "1.2"}})").value());

    ASSERT_TRUE(read) << read.error().what;
    EXPECT_TRUE(read->ima.empty());
    EXPECT_EQ(to_json(*read), parse_json(R"({"firmware": {"min_version": "1.2"}})").value());
}

TEST(ReferenceValues, GiveTheKeysThatTheirIdsName) {
    ReferenceValues values;
    const Bytes signature = file_octets(std::string(ANCHOR_SOURCE_DIR) + "/tests/vectors/ima/p256-sha256.sig");
    const Bytes file = file_octets(std::string(ANCHOR_SOURCE_DIR) + "/tests/vectors/ima/file");
    const Digest content = crypto::hash(HashAlg::Sha256, file);
    const ImaDigest digest{{}, "sha256", HashAlg::Sha256, content.view()};
    const ImaKeyId id = ImaSignature::parse(signature)->key;

    EXPECT_EQ(values.ima.keys().verify(signature, digest), ImaSignatureVerdict::UnknownKey);
    values.ima.signers = {{id, key_of("p256"), "", false}};
    EXPECT_EQ(values.ima.keys().verify(signature, digest), ImaSignatureVerdict::Valid);
    values.ima.signers[0].id = id + 1;
    EXPECT_EQ(values.ima.keys().verify(signature, digest), ImaSignatureVerdict::UnknownKey);
}

TEST(ReferenceValues, RefuseWhatTheyDoNotUnderstand) {
    const std::vector<std::pair<const char*, const char*>> bad{
        {R"({"ima": []})", "\"ima\": expected an object"},
        {R"({"ima": {"files": 1}})", "\"ima\": unknown key \"files\""},
        {R"({"ima": {"table": {"digest": "sha256:00", "size": 1}}})", "\"ima\": \"table\": "},
        {R"({"ima": {"table": {"digest": "sha1:0000000000000000000000000000000000000000", "size": 1}}})", "named by SHA-256"},
        {R"({"ima": {"keys": {}}})", "\"ima\": \"keys\": expected a list of keys"},
        {R"({"ima": {"keys": [{"id": "0a1b2c", "spki": ""}]}})", "\"ima\": \"keys\": a key id has 4 octets"},
        {R"({"ima": {"keys": [{"id": "0a1b2c3d", "spki": "AAAA"}]}})", "\"ima\": \"keys\": "},
        {R"({"ima": {}, "pcr": {}})", "unknown key \"pcr\""},
    };
    for (const auto& [json, problem] : bad) {
        const auto read = reference_values_from(parse_json(json).value());
        ASSERT_FALSE(read) << json;
        EXPECT_NE(read.error().what.find(problem), std::string::npos) << read.error().what;
    }
    Json many = to_json(sample());
    while (many["ima"]["keys"].size() <= kMostImaSigners) many["ima"]["keys"].push_back(many["ima"]["keys"][0]);
    EXPECT_FALSE(reference_values_from(many));
}

}  // namespace
}  // namespace anchor::measure
