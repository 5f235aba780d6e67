// SPDX-License-Identifier: Apache-2.0
#include <anchor/crypto/chain.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <anchor/crypto/certificate_builder.h>

#include "vectors.h"

namespace anchor::crypto {
namespace {

using testing::HasSubstr;

const WallTime kNow = time_of("2026-06-01T00:00:00Z");

ChainOptions options(Purpose purpose, WallTime at = kNow) {
    ChainOptions options;
    options.at = at;
    options.purpose = std::move(purpose);
    return options;
}

std::vector<Certificate> certificates(std::initializer_list<std::string> names) {
    std::vector<Certificate> all;
    for (const std::string& name : names) all.push_back(vector_certificate(name));
    return all;
}

// Why the chain leaf → intermediates → root is refused; empty where it is not.
std::string refusal(const std::string& leaf, const ChainOptions& how, std::initializer_list<std::string> between = {"issuing"},
                    const std::vector<Crl>& crls = {}) {
    const auto path = verify_chain(vector_certificate(leaf), certificates(between), certificates({"root"}), crls, how);
    if (path) return {};
    EXPECT_EQ(path.error().kind, ErrorKind::Rejected);
    return path.error().what;
}

TEST(Chain, IsThePathFromTheLeafToTheAnchor) {
    const auto path = verify_chain(vector_certificate("device"), certificates({"other_issuing", "issuing"}), certificates({"root"}), {},
                                   options(ForClient{}));

    ASSERT_TRUE(path) << path.error().what;
    EXPECT_EQ(*path, certificates({"device", "issuing", "root"}));
}

TEST(Chain, TakesAnIntermediateAsAnchor) {
    const auto path = verify_chain(vector_certificate("device"), {}, certificates({"issuing"}), {}, options(ForClient{}));

    ASSERT_TRUE(path) << path.error().what;
    EXPECT_EQ(*path, certificates({"device", "issuing"}));
}

TEST(Chain, NeedsAnAnchorAndEveryLink) {
    const Certificate leaf = vector_certificate("device");

    const auto no_anchor = verify_chain(leaf, certificates({"issuing", "root"}), {}, {}, options(ForClient{}));

    ASSERT_FALSE(no_anchor);
    EXPECT_THAT(no_anchor.error().what, HasSubstr("unknown issuer 'O=Fleet, CN=Root'"));
    EXPECT_THAT(refusal("device", options(ForClient{}), {}), HasSubstr("unknown issuer 'O=Fleet, CN=Issuing'"));
}

TEST(Chain, IsNotFooledByAnotherAuthorityOfTheSameName) {
    EXPECT_THAT(refusal("other_device", options(ForClient{}), {"other_issuing"}), HasSubstr("unknown issuer"));
    EXPECT_THAT(refusal("other_device", options(ForClient{}), {"issuing"}), HasSubstr("unknown issuer"));
}

TEST(Chain, RefusesASignatureThatIsNotTheIssuers) {
    Bytes der = to_bytes(vector_certificate("device").der());
    der[der.size() - 5] ^= 1U;
    const Certificate forged = Certificate::from_der(der).value();

    const auto path = verify_chain(forged, certificates({"issuing"}), certificates({"root"}), {}, options(ForClient{}));

    ASSERT_FALSE(path);
    EXPECT_THAT(path.error().what, HasSubstr("CN=abcdefghijklmnopqrstuvwxyz': signature"));
}

TEST(Chain, JudgesValidityAtTheGivenTime) {
    EXPECT_THAT(refusal("expired", options(ForClient{})), HasSubstr("'CN=expired': expired 2026-01-01T00:00:00Z"));
    EXPECT_EQ(refusal("expired", options(ForClient{}, time_of("2025-12-31T23:59:59Z"))), "");
    EXPECT_THAT(refusal("future", options(ForClient{})), HasSubstr("not yet valid before 2040-01-01"));
    EXPECT_THAT(refusal("expired_ca_device", options(ForClient{}), {"expired_ca"}), HasSubstr("'CN=Expired CA': expired"));
}

TEST(Chain, ForgivesNotYetValidAloneWhereTheClockIsUnknown) {
    ChainOptions early = options(ForClient{}, time_of("1970-01-01T00:00:00Z"));
    early.tolerate_not_yet_valid = true;
    ChainOptions late = options(ForClient{});
    late.tolerate_not_yet_valid = true;

    EXPECT_EQ(refusal("device", early), "");
    EXPECT_THAT(refusal("expired", late), HasSubstr("expired"));
}

TEST(Chain, RefusesWeakSignatures) { EXPECT_THAT(refusal("sha1", options(ForClient{})), HasSubstr("weak signature: SHA-1")); }

TEST(Chain, AcceptsRsaInBothPaddings) {
    for (const std::string leaf : {"rsa_device", "pss_device"}) {
        EXPECT_TRUE(verify_chain(vector_certificate(leaf), {}, certificates({"rsa_root"}), {}, options(ForClient{}))) << leaf;
    }
}

TEST(Chain, RefusesCriticalExtensionsThatWeDontKnow) {
    EXPECT_THAT(refusal("unknown_critical", options(ForClient{})), HasSubstr("unknown critical extension 1.2.3.4.5"));
    EXPECT_THAT(refusal("name_constraints_server", options(ForServer{"broker.example"}), {"name_constraints_ca"}),
                HasSubstr("'CN=Constrained': unknown critical extension 2.5.29.30"));
}

TEST(Chain, LetsOnlyAuthoritiesIssue) {
    EXPECT_THAT(refusal("not_a_ca_device", options(ForClient{}), {"device", "issuing"}), HasSubstr("no CA"));
    EXPECT_THAT(refusal("no_cert_sign_device", options(ForClient{}), {"no_cert_sign_ca"}), HasSubstr("may not sign certificates"));
    EXPECT_THAT(verify_chain(vector_certificate("not_a_ca_device"), {}, certificates({"device"}), {}, options(ForClient{})).error().what,
                HasSubstr("no CA"));
}

TEST(Chain, KeepsPathLengthAndDepth) {
    ChainOptions shallow = options(ForClient{});
    shallow.max_depth = 1;

    EXPECT_THAT(refusal("too_deep_device", options(ForClient{}), {"too_deep_ca", "issuing"}), HasSubstr("path too long"));
    EXPECT_THAT(refusal("device", shallow), HasSubstr("path too long"));
}

TEST(Chain, IsForOnePurpose) {
    EXPECT_EQ(refusal("server", options(ForServer{"broker.example"})), "");
    EXPECT_THAT(refusal("server", options(ForClient{})), HasSubstr("wrong usage"));
    EXPECT_THAT(refusal("device", options(ForServer{"broker.example"})), HasSubstr("wrong usage"));
    EXPECT_THAT(refusal("no_usage", options(ForClient{})), HasSubstr("wrong usage"));
    EXPECT_EQ(refusal("no_usage", options(ForAnything{})), "");
    EXPECT_EQ(refusal("issuing", options(ForAuthority{}), {}), "");
    EXPECT_THAT(refusal("device", options(ForAuthority{})), HasSubstr("wrong usage: no CA"));
    EXPECT_EQ(refusal("endorsement", options(ForEndorsement{})), "");
    EXPECT_THAT(refusal("device", options(ForEndorsement{})), HasSubstr("wrong usage"));
    EXPECT_THAT(refusal("issuing", options(ForEndorsement{}), {}), HasSubstr("wrong usage: a CA"));
    EXPECT_THAT(refusal("client_only_server", options(ForServer{"broker.example"}), {"client_only_ca"}), HasSubstr("other purposes"));
}

TEST(Chain, IsForOneHost) {
    const Certificate server = vector_certificate("server");

    EXPECT_THAT(refusal("server", options(ForServer{"other.example"})), HasSubstr("wrong host: not for 'other.example'"));
    for (const std::string good : {"broker.example", "BROKER.Example", "a.fleet.example", "192.0.2.7", "2001:db8::7", "2001:DB8:0::7"}) {
        EXPECT_TRUE(is_for_host(server, good)) << good;
    }
    for (const std::string bad : {"", "broker", "fleet.example", ".fleet.example", "a.b.fleet.example", "*.fleet.example.evil", "192.0.2.8",
                                  "broker.example.", "::ffff:192.0.2.7"}) {
        EXPECT_FALSE(is_for_host(server, bad)) << bad;
    }
}

TEST(Chain, RefusesRevokedCertificatesAlsoByAStaleList) {
    for (const std::string list : {"crl_revoked", "crl_revoked_stale"}) {
        const std::string why = refusal("revoked", options(ForClient{}), {"issuing"}, {vector_crl(list)});

        EXPECT_THAT(
            why, HasSubstr("revoked since 2026-03-01T12:00:00Z (key compromise), serial " + vector_certificate("revoked").serial_text()));
    }
    EXPECT_EQ(refusal("device", options(ForClient{}), {"issuing"}, {vector_crl("crl_revoked")}), "");
}

// An authority, one device of it, and lists that speak of that device.
struct Fleet {
    SoftwareKey key = SoftwareKey::generate(KeyAlg::EcP256).value();
    SoftwareKey device_key = SoftwareKey::generate(KeyAlg::EcP256).value();
    Validity validity{time_of("2026-01-01T00:00:00Z"), time_of("2027-01-01T00:00:00Z")};
    Certificate root = CertificateBuilder::root(key, "Root", validity).value();
    Certificate device = CertificateBuilder::open(root, key)->device(device_key.public_value(), "fleet", "device", validity).value();

