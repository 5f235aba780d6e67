// SPDX-License-Identifier: Apache-2.0
#include <anchor/crypto/certificate_builder.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <anchor/crypto/chain.h>

#include "vectors.h"

namespace anchor::crypto {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const Validity kLong{time_of("2026-01-01T00:00:00Z"), time_of("2056-01-01T00:00:00Z")};
const Validity kShort{time_of("2026-01-01T00:00:00Z"), time_of("2027-01-01T00:00:00Z")};

// A root, an issuing authority below it, and the keys of both.
class Fleet : public testing::Test {
protected:
    [[nodiscard]] Result<std::vector<Certificate>> verify(const Certificate& leaf, Purpose purpose) const {
        ChainOptions options;
        options.at = time_of("2026-06-01T00:00:00Z");
        options.purpose = std::move(purpose);
        return verify_chain(leaf, {issuing_}, {root_}, {}, options);
    }

    SoftwareKey root_key_ = SoftwareKey::generate(KeyAlg::EcP384).value();
    SoftwareKey issuing_key_ = SoftwareKey::generate(KeyAlg::EcP256).value();
    PublicKey key_ = vector_public("p256");
    Certificate root_ = CertificateBuilder::root(root_key_, "Fleet Root", kLong).value();
    Certificate issuing_ =
        CertificateBuilder::open(root_, root_key_)->authority(issuing_key_.public_value(), "Fleet Issuing", kLong, 0).value();
    CertificateBuilder builder_ = CertificateBuilder::open(issuing_, issuing_key_).value();
};

using Builder = Fleet;

TEST_F(Builder, RootIsAnAuthorityInItsOwnName) {
    EXPECT_TRUE(root_.is_self_issued());
    EXPECT_TRUE(root_.is_ca());
    EXPECT_TRUE(root_.verify_signature(root_.public_key()));
    EXPECT_EQ(root_.signature_algorithm(), (SignatureAlgorithm{SignatureScheme::Ecdsa, HashAlg::Sha384}));
    EXPECT_EQ(root_.not_after(), kLong.not_after) << "beyond 2049";
    EXPECT_EQ(issuing_.path_length(), 0U);
    EXPECT_TRUE(verify(issuing_, ForAuthority{}));
}

TEST_F(Builder, DeviceIsAClientWithItsName) {
    const auto device = builder_.device(key_, "fleet", "abcdefghijklmnopqrstuvwxyz", kShort);

    ASSERT_TRUE(device) << device.error().what;
    EXPECT_EQ(device->subject_cn(), "abcdefghijklmnopqrstuvwxyz");
    EXPECT_THAT(device->alternative_names().uris, ElementsAre("urn:anchord:fleet:abcdefghijklmnopqrstuvwxyz"));
    EXPECT_TRUE(verify(*device, ForClient{}));
    EXPECT_FALSE(verify(*device, ForServer{"abcdefghijklmnopqrstuvwxyz"}));
    EXPECT_FALSE(verify(*device, ForAuthority{}));
    EXPECT_EQ(device->public_key(), key_);
}

TEST_F(Builder, ServerIsForItsHosts) {
    const auto server = builder_.server(key_, "broker", {"broker.example"}, {"127.0.0.1", "::1"}, kShort);

    ASSERT_TRUE(server) << server.error().what;
    for (const std::string host : {"broker.example", "127.0.0.1", "::1"}) EXPECT_TRUE(verify(*server, ForServer{host})) << host;
    EXPECT_FALSE(verify(*server, ForServer{"broker"})) << "a common name is no host";
    EXPECT_FALSE(verify(*server, ForClient{}));
}

TEST_F(Builder, ClaimIsAClientThatIsNoDevice) {
    const auto claim = builder_.claim(key_, "fleet", "batch-1", kShort);

    ASSERT_TRUE(claim);
    EXPECT_THAT(claim->alternative_names().uris, ElementsAre("urn:anchord:fleet:claim:batch-1"));
    EXPECT_TRUE(verify(*claim, ForClient{}));
}

TEST_F(Builder, SerialNumbersAreRandomPositiveAndLong) {
    const auto one = builder_.device(key_, "fleet", "device", kShort);
    const auto other = builder_.device(key_, "fleet", "device", kShort);

    EXPECT_EQ(one->serial().size(), 16U);
    EXPECT_LT(one->serial()[0], 0x80);
    EXPECT_NE(one->serial_text(), other->serial_text());
    EXPECT_TRUE(equal(one->authority_key_id(), issuing_.subject_key_id()));
    EXPECT_EQ(one->subject_key_id().size(), 20U);
}

TEST_F(Builder, SaysWhereTheListIs) {
    builder_.set_crl_uri("http://fleet.example/crl");

    const auto device = builder_.device(key_, "fleet", "device", kShort);

    EXPECT_THAT(std::string(as_text(device->der())), HasSubstr("http://fleet.example/crl"));
    EXPECT_TRUE(verify(*device, ForClient{}));
}

TEST_F(Builder, RefusesNamesThatCouldSayMore) {
    EXPECT_THAT(builder_.device(key_, "fleet:claim", "x", kShort).error().what, HasSubstr("tenant"));
    EXPECT_THAT(builder_.device(key_, "fleet", "a/b", kShort).error().what, HasSubstr("device id"));
    EXPECT_FALSE(builder_.device(key_, "", "x", kShort));
    EXPECT_FALSE(builder_.device(key_, "fleet", std::string(65, 'x'), kShort));
    EXPECT_FALSE(builder_.claim(key_, "fleet", "a:b", kShort));
    EXPECT_FALSE(builder_.server(key_, "broker", {}, {}, kShort)) << "a server without a name";
    EXPECT_FALSE(builder_.server(key_, "broker", {"two words"}, {}, kShort));
    EXPECT_FALSE(builder_.server(key_, "broker", {}, {"300.1.1.1"}, kShort));
    EXPECT_FALSE(builder_.server(key_, "", {"broker.example"}, {}, kShort));
}

TEST_F(Builder, RefusesLifetimesThatCantBe) {
    EXPECT_THAT(builder_.device(key_, "fleet", "x", {kShort.not_after, kShort.not_before}).error().what, HasSubstr("ends before"));
    EXPECT_THAT(builder_.device(key_, "fleet", "x", {kShort.not_before, kLong.not_after + Seconds(1)}).error().what, HasSubstr("outlives"));
    EXPECT_FALSE(CertificateBuilder::root(root_key_, "Root", {kShort.not_before, time_of("9999-12-31T23:59:59Z") + Seconds(1)}));
    EXPECT_EQ(CertificateBuilder::root(root_key_, "Root", {kShort.not_before, time_of("9999-12-31T23:59:59Z")})->not_after(),
              time_of("9999-12-31T23:59:59Z"));
}

TEST_F(Builder, OpensOnlyForAnAuthorityAndItsKey) {
    SoftwareKey device_key = vector_key("p256");
    const Certificate device = builder_.device(key_, "fleet", "x", kShort).value();

    EXPECT_THAT(CertificateBuilder::open(issuing_, root_key_).error().what, HasSubstr("key is not"));
    EXPECT_THAT(CertificateBuilder::open(device, device_key).error().what, HasSubstr("may not issue"));
    EXPECT_THAT(builder_.authority(key_, "Below", kShort, 0).error().what, HasSubstr("more authorities")) << "path length 0";
}

}  // namespace
}  // namespace anchor::crypto
