// SPDX-License-Identifier: Apache-2.0
#include <anchor/trust/revocation_set.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <anchor/crypto/certificate_builder.h>
#include <anchor/crypto/private_key.h>
#include <anchor/trust/peer.h>

namespace anchor::trust {
namespace {

using crypto::Certificate;
using crypto::CertificateBuilder;
using crypto::Crl;
using crypto::CrlReason;
using crypto::SoftwareKey;
using testing::HasSubstr;

const WallTime kNow = from_rfc3339("2026-06-01T00:00:00Z").value();
const std::string kAlice(26, 'a');

// An owner's authority, a device of his, and the lists that he signs.
struct Owner {
    SoftwareKey key = SoftwareKey::generate(KeyAlg::EcP256).value();
    SoftwareKey device_key = SoftwareKey::generate(KeyAlg::EcP256).value();
    crypto::Validity validity{kNow - std::chrono::days(100), kNow + std::chrono::days(100)};
    Certificate root = CertificateBuilder::root(key, "Root", validity).value();
    CertificateBuilder builder = CertificateBuilder::open(root, key).value();
    Certificate device = builder.device(device_key.public_value(), "acme", kAlice, validity).value();

    Crl list(std::uint64_t number, std::optional<CrlReason> reason, std::optional<std::uint64_t> base = std::nullopt) {
        crypto::CrlContent content{number, kNow - Seconds(60), kNow + std::chrono::days(7), {}, base, true};
        if (reason) content.revoked.push_back({to_bytes(device.serial()), kNow - Seconds(60), *reason});
        return issue_crl(root, key, content).value();
    }
    protocol::AnchorSet anchors() {
        protocol::AnchorSet set;
        set.device_anchors = {to_bytes(root.der())};
        return set;
    }
};

struct RevocationSetTest : testing::Test {
    Owner owner;
    Floors floors;
    RevocationSet set;

    std::string take(Crl list, Voucher voucher = Voucher::Nobody) {
        const auto taken = set.take(std::move(list), {owner.root}, voucher, floors);
        return taken ? "" : taken.error().what;
    }
    std::string judge(const Certificate& peer, bool demand_current = true, WallTime at = kNow) {
        const auto anchors = owner.anchors();
        const auto judged = judge_peer(peer.pem(), {anchors, "acme", set.lists(), at, false, demand_current});
        return judged ? "" : judged.error().what;
    }
};

TEST_F(RevocationSetTest, KeepsTheNewestFullListAndItsNewestDelta) {
    EXPECT_EQ(take(owner.list(3, {})), "");
    EXPECT_EQ(take(owner.list(4, CrlReason::CertificateHold, 3)), "");
    EXPECT_EQ(take(owner.list(5, CrlReason::RemoveFromCrl, 3)), "");
    EXPECT_EQ(set.lists().size(), 2U);
    EXPECT_EQ(judge(owner.device), "");

    EXPECT_EQ(take(owner.list(6, CrlReason::KeyCompromise)), "");
    EXPECT_EQ(set.lists().size(), 1U);
    EXPECT_THAT(judge(owner.device), HasSubstr("revoked since"));
    EXPECT_THAT(judge(owner.device), HasSubstr("key compromise"));
}

TEST_F(RevocationSetTest, TakesTheSameTwiceAndNothingOlder) {
    const Crl seventh = owner.list(7, CrlReason::KeyCompromise);
    EXPECT_EQ(take(seventh), "");
    EXPECT_EQ(take(seventh), "");

    EXPECT_THAT(take(owner.list(6, {})), HasSubstr("older than number 7"));
    EXPECT_THAT(take(owner.list(6, CrlReason::RemoveFromCrl, 5)), HasSubstr("older than number 7"));
    RevocationSet after_restart;
    EXPECT_FALSE(after_restart.take(owner.list(6, {}), {owner.root}, Voucher::Manifest, floors)) << "the floor is remembered";
    EXPECT_THAT(judge(owner.device), HasSubstr("revoked"));
}

TEST_F(RevocationSetTest, TakesNoFullListThatForgetsADelta) {
    ASSERT_EQ(take(owner.list(3, {})), "");
    ASSERT_EQ(take(owner.list(9, CrlReason::KeyCompromise, 3)), "");

    EXPECT_EQ(take(owner.list(5, {})), "") << "together with that delta it is the truth still";
    EXPECT_THAT(judge(owner.device), HasSubstr("revoked"));
    EXPECT_EQ(set.lists().size(), 2U);
}

TEST_F(RevocationSetTest, TakesAnOldFullListAgainOnlyWithItsDelta) {
    const Crl full = owner.list(3, {});
    const Crl delta = owner.list(5, CrlReason::KeyCompromise, 3);
    floors[floor_key(full)] = 5;
    const auto take_all = [&](const std::vector<Crl>& lists) {
        const auto taken = set.take_all(lists, {owner.root}, Voucher::Manifest, floors);
        return taken ? "" : taken.error().what;
    };

    EXPECT_THAT(take_all({full}), HasSubstr("older than number 5"));
    EXPECT_THAT(take_all({full, owner.list(4, {}, 3)}), HasSubstr("older than number 5"));
    EXPECT_TRUE(set.lists().empty());
    EXPECT_EQ(floors[floor_key(full)], 5U);

    EXPECT_EQ(take_all({full, delta}), "");
    EXPECT_THAT(judge(owner.device), HasSubstr("revoked"));
    EXPECT_EQ(take_all({full, delta}), "") << "the same again";
    EXPECT_THAT(take_all({owner.list(4, {})}), "") << "with the delta that is here";
    EXPECT_THAT(judge(owner.device), HasSubstr("revoked"));
}

TEST_F(RevocationSetTest, RefusesListsOfStrangersAndDeltasWithoutTheirBase) {
    Owner stranger;

    EXPECT_THAT(take(owner.list(4, {}, 3)), HasSubstr("changes a list that is not here"));
    EXPECT_THAT(take(stranger.list(1, {})), HasSubstr("does not know"));
    EXPECT_EQ(take(stranger.list(1, {}), Voucher::Manifest), "") << "its authority will be met with its certificates";
    Bytes forged = to_bytes(owner.list(9, {}).der());
    forged.back() ^= 1U;
    const auto list = Crl::from_der(forged);
    if (list) {
        EXPECT_NE(take(*list, Voucher::Manifest), "");
    }
}

TEST_F(RevocationSetTest, SaysOfAPeerWhyNot) {
    Owner stranger;
    const Certificate other_tenant = owner.builder.device(owner.device_key.public_value(), "other", kAlice, owner.validity).value();
    const Certificate registry = owner.builder.device(owner.device_key.public_value(), "acme", "registry", owner.validity).value();

    EXPECT_THAT(judge(owner.device), HasSubstr("no current revocation list"));
    EXPECT_EQ(judge(owner.device, false), "");
    ASSERT_EQ(take(owner.list(3, {})), "");
    EXPECT_EQ(judge(owner.device), "");
    EXPECT_THAT(judge(stranger.device), HasSubstr("unknown issuer"));
    EXPECT_THAT(judge(other_tenant), HasSubstr("no device of tenant acme"));
    EXPECT_THAT(judge(registry), HasSubstr("is no device"));
    EXPECT_THAT(judge(owner.device, true, kNow + std::chrono::days(101)), HasSubstr("expired"));
    EXPECT_THAT(judge(owner.device, true, kNow + std::chrono::days(8)), HasSubstr("no current revocation list"));
}

}  // namespace
}  // namespace anchor::trust
