// SPDX-License-Identifier: Apache-2.0
#include <anchor/trust/revocation_set.h>

#include <algorithm>
#include <limits>

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

    Crl list(std::uint64_t number, std::optional<CrlReason> reason, std::optional<std::uint64_t> base = std::nullopt,
             bool only_end_entities = true) {
        crypto::CrlContent content{number, kNow - Seconds(60), kNow + std::chrono::days(7), {}, base, only_end_entities};
        if (reason) content.revoked.push_back({to_bytes(device.serial()), kNow - Seconds(60), *reason});
        return issue_crl(root, key, content).value();
    }
    // Nobody has signed that.
    Crl forged(std::uint64_t number, std::optional<std::uint64_t> base = std::nullopt) {
        Bytes octets = to_bytes(list(number, {}, base).der());
        octets.back() ^= 1U;
        return Crl::from_der(octets).value();
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
    std::vector<Certificate> authorities{owner.root};

    std::string take(const std::vector<Crl>& lists, Voucher voucher = Voucher::Nobody) {
        const auto taken = set.take(lists, authorities, voucher, floors);
        return taken ? "" : taken.error().what;
    }
    std::string take(const Crl& list, Voucher voucher = Voucher::Nobody) { return take(std::vector{list}, voucher); }
    // All that is remembered is taken again.
    void restart() {
        auto lists = std::exchange(set, {}).lists();
        std::ranges::stable_partition(lists, [](const Crl& list) { return !list.base(); });
        EXPECT_EQ(take(lists, Voucher::State), "");
    }
    std::string judge(const Certificate& peer, bool demand_current = true, WallTime at = kNow) {
        return judge(owner, peer, demand_current, at);
    }
    std::string judge(Owner& whose, const Certificate& peer, bool demand_current = true, WallTime at = kNow) {
        const auto anchors = whose.anchors();
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
    EXPECT_FALSE(after_restart.take({owner.list(6, {})}, {owner.root}, Voucher::Manifest, floors)) << "the floor is remembered";
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
    EXPECT_THAT(take({full}, Voucher::Manifest), HasSubstr("older than number 5"));
    EXPECT_THAT(take({full, owner.list(4, {}, 3)}, Voucher::Manifest), HasSubstr("older than number 5"));
    EXPECT_TRUE(set.lists().empty());
    EXPECT_EQ(floors[floor_key(full)], 5U);

    EXPECT_EQ(take({full, delta}, Voucher::Manifest), "");
    EXPECT_THAT(judge(owner.device), HasSubstr("revoked"));
    EXPECT_EQ(take({full, delta}, Voucher::Manifest), "") << "the same again";
    EXPECT_EQ(take(owner.list(4, {}), Voucher::Manifest), "") << "with the delta that is here";
    EXPECT_THAT(judge(owner.device), HasSubstr("revoked"));
}

TEST_F(RevocationSetTest, RefusesListsOfStrangersAndDeltasWithoutTheirBase) {
    Owner stranger;

    EXPECT_THAT(take(owner.list(4, {}, 3)), HasSubstr("changes a list that is not here"));
    EXPECT_THAT(take(stranger.list(1, {})), HasSubstr("does not know"));
    EXPECT_EQ(take(stranger.list(1, {}), Voucher::Manifest), "") << "its authority will be met with its certificates";
    EXPECT_THAT(take(owner.forged(9), Voucher::Manifest), HasSubstr("signature"));
}

constexpr std::uint64_t kEnormous = std::numeric_limits<std::uint64_t>::max();

TEST_F(RevocationSetTest, WhatNobodyProvedMovesNoFloor) {
    Owner other;
    const Certificate x = CertificateBuilder::root(owner.key, "X", owner.validity).value();  // the key identifier is that of the root
    const Crl in_its_name = issue_crl(x, owner.key, {kEnormous, kNow, kNow + std::chrono::days(7), {}, {}, true}).value();

    ASSERT_EQ(take(in_its_name, Voucher::Manifest), "");
    ASSERT_EQ(take(other.forged(kEnormous), Voucher::Manifest), "");
    EXPECT_TRUE(floors.empty());

    EXPECT_EQ(take(owner.list(5, CrlReason::KeyCompromise)), "");
    EXPECT_THAT(judge(owner.device), HasSubstr("revoked since"));
    restart();
    EXPECT_THAT(judge(owner.device), HasSubstr("revoked since"));
    authorities.push_back(other.root);
    EXPECT_EQ(take(other.list(5, CrlReason::KeyCompromise)), "") << "its authority is known now, and has signed no other";
    EXPECT_THAT(judge(other, other.device), HasSubstr("revoked since"));
}

TEST_F(RevocationSetTest, WhatNobodyProvedTakesNoProvenListAway) {
    Owner other;
    authorities = {other.root};
    ASSERT_EQ(take({other.list(3, {}), other.list(5, CrlReason::CertificateHold, 3)}), "");
    authorities = {owner.root};  // the device has moved to another issuing authority

    EXPECT_NE(take(other.forged(5), Voucher::Manifest), "") << "one of that number is signed";
    for (const Crl& junk : {other.forged(9), other.forged(11, 3), other.forged(12)}) EXPECT_EQ(take(junk, Voucher::Manifest), "");
    EXPECT_THAT(judge(other, other.device), HasSubstr("revoked since"));
    restart();
    EXPECT_THAT(judge(other, other.device), HasSubstr("revoked since"));
    authorities = {other.root};  // and back
    restart();
    EXPECT_EQ(set.lists().size(), 2U);
    EXPECT_THAT(judge(other, other.device), HasSubstr("revoked since"));

    authorities = {owner.root};
    EXPECT_EQ(take({other.list(20, {}), other.list(21, {}, 20)}, Voucher::Manifest), "");
    EXPECT_EQ(set.lists().size(), 4U) << "one pair that is proven and one that is not";
    EXPECT_EQ(judge(other, other.device), "") << "the hold is over";
    EXPECT_EQ(take({other.list(20, {}), other.list(22, CrlReason::KeyCompromise, 20)}, Voucher::Manifest), "");
    EXPECT_THAT(judge(other, other.device), HasSubstr("key compromise"));
}

TEST_F(RevocationSetTest, WhatNobodyProvedGivesWayToWhatIsProven) {
    std::vector<Owner> strangers(RevocationSet::kMaxLists);
    for (Owner& stranger : strangers) ASSERT_EQ(take(stranger.list(1, {}), Voucher::Manifest), "");
    Owner late;

    EXPECT_THAT(take(late.list(1, {}), Voucher::Manifest), HasSubstr("no room"));
    EXPECT_EQ(take(owner.list(5, CrlReason::KeyCompromise)), "");
    EXPECT_THAT(judge(owner.device), HasSubstr("revoked since"));
}

TEST_F(RevocationSetTest, ListsOfAuthoritiesOfBeforeGiveWayWhereThereIsNoRoom) {
    std::vector<Owner> others(RevocationSet::kMaxLists);
    for (Owner& other : others) {
        authorities = {other.root};
        ASSERT_EQ(take(other.list(1, {})), "");
    }
    authorities = {owner.root, others.front().root};

    EXPECT_EQ(take(owner.list(5, CrlReason::KeyCompromise)), "");
    EXPECT_EQ(set.lists().size(), 2U);
}

TEST_F(RevocationSetTest, DropsWhatIsNeitherProvenNorNamed) {
    Owner named;
    Owner unnamed;
    const Crl wanted = named.list(1, {});
    ASSERT_EQ(take({wanted, unnamed.list(1, {})}, Voucher::Manifest), "");
    ASSERT_EQ(take(owner.list(5, {})), "");
    const auto is_wanted = [&](const Crl& list) { return equal(list.der(), wanted.der()); };

    EXPECT_TRUE(set.drop_unproven(is_wanted, floors));
    EXPECT_FALSE(set.drop_unproven(is_wanted, floors));
    EXPECT_EQ(set.lists().size(), 2U);
}

TEST_F(RevocationSetTest, KeepsTheListsOfEachScopeApart) {
    const Crl of_all = owner.list(5, CrlReason::KeyCompromise, std::nullopt, false);

    ASSERT_EQ(take(of_all), "");
    EXPECT_EQ(take(owner.list(6, {})), "");
    EXPECT_EQ(set.lists().size(), 2U);
    EXPECT_THAT(judge(owner.device), HasSubstr("revoked since"));
    EXPECT_EQ(floors[floor_key(of_all)], 5U);
}

// A thief had the authority sign lists with an enormous number; the keys that sign manifests have been replaced since.
struct FloorsSetAside : RevocationSetTest {
    void thief_signs(const std::vector<Crl>& lists) {
        EXPECT_EQ(take(lists, Voucher::Manifest), "");
        set_list_floors_aside(floors);
    }
};

TEST_F(FloorsSetAside, HoldAsBeforeUntilAManifestNamesAnotherList) {
    thief_signs({owner.list(kEnormous, {})});
    for (int starts = 0; starts < 2; ++starts) {
        EXPECT_THAT(take(owner.list(6, {})), HasSubstr("older than number"));
        restart();
    }

    EXPECT_EQ(take(owner.list(6, CrlReason::KeyCompromise), Voucher::Manifest), "");
    EXPECT_EQ(set.lists().size(), 1U);
    EXPECT_THAT(judge(owner.device), HasSubstr("revoked since"));
    EXPECT_THAT(take(owner.list(5, {}), Voucher::Manifest), HasSubstr("older than number 6")) << "once, and not again";
}

TEST_F(FloorsSetAside, GiveWayTogetherWithADeltaThatWouldHaveTheLastWord) {
    const Crl full = owner.list(6, CrlReason::KeyCompromise);
    thief_signs({full, owner.list(kEnormous, CrlReason::RemoveFromCrl, 5)});
    EXPECT_EQ(judge(owner.device), "");

    EXPECT_EQ(take({full, owner.list(7, {}, 6)}, Voucher::Manifest), "");
    EXPECT_EQ(set.lists().size(), 2U);
    EXPECT_THAT(judge(owner.device), HasSubstr("revoked since"));
}

TEST_F(FloorsSetAside, HoldAgainstManifestsTooOnceTheyArePutBack) {
    thief_signs({owner.list(kEnormous, {})});
    EXPECT_TRUE(put_list_floors_back(floors));
    EXPECT_FALSE(put_list_floors_back(floors));

    EXPECT_THAT(take(owner.list(7, {}), Voucher::Manifest), HasSubstr("older than number"));
}

TEST_F(RevocationSetTest, FloorsSetAsideGiveNothingUpThatANewerListDoesNotNeed) {
    Owner other;
    authorities = {other.root};
    const Crl full = other.list(3, {});
    ASSERT_EQ(take({full, other.list(5, CrlReason::KeyCompromise, 3)}), "");
    authorities = {owner.root};
    set_list_floors_aside(floors);

    EXPECT_EQ(take({full, other.forged(9, 3)}, Voucher::Manifest), "");
    put_list_floors_back(floors);
    EXPECT_THAT(judge(other, other.device), HasSubstr("revoked since")) << "the proven delta is still here";
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
