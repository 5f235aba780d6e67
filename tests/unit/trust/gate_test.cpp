// SPDX-License-Identifier: Apache-2.0
#include <anchor/trust/gate.h>

#include <gtest/gtest.h>

#include <anchor/crypto/hash.h>
#include <anchor/crypto/private_key.h>

namespace anchor::trust {
namespace {

using crypto::JwsSigner;
using crypto::SoftwareKey;
using protocol::AnchorSet;
using protocol::Document;
using protocol::DocumentKind;

const WallTime kNow = from_rfc3339("2026-11-23T12:00:00Z").value();

// An authority with one online and three offline keys, two of which are needed.
class GateTest : public testing::Test {
protected:
    GateTest() {
        for (int i = 0; i < 4; ++i) keys_.push_back(SoftwareKey::generate(KeyAlg::EcP256).value());
        anchors_ = set_of(1, {1, 2, 3});
    }

    AnchorSet set_of(std::uint64_t version, const std::vector<std::size_t>& offline) const {
        AnchorSet set{.version = version};
        protocol::Role role{{}, 2};
        for (const std::size_t i : offline) {
            set.keys.emplace(kid(i), keys_[i].public_value());
            role.kids.push_back(kid(i));
        }
        set.keys.emplace(kid(0), keys_[0].public_value());
        for (const auto kind : {DocumentKind::Policy, DocumentKind::Anchors, DocumentKind::Reinstatement}) set.roles[kind] = role;
        for (const auto kind : {DocumentKind::Reply, DocumentKind::Standing, DocumentKind::Fresh}) set.roles[kind] = {{kid(0)}, 1};
        set.broker_anchors = {Bytes{1}};
        return set;
    }

    std::string kid(std::size_t i) const { return keys_[i].public_value().thumbprint(); }

    std::string signed_by(const std::vector<std::size_t>& signers, const Document& document) {
        std::vector<JwsSigner> all;
        for (const std::size_t i : signers) all.push_back({kid(i), keys_[i]});
        return protocol::sign(document, all).value();
    }

    static Document policy(std::uint64_t version) {
        return {DocumentKind::Policy, "acme", "group:gateways", "edge", version, kNow, kNow + Seconds{3600}, Json::object()};
    }
    Document standing(std::uint64_t version) const {
        return {DocumentKind::Standing, "acme", protocol::audience_device(device_), "", version, kNow, std::nullopt, Json::object()};
    }
    Document anchors(const AnchorSet& set) const {
        return {DocumentKind::Anchors, "acme", "fleet", "", set.version, kNow, std::nullopt, to_json(set)};
    }

    Recipient me() const { return {"acme", "gateways", &device_, floors_, kNow}; }

    std::string complaint(std::string_view text, DocumentKind kind) const {
        const auto accepted = Gate(anchors_).accept(text, kind, me());
        return accepted ? "accepted" : accepted.error().what;
    }

