// SPDX-License-Identifier: Apache-2.0
#include <anchor/protocol/signing.h>
#include <anchor/registry/revocations.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fleet.h"

namespace anchor::registry {
namespace {

using crypto::Crl;
using crypto::CrlReason;
using testing::HasSubstr;

constexpr std::chrono::hours kDay{24};

struct RevocationsTest : testing::Test {
    std::shared_ptr<fakes::FakeTpm> tpm = std::make_shared<fakes::FakeTpm>();
    fakes::FakeRoot root{tpm};
    Fleet fleet;
    TestDevice device{fleet, root};

    Revocations revocations() { return {fleet.settings, *fleet.store, *fleet.authority, fleet.clock}; }
    bool refresh() { return revocations().refresh().value(); }
    Bytes serial() { return to_bytes(crypto::Certificate::from_der(device.identity->current.certificates.front())->serial()); }

    void give(StandingStatus status, CrlReason reason = CrlReason::KeyCompromise) {
        auto record = *fleet.store->device(device.identity->device).value();
        record.standing.status = status;
        ASSERT_TRUE(fleet.store->save(record));
        ASSERT_TRUE(revocations().follow(record, reason));
    }
    // Full first, then the delta to it.
    std::vector<Crl> lists() {
        std::vector<Crl> all;
        const auto newest = revocations().newest_lists().value();
        for (const auto& [kind, list] : newest) all.push_back(list);
        return all;
    }
    std::optional<crypto::RevocationEntry> said() {
        const auto all = lists();
        return crypto::find(all.at(0), all.size() > 1 ? &all.at(1) : nullptr, serial());
    }
    Crl for_broker() { return Crl::from_pem(revocations().broker_list().value()->pem).value(); }
};

TEST_F(RevocationsTest, AreThereBeforeAnythingIsRevokedAndStayTheSame) {
    ASSERT_TRUE(refresh());

    EXPECT_FALSE(refresh()) << "nothing has changed";
    ASSERT_EQ(lists().size(), 1U);
    EXPECT_EQ(lists()[0].size(), 0U);
    EXPECT_TRUE(lists()[0].only_end_entities());
    EXPECT_EQ(for_broker().size(), 0U);
}

TEST_F(RevocationsTest, SayThatADeviceIsRevokedInADeltaAndInTheBrokersList) {
    ASSERT_EQ(device.enroll(), "");
    ASSERT_TRUE(refresh());
    give(StandingStatus::Revoked);
    ASSERT_TRUE(refresh());

    const auto all = lists();
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].size(), 0U);
    EXPECT_TRUE(crypto::fits(all[1], all[0]));
    EXPECT_EQ(said()->reason, CrlReason::KeyCompromise);
    EXPECT_EQ(for_broker().find(serial())->reason, CrlReason::KeyCompromise);
    EXPECT_FALSE(for_broker().base());
    const auto issuer = crypto::Certificate::from_der(device.identity->current.certificates.at(1)).value();
    for (const Crl& list : all) EXPECT_TRUE(list.verify_signature(issuer.public_key()));
}

TEST_F(RevocationsTest, PutASuspendedDeviceOnHoldAndTakeItOffAgain) {
    ASSERT_EQ(device.enroll(), "");
    ASSERT_TRUE(refresh());
    give(StandingStatus::Suspended);
    ASSERT_TRUE(refresh());
    EXPECT_EQ(said()->reason, CrlReason::CertificateHold);

    give(StandingStatus::Active);
    ASSERT_TRUE(refresh());

    EXPECT_FALSE(said());
    EXPECT_EQ(lists().at(1).find(serial())->reason, CrlReason::RemoveFromCrl);
    EXPECT_FALSE(for_broker().find(serial()));
}

TEST_F(RevocationsTest, AreFinalAndTurnAHoldIntoOne) {
    ASSERT_EQ(device.enroll(), "");
    give(StandingStatus::Suspended);
    give(StandingStatus::Revoked);
    give(StandingStatus::Active);
    ASSERT_TRUE(refresh());

    EXPECT_EQ(said()->reason, CrlReason::KeyCompromise) << "reinstatement needs a new key";
    const auto key = crypto::Certificate::from_der(device.identity->current.certificates.front())->public_key();
    EXPECT_THAT(fleet.authority->certify(key, device.identity->device).error().what, HasSubstr("a new key is needed"));
    EXPECT_EQ(device.enroll(), "") << "which it has";
}

TEST_F(RevocationsTest, HoldWhatIsIssuedToASuspendedDevice) {
    ASSERT_EQ(device.enroll(), "");
    give(StandingStatus::Suspended);
    auto key = new_key();
    const auto chain = fleet.authority->certify(key.public_value(), device.identity->device).value();
    ASSERT_TRUE(refresh());

    EXPECT_EQ(for_broker().find(crypto::Certificate::from_der(chain.front())->serial())->reason, CrlReason::CertificateHold);
}

TEST_F(RevocationsTest, AreRenewedLongBeforeTheyExpire) {
    ASSERT_TRUE(refresh());
    int renewals = 0;
    for (int day = 0; day < 800; ++day) {
        fleet.clock.pass(kDay);
        renewals += refresh() ? 1 : 0;
        ASSERT_GT(lists()[0].next_update(), fleet.clock.wall() + 3 * kDay);
        ASSERT_GT(for_broker().next_update(), fleet.clock.wall() + 150 * kDay);
    }
    EXPECT_LT(renewals, 300) << "and not more often than that";
}

