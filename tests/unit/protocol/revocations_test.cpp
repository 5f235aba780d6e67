// SPDX-License-Identifier: Apache-2.0
#include <anchor/protocol/revocations.h>

#include <gtest/gtest.h>

#include <anchor/crypto/hash.h>

namespace anchor::protocol {
namespace {

BlobName blob(std::string_view content) { return {crypto::hash(HashAlg::Sha256, as_bytes(content)), content.size()}; }

RevocationManifest manifest() { return {{{blob("full"), 3, blob("delta"), 5}, {blob("other"), 9, std::nullopt, 0}}}; }

TEST(RevocationManifest, IsReadBack) { EXPECT_EQ(revocation_manifest_from(to_json(manifest())).value(), manifest()); }

TEST(RevocationManifest, RefusesWhatItCannotBe) {
    const auto refused = [](const std::function<void(Json&)>& change) {
        Json body = to_json(manifest());
        change(body);
        return !revocation_manifest_from(body);
    };

    EXPECT_TRUE(refused([](Json& body) { body["lists"] = Json::array(); }));
    EXPECT_TRUE(refused([](Json& body) { body["lists"][0]["delta_number"] = 3; })) << "not above its full list";
    EXPECT_TRUE(refused([](Json& body) { body["lists"][0].erase("delta_number"); }));
    EXPECT_TRUE(refused([](Json& body) { body["lists"][0]["full"]["size"] = (64U << 20U) + 1; }));
    EXPECT_TRUE(refused([](Json& body) { body["lists"][0]["full"]["size"] = 0; }));
    EXPECT_TRUE(refused([](Json& body) { body["lists"][0]["full"]["sha256"] = "AA"; }));
    EXPECT_TRUE(refused([](Json& body) { body["lists"][0]["more"] = 1; }));
    EXPECT_TRUE(refused([](Json& body) {
        for (int i = 0; i < 16; ++i) body["lists"].push_back(body["lists"][0]);
    }));
}

}  // namespace
}  // namespace anchor::protocol