    Crl list(std::uint64_t number, std::optional<CrlReason> reason, std::optional<std::uint64_t> base = std::nullopt,
             WallTime until = time_of("2026-12-01T00:00:00Z")) {
        CrlContent content{number, time_of("2026-05-01T00:00:00Z"), until, {}, base, true};
        if (reason) content.revoked.push_back({to_bytes(device.serial()), time_of("2026-05-01T00:00:00Z"), *reason});
        return issue_crl(root, key, content).value();
    }
    std::string refusal(const std::vector<Crl>& crls, Revocation revocation = Revocation::WhereKnown) {
        ChainOptions how = options(ForClient{});
        how.revocation = revocation;
        const auto path = verify_chain(device, {}, {root}, crls, how);
        return path ? "" : path.error().what;
    }
};

TEST(Chain, LetsADeltaHaveTheLastWord) {
    Fleet fleet;
    const auto hold = CrlReason::CertificateHold;
    const auto removed = CrlReason::RemoveFromCrl;

    EXPECT_THAT(fleet.refusal({fleet.list(5, hold)}), HasSubstr("(on hold)"));
    EXPECT_EQ(fleet.refusal({fleet.list(5, hold), fleet.list(6, removed, 5)}), "");
    EXPECT_THAT(fleet.refusal({fleet.list(5, {}), fleet.list(6, CrlReason::KeyCompromise, 4)}), HasSubstr("(key compromise)"));
    EXPECT_THAT(fleet.refusal({fleet.list(7, hold, 5), fleet.list(6, removed, 5), fleet.list(5, hold)}), HasSubstr("(on hold)"))
        << "the newest delta counts";
}

TEST(Chain, AsksTheNewestListThatItsIssuerSigned) {
    Fleet fleet;
    Bytes forged = to_bytes(fleet.list(9, {}).der());
    forged.back() ^= 1U;
    const Crl held = fleet.list(5, CrlReason::CertificateHold);

    EXPECT_EQ(fleet.refusal({held, fleet.list(8, {})}), "") << "the hold is over";
    EXPECT_EQ(fleet.refusal({fleet.list(8, {}), held}), "");
    EXPECT_THAT(fleet.refusal({held, Crl::from_der(forged).value()}), HasSubstr("(on hold)")) << "nobody signed that it is";
    EXPECT_THAT(fleet.refusal({held, fleet.list(8, {}, 6)}), HasSubstr("(on hold)"));
}

TEST(Chain, AppliesNoDeltaToAListThatItDoesNotFit) {
    Fleet fleet;
    Fleet stranger;
    const auto hold = CrlReason::CertificateHold;
    const auto removed = CrlReason::RemoveFromCrl;

    EXPECT_NE(fleet.refusal({fleet.list(5, hold), fleet.list(7, removed, 6)}), "") << "its base is a later list";
    EXPECT_NE(fleet.refusal({fleet.list(5, hold), fleet.list(5, removed, 4)}), "") << "it is no newer";
    EXPECT_NE(fleet.refusal({fleet.list(5, hold), stranger.list(6, removed, 5)}), "") << "another key of that name";
    EXPECT_EQ(fleet.refusal({fleet.list(6, hold, 5)}), "") << "alone it says nothing";
    EXPECT_THAT(fleet.refusal({fleet.list(6, {}, 5)}, Revocation::LeafNeeds), HasSubstr("no current revocation list"));
}

TEST(Chain, IsCurrentByADeltaWhenTheFullListIsStale) {
    Fleet fleet;
    const Crl stale = fleet.list(5, {}, std::nullopt, time_of("2026-05-02T00:00:00Z"));

    EXPECT_THAT(fleet.refusal({stale}, Revocation::LeafNeeds), HasSubstr("no current revocation list"));
    EXPECT_EQ(fleet.refusal({stale, fleet.list(6, {}, 5)}, Revocation::LeafNeeds), "");
}

TEST(Chain, AsksNoListAboutAuthoritiesThatCoversEndEntitiesAlone) {
    Fleet fleet;
    SoftwareKey below_key = SoftwareKey::generate(KeyAlg::EcP256).value();
    const Certificate below =
        CertificateBuilder::open(fleet.root, fleet.key)->authority(below_key.public_value(), "Below", fleet.validity, 0).value();
    ChainOptions how = options(ForAuthority{});
    how.revocation = Revocation::LeafNeeds;

    EXPECT_THAT(verify_chain(below, {}, {fleet.root}, {fleet.list(5, {})}, how).error().what, HasSubstr("no current revocation list"));
}

TEST(Chain, IgnoresListsOfOthers) {
    EXPECT_EQ(refusal("revoked", options(ForClient{}), {"issuing"}, {vector_crl("crl_other_revoked")}), "");
}

TEST(Chain, CanDemandACurrentList) {
    ChainOptions leaf = options(ForClient{});
    leaf.revocation = Revocation::LeafNeeds;
    ChainOptions all = options(ForClient{});
    all.revocation = Revocation::AllNeed;

    EXPECT_THAT(refusal("device", leaf), HasSubstr("no current revocation list"));
    EXPECT_THAT(refusal("device", leaf, {"issuing"}, {vector_crl("crl_empty_stale")}), HasSubstr("no current revocation list"));
    EXPECT_THAT(refusal("device", leaf, {"issuing"}, {vector_crl("crl_other_revoked")}), HasSubstr("no current revocation list"));
    EXPECT_EQ(refusal("device", leaf, {"issuing"}, {vector_crl("crl_empty")}), "");
    EXPECT_THAT(refusal("device", all, {"issuing"}, {vector_crl("crl_empty")}), HasSubstr("'O=Fleet, CN=Issuing': no current"));
    EXPECT_EQ(refusal("device", all, {"issuing"}, {vector_crl("crl_empty"), vector_crl("crl_root_empty")}), "");
}

// Thirty authorities of one name that certify each other: without a budget the number of paths explodes.
TEST(Chain, EndsAlsoWhereAStrangerMadeAMazeOfAuthorities) {
    SoftwareKey key = SoftwareKey::generate(KeyAlg::EcP256).value();
    const Validity validity{time_of("2025-01-01T00:00:00Z"), time_of("2045-01-01T00:00:00Z")};
    std::vector<Certificate> maze;
    for (int i = 0; i < 30; ++i) maze.push_back(CertificateBuilder::root(key, "Maze", validity).value());
    auto builder = CertificateBuilder::open(maze.front(), key).value();
    const Certificate leaf = builder.device(key.public_value(), "fleet", "lost", validity).value();
    ChainOptions how = options(ForClient{});
    how.max_depth = 100;

    const auto path = verify_chain(leaf, maze, certificates({"root"}), {}, how);

    ASSERT_FALSE(path);
    const auto many = verify_chain(leaf, std::vector<Certificate>(33, maze.front()), certificates({"root"}), {}, how);
    EXPECT_THAT(many.error().what, HasSubstr("more than 32"));
}

}  // namespace
}  // namespace anchor::crypto