TEST_F(RevocationsTest, FoldALongDeltaIntoANewFullList) {
    ASSERT_EQ(device.enroll(), "");
    ASSERT_TRUE(refresh());
    give(StandingStatus::Revoked);
    fleet.clock.pass(kDay + Seconds(1));
    ASSERT_TRUE(refresh());

    ASSERT_EQ(lists().size(), 1U);
    EXPECT_TRUE(lists()[0].find(serial()));
}

TEST_F(RevocationsTest, ForgetACertificateSomeTimeAfterItHasExpired) {
    ASSERT_EQ(device.enroll(), "");
    give(StandingStatus::Revoked);
    ASSERT_TRUE(refresh());
    fleet.clock.pass(fleet.settings.certificate_lifetime + 29 * kDay);
    ASSERT_TRUE(refresh());
    EXPECT_TRUE(said());

    fleet.clock.pass(5 * kDay);
    ASSERT_TRUE(refresh());

    EXPECT_FALSE(said());
}

TEST_F(RevocationsTest, AreNamedByDigestInADocumentThatDevicesAccept) {
    ASSERT_EQ(device.enroll(), "");
    ASSERT_TRUE(refresh());
    give(StandingStatus::Revoked);
    ASSERT_TRUE(refresh());

    const auto stored = fleet.store->document(protocol::DocumentKind::Revocations, "", 0).value();
    ASSERT_TRUE(stored);
    const trust::Floors floors;
    const auto verified =
        trust::Gate(fleet.authority->anchors())
            .accept(stored->text, protocol::DocumentKind::Revocations, {kTenant, "", nullptr, floors, fleet.clock.wall()});
    ASSERT_TRUE(verified) << verified.error().what;
    const auto manifest = protocol::revocation_manifest_from(verified->document().body).value();
    ASSERT_EQ(manifest.issuers.size(), 1U);
    for (const auto& name : {manifest.issuers[0].full, manifest.issuers[0].delta.value()}) {
        const auto octets = fleet.store->list_piece(name, 0, name.size).value();
        ASSERT_TRUE(octets);
        EXPECT_EQ(crypto::hash(HashAlg::Sha256, *octets), name.sha256);
        EXPECT_EQ(fleet.store->list_piece(name, 10, 5).value(), Bytes(octets->begin() + 10, octets->begin() + 15));
    }
    EXPECT_EQ(manifest.issuers[0].number, lists()[0].number());
    EXPECT_EQ(manifest.issuers[0].delta_number, lists()[1].number());
}

TEST_F(RevocationsTest, OfAnIssuingAuthorityThatWasReplacedGoOn) {
    ASSERT_EQ(device.enroll(), "");
    ASSERT_TRUE(refresh());
    const Bytes old_issuer = fleet.authority->issuer();
    fleet.replace_issuing();
    fleet.reopen();
    ASSERT_EQ(fleet.authority->issuers(), (std::vector{fleet.authority->issuer(), old_issuer}));

    ASSERT_TRUE(refresh());
    ASSERT_EQ(lists().size(), 2U) << "one of each";
    EXPECT_FALSE(equal(lists()[0].authority_key_id(), lists()[1].authority_key_id()));
    give(StandingStatus::Revoked);
    ASSERT_TRUE(refresh());

    const auto all = lists();
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[0].find(serial()), std::nullopt);
    EXPECT_EQ(crypto::find(all[1], &all[2], serial())->reason, CrlReason::KeyCompromise);
    const std::string pem = revocations().broker_list().value()->pem;
    const auto second = pem.find("-----BEGIN", 1);
    ASSERT_NE(second, std::string::npos);
    EXPECT_NE(Crl::from_pem(pem.substr(second)).value().find(serial()), std::nullopt);
    const auto stored = fleet.store->document(protocol::DocumentKind::Revocations, "", 0).value();
    const auto body = protocol::draft_from(stored->text).value().document.body;
    EXPECT_EQ(protocol::revocation_manifest_from(body).value().issuers.size(), 2U);
}

TEST_F(RevocationsTest, KnowTheBatchOfADeviceAndWhoIsToBeCut) {
    ASSERT_EQ(device.enroll(), "");
    const DeviceId id = device.identity->device;
    ASSERT_TRUE(fleet.store->set_online(id, true));
    EXPECT_EQ(fleet.store->devices_of_claim(kClaim).value(), std::vector<DeviceId>{id});
    EXPECT_TRUE(fleet.store->devices_of_claim("other").value().empty());
    EXPECT_TRUE(fleet.store->online_but_put_aside().value().empty());

    give(StandingStatus::Suspended);

    EXPECT_EQ(fleet.store->online_but_put_aside().value(), std::vector<std::string>{id.text()});
    EXPECT_EQ(fleet.store->revoked_after(fleet.authority->issuer(), fleet.clock.wall() - kDay).value().count(id.text()), 1U);
}

}  // namespace
}  // namespace anchor::registry
