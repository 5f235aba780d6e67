// SPDX-License-Identifier: Apache-2.0
#include <anchor/protocol/anchor_set.h>

#include <gtest/gtest.h>

#include <anchor/crypto/private_key.h>

namespace anchor::protocol {
namespace {

crypto::PublicKey new_key() { return crypto::SoftwareKey::generate(KeyAlg::EcP256).value().public_value(); }

struct Sample {
    crypto::PublicKey online = new_key();
    crypto::PublicKey first = new_key();
    crypto::PublicKey second = new_key();

    AnchorSet set() const {
        AnchorSet set{.version = 1};
        for (const auto& key : {online, first, second}) set.keys.emplace(key.thumbprint(), key);
        set.roles[DocumentKind::Reply] = {{online.thumbprint()}, 1};
        set.roles[DocumentKind::Anchors] = {{first.thumbprint(), second.thumbprint()}, 2};
        set.broker_anchors = {Bytes{1}};
        return set;
    }
};

std::string complaint(const AnchorSet& set) {
    const auto read = anchor_set_from(set.version, to_json(set));
    return read ? "accepted" : read.error().what;
}

TEST(AnchorSet, IsReadBack) {
    const Sample sample;
    const AnchorSet read = anchor_set_from(1, to_json(sample.set())).value();

    EXPECT_EQ(read.roles, sample.set().roles);
    EXPECT_EQ(read.keys_of(DocumentKind::Anchors).size(), 2U);
    EXPECT_TRUE(read.keys_of(DocumentKind::Policy).empty()) << "no role, no key";
}

TEST(AnchorSet, RefusesAThresholdThatNobodyOrEverybodyMeets) {
    const Sample sample;
    AnchorSet set = sample.set();
    set.roles[DocumentKind::Anchors].threshold = 3;
    EXPECT_EQ(complaint(set), "role anchors: asks for 3 of 2 keys");
    set.roles[DocumentKind::Anchors].threshold = 0;
    EXPECT_EQ(complaint(set), "role anchors: asks for 0 of 2 keys");
}

TEST(AnchorSet, RefusesOneKeyCountedTwice) {
    const Sample sample;
    AnchorSet set = sample.set();
    set.roles[DocumentKind::Anchors].kids = {sample.first.thumbprint(), sample.first.thumbprint()};
    EXPECT_EQ(complaint(set), "role anchors: names a key twice");
}

TEST(AnchorSet, RefusesAKeyUnderAForeignName) {
    const Sample sample;
    AnchorSet set = sample.set();
    set.keys.insert_or_assign(sample.first.thumbprint(), sample.second);
    EXPECT_TRUE(complaint(set).ends_with("is not the thumbprint of its key"));
}

TEST(AnchorSet, RefusesAnOnlineKeyThatMaySignPolicy) {
    const Sample sample;
    AnchorSet set = sample.set();
    set.roles[DocumentKind::Policy] = {{sample.online.thumbprint()}, 1};
    EXPECT_TRUE(complaint(set).starts_with("an online key may sign policy documents too"));
}

TEST(AnchorSet, RefusesWhatWouldLockDevicesOut) {
    const Sample sample;
    AnchorSet no_reply = sample.set();
    no_reply.roles.erase(DocumentKind::Reply);
    AnchorSet no_anchors = sample.set();
    no_anchors.roles.erase(DocumentKind::Anchors);
    AnchorSet no_broker = sample.set();
    no_broker.broker_anchors.clear();

    EXPECT_EQ(complaint(no_reply), "no role for reply: the set would lock devices out");
    EXPECT_EQ(complaint(no_anchors), "no role for anchors: the set would lock devices out");
    EXPECT_EQ(complaint(no_broker), "no broker anchor: the set would lock devices out");
}

}  // namespace
}  // namespace anchor::protocol