    std::vector<SoftwareKey> keys_;
    AnchorSet anchors_;
    DeviceId device_ = DeviceId::parse("abcdefghijklmnopqrstuvwxyz").value();
    Floors floors_;
};

TEST_F(GateTest, LetsAGoodDocumentThroughTwice) {
    const std::string text = signed_by({1, 3}, policy(7));
    floors_["policy/edge"] = 7;

    const auto first = Gate(anchors_).accept(text, DocumentKind::Policy, me());

    ASSERT_TRUE(first) << first.error().what;
    EXPECT_EQ(first->document().version, 7U);
    EXPECT_EQ(first->text(), text);
}

TEST_F(GateTest, RefusesTooFewSignatures) {
    EXPECT_EQ(complaint(signed_by({1}, policy(7)), DocumentKind::Policy), "policy document with 1 valid signatures, 2 are needed");
}

TEST_F(GateTest, RefusesAKeyWithoutThatRole) {
    const auto unknown = [&](std::size_t i) { return "\"" + kid(i) + "\": unknown key"; };
    EXPECT_EQ(complaint(signed_by({1, 2}, policy(7)), DocumentKind::Policy), "accepted");
    EXPECT_EQ(complaint(signed_by({0, 1}, policy(7)), DocumentKind::Policy), "policy document with 1 valid signatures, 2 are needed")
        << "two have signed: the online key's does not count";
    EXPECT_EQ(complaint(signed_by({0}, policy(7)), DocumentKind::Policy), "JWS without a valid signature: " + unknown(0));

    EXPECT_EQ(complaint(signed_by({0}, standing(1)), DocumentKind::Standing), "accepted");
    EXPECT_EQ(complaint(signed_by({1, 2, 3}, standing(1)), DocumentKind::Standing),
              "JWS without a valid signature: " + unknown(1) + "; " + unknown(2) + "; " + unknown(3));
}

TEST_F(GateTest, RefusesABrokenSignature) {
    const std::string good = signed_by({0}, standing(1));
    const std::string broken = "JWS without a valid signature: \"" + kid(0) + "\": signature: ";
    ASSERT_EQ(complaint(good, DocumentKind::Standing), "accepted");
    for (const std::size_t place : {good.find('.') + 10, good.rfind('.') + 10}) {
        std::string text = good;
        text[place] = text[place] == 'A' ? 'B' : 'A';
        EXPECT_EQ(complaint(text, DocumentKind::Standing).find(broken), 0U) << (place > good.rfind('.') ? "signature" : "payload");
    }
}

TEST_F(GateTest, RefusesAnotherTenantDeviceAndGroup) {
    Document foreign = standing(1);
    foreign.tenant = "other";
    EXPECT_EQ(complaint(signed_by({0}, foreign), DocumentKind::Standing), "standing version 1: is for tenant \"other\"");
    Document neighbour = standing(1);
    neighbour.audience = "device:zyxwvutsrqponmlkjihgfedcba";
    EXPECT_EQ(complaint(signed_by({0}, neighbour), DocumentKind::Standing),
              "standing version 1: is for \"device:zyxwvutsrqponmlkjihgfedcba\", not for this device");
    Document other_group = policy(7);
    other_group.audience = "group:cameras";
    EXPECT_EQ(complaint(signed_by({1, 2}, other_group), DocumentKind::Policy),
              "policy edge version 7: is for \"group:cameras\", not for this device");
}

TEST_F(GateTest, RefusesAStandingForTheWholeFleet) {
    Document document = standing(1);
    document.audience = "fleet";
    EXPECT_EQ(complaint(signed_by({0}, document), DocumentKind::Standing), "standing version 1: is not for one device");
}

TEST_F(GateTest, RefusesANameOnWhatTheOnlineKeySigns) {
    Document document = standing(1);
    document.name = "second";
    EXPECT_EQ(complaint(signed_by({0}, document), DocumentKind::Standing), "standing second version 1: has a name, and none belongs there");
}

TEST_F(GateTest, RefusesAnotherKindEvenByTheSameKey) {
    EXPECT_EQ(complaint(signed_by({0}, standing(1)), DocumentKind::Fresh),
              "JWS of kind \"anchord-standing+jws\", expected \"anchord-fresh+jws\"");
    const std::string disguised =
        crypto::sign_jws(protocol::typ_of(DocumentKind::Fresh), protocol::encode(standing(1)), JwsSigner{kid(0), keys_[0]}).value();
    EXPECT_EQ(complaint(disguised, DocumentKind::Fresh), "standing version 1: stands in a JWS of kind fresh");
}

TEST_F(GateTest, RefusesARollbackAndAnExpiredDocument) {
    floors_["policy/edge"] = 8;
    EXPECT_EQ(complaint(signed_by({1, 2}, policy(7)), DocumentKind::Policy),
              "policy edge version 7: is older than version 8, which was accepted before");
    Document expired = policy(9);
    expired.not_after = kNow;
    EXPECT_EQ(complaint(signed_by({1, 2}, expired), DocumentKind::Policy), "policy edge version 9: expired at 2026-11-23T12:00:00Z");
}

TEST_F(GateTest, AReplyAnswersOneRequestOfOneDevice) {
    const Digest request = crypto::hash(HashAlg::Sha256, as_bytes("request"));
    const std::string text = signed_by({0}, protocol::reply_document({.verb = "x", .request = request}, "acme", device_, kNow));

    EXPECT_TRUE(Gate(anchors_).accept_reply(text, request, me()));
    EXPECT_EQ(Gate(anchors_).accept_reply(text, Digest(HashAlg::Sha256), me()).error().what, "reply version 0: answers another request");
    EXPECT_EQ(complaint(text, DocumentKind::Reply), "this kind of document has a door of its own");
}

TEST_F(GateTest, ASuccessorIsSignedByTheOldAndByTheNewKeys) {
    keys_.push_back(SoftwareKey::generate(KeyAlg::EcP384).value());
    const AnchorSet next = set_of(2, {2, 3, 4});

    EXPECT_EQ(Gate(anchors_).succeed(signed_by({2, 3}, anchors(next)), "acme").value().version, 2U);
    EXPECT_FALSE(Gate(anchors_).succeed(signed_by({2, 4}, anchors(next)), "acme")) << "one of the old";
    EXPECT_FALSE(Gate(anchors_).succeed(signed_by({1, 2}, anchors(next)), "acme")) << "one of the new";
    EXPECT_FALSE(Gate(anchors_).succeed(signed_by({2, 3}, anchors(next)), "other"));
}

TEST_F(GateTest, ASuccessorHasARootInCommonWhoeverSignedIt) {
    AnchorSet next = set_of(2, {1, 2, 3});
    next.broker_anchors = {Bytes{99}};

    EXPECT_EQ(Gate(anchors_).succeed(signed_by({1, 2, 3}, anchors(next)), "acme").error().what,
              "anchors version 2: no broker anchor is also in version 1: devices would lose every broker they know");
}

TEST_F(GateTest, ASuccessorIsExactlyTheNext) {
    EXPECT_EQ(Gate(anchors_).succeed(signed_by({1, 2}, anchors(set_of(3, {1, 2, 3}))), "acme").error().what,
              "anchors version 3: is not the successor of version 1");
    EXPECT_FALSE(Gate(anchors_).succeed(signed_by({1, 2}, anchors(set_of(1, {1, 2, 3}))), "acme"));
}

TEST_F(GateTest, TheFirstSetNeedsAPinnedKeyAndItsOwn) {
    const std::string text = signed_by({1, 2}, anchors(set_of(4, {1, 2, 3})));
    const crypto::JwsKeys pinned = {{kid(1), keys_[1].public_value()}};
    const crypto::JwsKeys stranger = {{kid(0), keys_[0].public_value()}};

    EXPECT_EQ(Gate::first(text, pinned, "acme").value().version, 4U);
    EXPECT_FALSE(Gate::first(text, stranger, "acme"));
    EXPECT_FALSE(Gate::first(text, pinned, "other"));
    EXPECT_FALSE(Gate::first(signed_by({1}, anchors(set_of(4, {1, 2, 3}))), pinned, "acme")) << "too few of its own";
}

}  // namespace
}  // namespace anchor::trust
