// SPDX-License-Identifier: Apache-2.0
// Which endorsement key may enrol where, by the owner's rules.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <anchor/identity/software_root.h>

#include "fleet.h"

namespace anchor::registry {
namespace {

using testing::HasSubstr;

class EnrollmentRules : public testing::Test {
protected:
    // A maker whose root the registry has, the device's TPM certified by it.
    EnrollmentRules()
        : certificate(fleet.endorsement_certificate(tpm->endorsement_key(), maker, "Maker")), root(tpm, to_bytes(certificate.der())) {
        other = crypto::CertificateBuilder::root(another, "Other", {certificate.not_before(), certificate.not_after()}).value();
        fleet.add_maker(*other);
        fleet.settings.allow_uncertified_ek = false;
    }
    Bytes root_named(const std::string& subject) {
        const auto roots = fleet.store->roots().value();
        for (const Bytes& der : roots) {
            const auto one = crypto::Certificate::from_der(der).value();
            if (one.subject().find(subject) != std::string::npos) return to_bytes(one.fingerprint().view());
        }
        return {};
    }
    std::string enroll() {
        device.emplace(fleet, root);
        return device->enroll();
    }
    DeviceRecord record() { return fleet.record(device->identity->device); }

    Fleet fleet;
    std::shared_ptr<fakes::FakeTpm> tpm = std::make_shared<fakes::FakeTpm>();
    crypto::SoftwareKey maker = new_key(), another = new_key();
    crypto::Certificate certificate;
    std::optional<crypto::Certificate> other;
    fakes::FakeRoot root;
    std::optional<TestDevice> device;
};

TEST_F(EnrollmentRules, TheFirstThatFitsSaysTheGroupAndStandsInTheAuditLog) {
    fleet.settings.rules = {{.name = "others", .group = "x", .roots = {root_named("Other")}},
                            {.name = "makers", .group = "press", .roots = {root_named("Maker")}},
                            {.name = "rest", .group = "default"}};

    ASSERT_EQ(enroll(), "");

    EXPECT_EQ(record().standing.group, "press");
    EXPECT_THAT(fleet.store->audit_page({.act = "enrolled"}, 0, 9).value().at(0).what, HasSubstr("with claim first by rule makers"));
}

TEST_F(EnrollmentRules, WhoFitsNoneDoesNotEnrol) {
    fleet.settings.rules = {{.name = "others", .group = "x", .roots = {root_named("Other")}, .lists = {"order-4711"}},
                            {.name = "spring", .group = "y", .batches = {"spring"}}};

    EXPECT_THAT(enroll(), HasSubstr("no rule of this registry lets this device enrol with claim \"first\""));
    EXPECT_TRUE(fleet.store->devices().value().empty());
}

TEST_F(EnrollmentRules, AListIsAsGoodAsARoot) {
    fleet.settings.rules = {{.name = "order", .group = "press", .batches = {kClaim}, .lists = {"order-4711"}}};
    const Digest digest = crypto::hash(HashAlg::Sha256, tpm->endorsement_key());
    ASSERT_TRUE(fleet.store->list_endorsement(digest.view(), "", fleet.clock.wall(), "order-1"));
    EXPECT_THAT(enroll(), HasSubstr("no rule")) << "on another list";
    ASSERT_TRUE(fleet.store->list_endorsement(digest.view(), "", fleet.clock.wall(), "order-4711"));

    EXPECT_EQ(enroll(), "");
    EXPECT_EQ(record().standing.group, "press");
}

TEST_F(EnrollmentRules, LetNobodyInForWhomNobodyVouches) {
    fleet.settings.rules = {{.name = "all", .group = "press"}};
    fakes::FakeRoot bare(tpm);
    TestDevice uncertified(fleet, bare);
    identity::SoftwareRoot software;
    TestDevice without_tpm(fleet, software);
    const Message begin = without_tpm.begin_message();

    EXPECT_THAT(uncertified.enroll(), HasSubstr("no EK certificate"));
    EXPECT_THAT(TestDevice::refusal_of(without_tpm.open_reply(*fleet.requests->answer(begin), begin)), HasSubstr("without a TPM"));
}

TEST_F(EnrollmentRules, ADeviceWithoutATpmFitsNoRuleAboutEndorsementKeys) {
    fleet.settings.allow_software_keys = true;
    fleet.settings.rules = {{.name = "makers", .group = "press", .roots = {root_named("Maker")}}};
    identity::SoftwareRoot software;
    TestDevice without_tpm(fleet, software);
    const Message begin = without_tpm.begin_message();

    EXPECT_THAT(TestDevice::refusal_of(without_tpm.open_reply(*fleet.requests->answer(begin), begin)), HasSubstr("no rule"));
}

TEST_F(EnrollmentRules, AreAskedAgainAndLeaveTheGroupThatTheOwnerGave) {
    fleet.settings.rules = {{.name = "makers", .group = "press", .roots = {root_named("Maker")}}};
    ASSERT_EQ(enroll(), "");
    fleet.set_standing(device->identity->device, [](Standing& standing) { standing.group = "east"; });

    ASSERT_EQ(enroll(), "");
    EXPECT_EQ(record().standing.group, "east");
    fleet.settings.rules.front().roots = {root_named("Other")};
    EXPECT_THAT(enroll(), HasSubstr("no rule"));
}

TEST_F(EnrollmentRules, AGroupHasItsOwnIssuingAuthority) {
    const auto issuer_of = [](const Bytes& der) { return crypto::Certificate::from_der(der).value().issuer(); };
    const Bytes first_issuer = fleet.authority->issuer();
    ASSERT_EQ(enroll(), "");
    const auto earlier = crypto::Certificate::from_der(record().certificates.at(1)).value();
    fleet.replace_issuing();
    fleet.settings.rules = {{.name = "makers", .group = "default", .roots = {root_named("Maker")}, .issuing = earlier.serial_text()}};
    fleet.reopen();

    ASSERT_EQ(enroll(), "");
    EXPECT_EQ(issuer_of(record().certificates.front()), earlier.subject());
    EXPECT_TRUE(equal(fleet.store->certificates(device->identity->device).value().front().issuer, first_issuer)) << "and its lists";
    ASSERT_EQ(device->rotate(device->next()), "");
    EXPECT_EQ(issuer_of(record().next_certificates.front()), earlier.subject());

    fleet.settings.rules.front().issuing.clear();
    ASSERT_EQ(enroll(), "");
    EXPECT_THAT(issuer_of(record().certificates.front()), HasSubstr("issuing 2"));
    fleet.settings.rules.front().issuing = "00ff";
    EXPECT_THAT(enroll(), HasSubstr("the issuing CA 00ff, which a rule names, is not here"));
}

}  // namespace
}  // namespace anchor::registry
