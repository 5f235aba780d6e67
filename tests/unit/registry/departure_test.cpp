// SPDX-License-Identifier: Apache-2.0
// A departure as the registry sees it: what it believes of a farewell, and what it does about it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <anchor/crypto/hash.h>
#include <anchor/identity/software_root.h>
#include <anchor/protocol/departure.h>

#include "fleet.h"

namespace anchor::registry {
namespace {

using testing::HasSubstr;
namespace verb = protocol::verb;

class RegistryDeparture : public testing::Test {
protected:
    RegistryDeparture() { EXPECT_EQ(device.enroll(), ""); }

    [[nodiscard]] DeviceRecord record() const { return fleet.record(device.identity->device); }
    void order() {
        const protocol::Departure departure{to_bytes(crypto::hash(HashAlg::Sha256, record().ak_public).view()), "sold", std::nullopt};
        text = fleet.order_departure(device.identity->device, protocol::to_json(departure));
    }
    /// What the device's TPM says about that order.
    protocol::Farewell farewell_about(const std::string& what) {
        const Digest digest = crypto::hash(HashAlg::Sha256, as_bytes(what));
        const Keyring keyring = root.open(device.identity->root).value();
        return {to_bytes(digest.view()), keyring.quoter->attest_time(digest.view()).value()};
    }
    std::string say(const protocol::Farewell& farewell) { return device.ask(verb::kFarewell, protocol::to_json(farewell)); }

    Fleet fleet;
    std::shared_ptr<fakes::FakeTpm> tpm = std::make_shared<fakes::FakeTpm>();
    fakes::FakeRoot root{tpm};
    TestDevice device{fleet, root};
    std::string text;
};

TEST_F(RegistryDeparture, AFarewellEndsTheDeviceAndItsCertificates) {
    order();

    EXPECT_EQ(say(farewell_about(text)), "");

    EXPECT_EQ(record().standing.status, StandingStatus::Revoked);
    EXPECT_THAT(fleet.last_audit(), HasSubstr("said by its TPM after"));
    const auto issued = fleet.store->certificates(device.identity->device).value();
    EXPECT_FALSE(issued.empty());
    for (const auto& certificate : issued) {
        ASSERT_TRUE(certificate.revoked);
        EXPECT_EQ(certificate.revoked->reason, crypto::CrlReason::CessationOfOperation);
    }
    TestDevice again(fleet, root);
    EXPECT_THAT(again.enroll(), HasSubstr("it has departed"));
}

TEST_F(RegistryDeparture, TheDeviceIsGoneOnlyWithItsCertificatesOnTheLists) {
    order();
    auto known = record();
    known.certificates = {Bytes{1, 2, 3}};
    ASSERT_TRUE(fleet.store->save(known));

    EXPECT_NE(say(farewell_about(text)), "");

    EXPECT_EQ(record().standing.status, StandingStatus::Active) << "or saying it again would change nothing any more";
}

TEST_F(RegistryDeparture, TheLastStandingIsNumberedAboveAllThatAForgottenPastMayHaveGivenOut) {
    order();
    fleet.clock.pass(Seconds{60});

    ASSERT_EQ(say(farewell_about(text)), "");

    EXPECT_GE(record().standing.number,
              static_cast<std::uint64_t>(std::chrono::floor<Seconds>(fleet.clock.wall().time_since_epoch()).count()));
}

TEST_F(RegistryDeparture, SaidTwiceIsSaidOnce) {
    order();
    ASSERT_EQ(say(farewell_about(text)), "");
    const std::uint64_t number = record().standing.number;

    EXPECT_EQ(say(farewell_about(text)), "");
    EXPECT_EQ(record().standing.number, number);
}

TEST_F(RegistryDeparture, WithoutAnOrderOrAboutAnotherOneNothingHappens) {
    EXPECT_THAT(say(farewell_about("anything")), HasSubstr("nobody has ordered"));
    order();
    EXPECT_THAT(say(farewell_about("anything")), HasSubstr("not the one that was given"));
    EXPECT_EQ(record().standing.status, StandingStatus::Active);
}

TEST_F(RegistryDeparture, AFarewellThatItsTpmHasNotSaidCountsForNothing) {
    order();
    protocol::Farewell farewell = farewell_about(text);
    farewell.attestation.reset();
    EXPECT_THAT(say(farewell), HasSubstr("attestation: missing"));

    farewell.attestation = farewell_about("another order").attestation;
    EXPECT_THAT(say(farewell), HasSubstr("extraData"));
    EXPECT_EQ(record().standing.status, StandingStatus::Active);
}

TEST_F(RegistryDeparture, TheOrderIsForItsDeviceAlone) {
    order();
    const Json wanted = {{"kind", "departure"}, {"name", device.identity->device.text()}, {"version", 0}};
    EXPECT_EQ(device.ask(verb::kDocumentGet, wanted), "");

    fakes::FakeRoot other_root{std::make_shared<fakes::FakeTpm>()};
    TestDevice other(fleet, other_root);
    ASSERT_EQ(other.enroll(), "");
    EXPECT_THAT(other.ask(verb::kDocumentGet, wanted), HasSubstr("no such document"));
    EXPECT_THAT(other.ask(verb::kFarewell, protocol::to_json(farewell_about(text))), HasSubstr("nobody has ordered"));
}

using SoftwareDeparture = WithoutATpm;

TEST_F(SoftwareDeparture, IsByTheDevicesOwnWordAndTheAuditLogSaysSo) {
    const std::string text = fleet.order_departure(device.identity->device, protocol::to_json(protocol::Departure{{}, "worn out", {}}));
    const protocol::Farewell farewell{to_bytes(crypto::hash(HashAlg::Sha256, as_bytes(text)).view()), std::nullopt};

    EXPECT_EQ(device.ask(verb::kFarewell, protocol::to_json(farewell)), "");
    EXPECT_THAT(fleet.last_audit(), HasSubstr("has no TPM"));
}

}  // namespace
}  // namespace anchor::registry
