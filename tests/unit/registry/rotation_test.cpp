// SPDX-License-Identifier: Apache-2.0
// A rotation as the registry sees it: what it believes of a next key, and when the old one is over.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <anchor/identity/software_root.h>
#include <anchor/registry/revocations.h>

#include "fleet.h"

namespace anchor::registry {
namespace {

using testing::HasSubstr;

class RotationTest : public testing::Test {
protected:
    RotationTest() { EXPECT_EQ(device.enroll(), ""); }

    [[nodiscard]] DeviceRecord record() const { return fleet.record(device.identity->device); }
    std::string standing() { return device.ask(protocol::verb::kStandingGet, Json::object()); }

    Fleet fleet;
    std::shared_ptr<fakes::FakeTpm> tpm = std::make_shared<fakes::FakeTpm>();
    fakes::FakeRoot root{tpm};
    TestDevice device{fleet, root};
};

TEST_F(RotationTest, TheOldKeyGoesOnUntilTheNextOneHasSigned) {
    ASSERT_EQ(device.rotate(device.next()), "");
    EXPECT_EQ(standing(), "") << "still by the old key";
    ASSERT_FALSE(record().next_key.empty());

    const auto old = device.identity->current.key.clone();
    device.use(*device.next_slot);
    EXPECT_EQ(standing(), "");

    EXPECT_TRUE(record().next_key.empty());
    EXPECT_EQ(record().certificates, device.next_slot->certificates);
    EXPECT_THAT(fleet.last_audit(), HasSubstr("rotated: certificate "));
    device.use(device.identity->current);
    EXPECT_THAT(standing(), HasSubstr("by no key that this device has here"));
}

TEST_F(RotationTest, AskedTwiceTheSecondKeyTakesThePlaceOfTheFirst) {
    ASSERT_EQ(device.rotate(device.next()), "");
    const auto first = device.next_slot->key.clone();
    ASSERT_EQ(device.rotate(device.next()), "") << "the first answer got lost";

    device.use({first.clone(), {}, {}});
    EXPECT_THAT(standing(), HasSubstr("by no key"));
    device.use(*device.next_slot);
    EXPECT_EQ(standing(), "");
}

TEST_F(RotationTest, TheSameOctetsGetTheSameCertificate) {
    const Message message = device.signed_message(protocol::verb::kRotate, protocol::to_json(device.next().wish()));
    const auto first = fleet.requests->answer(message);
    const auto second = fleet.requests->answer(message);

    EXPECT_EQ(first->payload, second->payload);
}

TEST_F(RotationTest, ASameKeyGetsANewCertificateThatIsInUseAtOnce) {
    ASSERT_EQ(device.rotate(device.next({KeyAlg::EcP256, false})), "");

    EXPECT_TRUE(record().next_key.empty());
    EXPECT_EQ(record().certificates, device.next_slot->certificates);
    EXPECT_EQ(standing(), "");
}

TEST_F(RotationTest, AnotherAlgorithmIsAnotherKey) {
    ASSERT_EQ(device.rotate(device.next({KeyAlg::EcP384, false})), "");
    device.use(*device.next_slot);

    EXPECT_EQ(standing(), "");
    EXPECT_EQ(crypto::PublicKey::from_spki(record().device_key).value().algorithm(), KeyAlg::EcP384);
}

TEST_F(RotationTest, AKeyThatIsNotCertifiedByThisDevicesTpmIsRefused) {
    const identity::Rotation next = device.next();
    protocol::RotateRequest wish = next.wish();
    wish.certification.reset();
    EXPECT_THAT(device.ask(protocol::verb::kRotate, protocol::to_json(wish)), HasSubstr("certification: missing"));

    TestDevice stranger(fleet, root);
    ASSERT_EQ(stranger.enroll(), "") << "the same TPM with another AK, which is the one from now on";
    EXPECT_THAT(device.ask(protocol::verb::kRotate, protocol::to_json(next.wish())), HasSubstr("by no key"));
    EXPECT_THAT(stranger.ask(protocol::verb::kRotate, protocol::to_json(next.wish())), HasSubstr("ignature"));
}

TEST_F(RotationTest, ACertificationOfAnotherRequestIsRefused) {
    protocol::RotateRequest wish = device.next().wish();
    wish.request = device.next().wish().request;

    EXPECT_THAT(device.ask(protocol::verb::kRotate, protocol::to_json(wish)), HasSubstr("extraData"));
}

TEST_F(RotationTest, WhoeverIsNotActiveGetsNoCertificate) {
    fleet.set_standing(device.identity->device, [](Standing& standing) { standing.status = StandingStatus::Suspended; });

    EXPECT_THAT(device.rotate(device.next()), HasSubstr("suspended"));
    EXPECT_TRUE(record().next_key.empty());
}

TEST_F(RotationTest, CertificatesAreNotToBeHadWithoutEnd) {
    std::string refusal;
    int granted = 0;
    while (refusal.empty() && granted < 100) {
        refusal = device.rotate(device.next({KeyAlg::EcP256, false}));
        if (refusal.empty()) ++granted;
    }

    EXPECT_THAT(refusal, HasSubstr("rotated too often"));
    EXPECT_LT(granted, 20);
    fleet.clock.pass(std::chrono::hours(1));
    EXPECT_EQ(device.rotate(device.next({KeyAlg::EcP256, false})), "");
}

TEST_F(RotationTest, ARevocationReachesTheEarlierCertificateTheOneInUseAndTheNext) {
    ASSERT_EQ(device.rotate(device.next()), "");
    device.use(*device.next_slot);
    ASSERT_EQ(standing(), "");
    ASSERT_EQ(device.rotate(device.next()), "");

    fleet.set_standing(device.identity->device, [](Standing& standing) { standing.status = StandingStatus::Revoked; });
    Revocations revocations(fleet.settings, *fleet.store, *fleet.authority, fleet.clock);
    ASSERT_TRUE(revocations.follow(record(), crypto::CrlReason::KeyCompromise));

    const auto issued = fleet.store->certificates(device.identity->device).value();
    EXPECT_EQ(issued.size(), 3U);
    for (const CertificateRecord& certificate : issued) EXPECT_TRUE(certificate.revoked);
}

TEST_F(RotationTest, ARegistryThatWasRestartedInBetweenGoesOn) {
    ASSERT_EQ(device.rotate(device.next()), "");
    fleet.reopen();
    device.use(*device.next_slot);

    EXPECT_EQ(standing(), "");
    EXPECT_TRUE(record().next_key.empty());
}

using SoftwareRotation = WithoutATpm;

TEST_F(SoftwareRotation, ADeviceWithoutATpmKeepsItsNameAndEnrolsAgainByItsLaterKey) {
    ASSERT_EQ(device.rotate(device.next()), "");
    device.use(*device.next_slot);
    ASSERT_EQ(device.ask(protocol::verb::kStandingGet, Json::object()), "");

    const auto again = identity::Enrollment::begin(
        root, {.tenant = kTenant}, identity::KnownKeys{device.identity->device, RootState{}, device.next_slot->key.clone()});
    const auto checked = again->begin_body();
    const protocol::Request request{std::string(protocol::verb::kEnrollBegin), kTenant, again->device(), crypto::random_octets(16),
                                    protocol::to_json(checked)};
    const Message message{device.topics.enroll_request(kClaim, again->device(), request.verb), protocol::encode(request), {1}};

    EXPECT_EQ(again->device(), device.identity->device);
    EXPECT_FALSE(device.open_reply(*fleet.requests->answer(message), message).refusal);
}

TEST_F(SoftwareRotation, AKeyThatWasReplacedEnrolsNobodyAnyMore) {
    const auto enroll_by = [&](const KeyBlob& key, const DeviceId& name) {
        device.enrollment.emplace(
            identity::Enrollment::begin(root, {.tenant = kTenant}, identity::KnownKeys{name, RootState{}, key.clone()}).value());
        const protocol::Request request{std::string(protocol::verb::kEnrollBegin), kTenant, name, crypto::random_octets(16),
                                        protocol::to_json(device.enrollment->begin_body())};
        const Message message{device.topics.enroll_request(kClaim, name, request.verb), protocol::encode(request), {1}};
        return TestDevice::refusal_of(device.open_reply(*fleet.requests->answer(message), message));
    };
    const DeviceId name = device.identity->device;
    std::vector<KeyBlob> replaced;
    replaced.push_back(device.identity->current.key.clone());
    for (int i = 0; i < 2; ++i) {
        ASSERT_EQ(device.rotate(device.next()), "");
        device.use(*device.next_slot);
        ASSERT_EQ(device.ask(protocol::verb::kStandingGet, Json::object()), "");
        if (i == 0) replaced.push_back(device.next_slot->key.clone());
    }
    const auto of_its_own = [&](const KeyBlob& key) {
        const auto loaded = identity::SoftwareKeyForge().load(key).value();
        return DeviceId::from_digest(crypto::hash(HashAlg::Sha256, loaded->public_key()));
    };

    EXPECT_THAT(enroll_by(replaced[0], name), HasSubstr("this key was replaced")) << "the first, after which the device is called";
    EXPECT_THAT(enroll_by(replaced[1], of_its_own(replaced[1])), HasSubstr("this key was replaced")) << "nor as another device";
    EXPECT_EQ(enroll_by(device.next_slot->key, name), "") << "the one in use does";
}

TEST_F(RotationTest, CarriesOutARecordedRequestOnce) {
    const auto first = device.next({KeyAlg::EcP256, false});
    const Message recorded = device.signed_message(protocol::verb::kRotate, protocol::to_json(first.wish()));
    ASSERT_EQ(TestDevice::refusal_of(device.open_reply(*fleet.requests->answer(recorded), recorded)), "");
    ASSERT_EQ(device.rotate(device.next({KeyAlg::EcP256, false})), "") << "the device has begun anew meanwhile";
    const Bytes next_key = fleet.record(device.identity->device).next_key;
    for (int i = 0; i < 40; ++i) (void)device.nonce();  // its answer is forgotten

    const auto again = device.open_reply(*fleet.requests->answer(recorded), recorded);

    EXPECT_THAT(TestDevice::refusal_of(again), HasSubstr("carried out before"));
    EXPECT_EQ(fleet.record(device.identity->device).next_key, next_key);
}

}  // namespace
}  // namespace anchor::registry
