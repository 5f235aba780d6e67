// SPDX-License-Identifier: Apache-2.0

// Revocation lists on a device: fetched in pieces, brought by hand, kept over a restart, and never older than before.

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <anchor/base/encoding.h>
#include <anchor/crypto/certificate_builder.h>
#include <anchor/crypto/crl.h>
#include <anchor/protocol/revocations.h>
#include <fakes/fake_shelf.h>

#include "enrolled_device.h"

namespace anchor::agent {
namespace {

using crypto::Crl;
using protocol::DocumentKind;
using testing::HasSubstr;

class ListsTest : public testing::Test {
protected:
    void SetUp() override {
        owned.state().anchors->device_anchors = {to_bytes(root.der())};
        owned.device.shelf = &shelf;
    }

    // Enough entries for several pieces, among them the peer or not.
    Crl list(std::uint64_t number, bool peer_revoked, std::optional<std::uint64_t> base = std::nullopt) {
        crypto::CrlContent content{number, now, now + std::chrono::days(7), {}, base, true};
        for (std::uint32_t i = 0; i < (base ? 1U : 4000U); ++i) {
            Bytes serial(16, 0x11);
            for (unsigned n = 0; n < 4; ++n) serial[15 - n] = static_cast<std::uint8_t>(i >> (8 * n));
            content.revoked.push_back({serial, now});
        }
        if (peer_revoked) content.revoked.push_back({to_bytes(peer.serial()), now, crypto::CrlReason::KeyCompromise});
        return issue_crl(root, key, content).value();
    }
    static BlobName name_of(const Crl& list) { return {crypto::hash(HashAlg::Sha256, list.der()), list.der().size()}; }
    // Every key that signs online is another one from now on; the roots stay.
    void replace_online_keys() {
        owned.replace_online_key();
        protocol::AnchorSet next = owned.anchors(2);
        next.device_anchors = {to_bytes(root.der())};
        const auto taken = owned.agent->import(owned.signed_document(DocumentKind::Anchors, "", 2, to_json(next)));
        ASSERT_TRUE(taken) << taken.error().what;
    }
    void publish(std::uint64_t version, const std::vector<Crl>& fulls) {
        protocol::RevocationManifest body;
        for (const Crl& full : fulls) body.issuers.push_back({name_of(full), *full.number(), std::nullopt, 0});
        ASSERT_TRUE(owned.agent->import(owned.signed_document(DocumentKind::Revocations, "", version, to_json(body))));
        owned.pump();
        answer_all(fulls);
    }
    std::string manifest(std::uint64_t version, const Crl& full, const Crl* delta = nullptr) {
        protocol::RevocationLists lists{name_of(full), *full.number(), std::nullopt, 0};
        if (delta != nullptr) {
            lists.delta = name_of(*delta);
            lists.delta_number = *delta->number();
        }
        return owned.signed_document(DocumentKind::Revocations, "", version, to_json(protocol::RevocationManifest{{lists}}));
    }

    void start_connected() {
        owned.start();
        owned.device.link.connect();
        owned.pump();
    }
    // The registry answers what was asked last; says whether anything was.
    bool answer_piece(const std::vector<Crl>& published) {
        const auto& sent = owned.device.link.sent;
        if (sent.empty() || !sent.back().topic.ends_with("blob.get")) return false;
        const auto jws = crypto::UnverifiedJws::parse(as_text(sent.back().payload)).value();
        const auto request = protocol::request_from(jws.verify(protocol::kRequestTyp, own_keys()).value().payload).value();
        const auto place = protocol::blob_place_from(request.body).value();
        for (const Crl& one : published) {
            if (name_of(one) != place.name) continue;
            const auto size = std::min(protocol::kMaxPiece, static_cast<std::size_t>(place.name.size - place.offset));
            const ByteView piece = one.der().subspan(place.offset, size);
            const Message reply = owned.reply("blob.get", protocol::blob_octets_json(piece), owned.device.clock.wall());
            owned.device.link.sent.clear();
            owned.device.link.deliver(reply);
            owned.pump();
            ++pieces;
            return true;
        }
        return false;
    }
    void answer_all(const std::vector<Crl>& published) {
        while (answer_piece(published)) {
        }
    }
    crypto::JwsKeys own_keys() {
        const Keyring keyring =
            owned.root()
                .open(RootState{owned.saved().identity->root.ak.clone(), owned.saved().identity->root.endorsement_profile,
                                owned.saved().identity->root.storage_root_name})
                .value();
        const auto loaded = keyring.forge->load(owned.saved().identity->current.key).value();
        const auto own = crypto::PublicKey::from_spki(loaded->public_key()).value();
        return {{own.thumbprint(), own}};
    }
    std::string judge() { return judge(peer.pem()); }
    std::string judge(const std::string& chain) {
        const auto judged = owned.agent->verify_peer(chain, true);
        return judged ? "" : judged.error().what;
    }

    fakes::FakeShelf shelf;
    EnrolledDevice owned;
    WallTime now = owned.device.clock.wall();
    crypto::SoftwareKey key = crypto::SoftwareKey::generate(KeyAlg::EcP256).value();
    crypto::Validity validity{now - std::chrono::days(1), now + std::chrono::days(365)};
    crypto::Certificate root = crypto::CertificateBuilder::root(key, "Root", validity).value();
    crypto::Certificate peer =
        crypto::CertificateBuilder::open(root, key)->device(key.public_value(), "acme", std::string(26, 'p'), validity).value();
    int pieces = 0;
};

TEST_F(ListsTest, AreFetchedInPiecesByWhatASignedDocumentNames) {
    const Crl full = list(3, false);
    const Crl delta = list(5, true, 3);
    start_connected();
    EXPECT_THAT(judge(), HasSubstr("no current revocation list"));

    ASSERT_TRUE(owned.agent->import(manifest(1, full)));
    owned.pump();
    answer_all({full, delta});
    EXPECT_GE(pieces, 2);
    EXPECT_EQ(judge(), "");

    ASSERT_TRUE(owned.agent->import(manifest(2, full, &delta)));
    owned.pump();
    answer_all({full, delta});
    EXPECT_THAT(judge(), HasSubstr("revoked since"));
    EXPECT_EQ(owned.device.link.used.crls().size(), 2U) << "the broker's chain is judged by them";

    owned.start();
    EXPECT_THAT(judge(), HasSubstr("revoked since")) << "the full list is older than the floor, its delta is not";
}

TEST_F(ListsTest, AreThereAfterARestartAndGoOnWhereATransferBroke) {
    const Crl full = list(3, true);
    start_connected();
    ASSERT_TRUE(owned.agent->import(manifest(1, full)));
    owned.pump();
    ASSERT_TRUE(answer_piece({full}));
    start_connected();
    owned.tick(Seconds(1));
    answer_all({full});
    const auto needed = static_cast<int>((full.der().size() + protocol::kMaxPiece - 1) / protocol::kMaxPiece);
    EXPECT_EQ(pieces, needed) << "no piece came twice";
    EXPECT_THAT(judge(), HasSubstr("revoked since"));

    owned.start();
    EXPECT_THAT(judge(), HasSubstr("revoked since"));
}

TEST_F(ListsTest, OfAnotherDigestAreThrownAwayAndNotAskedForAgain) {
    const Crl full = list(3, false);
    const Crl other = list(4, true);
    start_connected();
    ASSERT_TRUE(owned.agent->import(manifest(1, full)));
    owned.pump();
    while (!owned.device.link.sent.empty() && owned.device.link.sent.back().topic.ends_with("blob.get")) {
        const Message reply = owned.reply("blob.get", protocol::blob_octets_json(Bytes(protocol::kMaxPiece, 7)), owned.device.clock.wall());
        owned.device.link.sent.clear();
        owned.device.link.deliver(reply);
        owned.pump();
    }
    EXPECT_THAT(judge(), HasSubstr("no current revocation list"));
    owned.tick(Seconds(1));
    EXPECT_TRUE(std::ranges::none_of(owned.device.link.sent, [](const Message& m) { return m.topic.ends_with("blob.get"); }));

    ASSERT_TRUE(owned.agent->import(manifest(2, other)));
    owned.pump();
    answer_all({other});
    EXPECT_THAT(judge(), HasSubstr("revoked since"));
}

TEST_F(ListsTest, ComeByHandAndNeverOlder) {
    owned.start();
    ASSERT_TRUE(owned.agent->import(list(5, true).pem()));
    owned.pump();
    EXPECT_THAT(judge(), HasSubstr("revoked since"));

    EXPECT_THAT(owned.agent->import(list(4, false).pem()).error().what, HasSubstr("older than number 5"));
    owned.start();
    EXPECT_THAT(owned.agent->import(list(4, false).pem()).error().what, HasSubstr("older than number 5"));
    EXPECT_THAT(judge(), HasSubstr("revoked since"));
    const std::string both = list(6, false).pem() + list(7, true, 6).pem();
    ASSERT_TRUE(owned.agent->import(both));
    EXPECT_THAT(judge(), HasSubstr("revoked since"));
}

TEST_F(ListsTest, OfStrangersAreRefused) {
    owned.start();
    crypto::SoftwareKey other = crypto::SoftwareKey::generate(KeyAlg::EcP256).value();
    const auto stranger = crypto::CertificateBuilder::root(other, "Stranger", validity).value();
    const auto foreign = issue_crl(stranger, other, {1, now, now + std::chrono::days(7), {}}).value();

    EXPECT_THAT(owned.agent->import(foreign.pem()).error().what, HasSubstr("does not know"));
    EXPECT_FALSE(owned.agent->import("-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n"));
}

constexpr std::uint64_t kEnormous = std::numeric_limits<std::uint64_t>::max();

TEST_F(ListsTest, OnTheWordOfAStolenKeyKeepNothingOutThatTheRootSigns) {
    const auto x = crypto::CertificateBuilder::root(key, "X", validity).value();  // the key identifier is that of the root
    start_connected();
    publish(1, {issue_crl(x, key, {kEnormous, now, now + std::chrono::days(9999), {}, {}, true}).value()});

    replace_online_keys();
    ASSERT_TRUE(shelf.keep_only({}));
    owned.start();
    EXPECT_TRUE(owned.agent->import(list(5, true).pem()));
    owned.pump();
    EXPECT_THAT(judge(), HasSubstr("revoked since"));

    owned.start();
    EXPECT_THAT(judge(), HasSubstr("revoked since"));
}

TEST_F(ListsTest, OnTheWordOfAStolenKeyLeaveRoomForTheTrueOnes) {
    crypto::SoftwareKey issuing_key = crypto::SoftwareKey::generate(KeyAlg::EcP256).value();
    const auto issuing = crypto::CertificateBuilder::open(root, key)->authority(issuing_key.public_value(), "Issuing", validity, 0).value();
    const auto other =
        crypto::CertificateBuilder::open(issuing, issuing_key)->device(key.public_value(), "acme", std::string(26, 'q'), validity).value();
    const auto until = now + std::chrono::days(7);
    const Crl true_one = issue_crl(issuing, issuing_key, {5, now, until, {{to_bytes(other.serial()), now}}, {}, true}).value();
    start_connected();
    for (const std::uint64_t version : {1U, 2U}) {
        std::vector<Crl> invented;
        for (int i = 0; i < 16; ++i) {
            const std::string name = "invented " + std::to_string(version) + " " + std::to_string(i);
            const auto nobody = crypto::CertificateBuilder::root(issuing_key, name, validity).value();
            invented.push_back(issue_crl(nobody, issuing_key, {1, now, until, {}, {}, true}).value());
        }
        publish(version, invented);
    }

    replace_online_keys();
    start_connected();
    publish(1, {true_one});

    EXPECT_THAT(judge(other.pem() + issuing.pem()), HasSubstr("revoked since"));
    EXPECT_EQ(owned.saved().lists, std::vector{name_of(true_one)}) << "and of the others nothing is left";
}

TEST_F(ListsTest, WithAnEnormousNumberEndWithTheKeysThatNamedThem) {
    start_connected();
    publish(1, {list(kEnormous, false)});
    EXPECT_EQ(judge(), "");

    replace_online_keys();
    start_connected();
    EXPECT_THAT(owned.agent->import(list(6, true).pem()).error().what, HasSubstr("older than number"));
    publish(1, {list(6, true)});
    EXPECT_THAT(judge(), HasSubstr("revoked since"));

    publish(2, {list(5, false)});
    EXPECT_THAT(judge(), HasSubstr("revoked since")) << "once, and not again";
    owned.start();
    EXPECT_THAT(judge(), HasSubstr("revoked since"));
}

TEST_F(ListsTest, ThatAreOnTheirWayOnAReplacedKeysWordAreNotTaken) {
    const Crl thiefs = list(4, false);
    start_connected();
    publish(1, {list(5, true)});
    shelf.add(to_bytes(thiefs.der()));
    ASSERT_TRUE(owned.agent->import(manifest(2, thiefs)));  // and before the worker has read it

    replace_online_keys();
    owned.pump();

    EXPECT_THAT(judge(), HasSubstr("revoked since"));
}

TEST_F(ListsTest, PutBackOnTheDiskFromBeforeAreRefused) {
    owned.start();
    ASSERT_TRUE(owned.agent->import(list(5, true).pem()));
    owned.pump();
    const Crl old = list(4, false);
    ASSERT_TRUE(shelf.keep_only({}));
    shelf.add(to_bytes(old.der()));

    owned.start();

    EXPECT_THAT(judge(), HasSubstr("no current revocation list"));
    EXPECT_THAT(owned.agent->import(old.pem()).error().what, HasSubstr("older than number 5"));
}

TEST_F(ListsTest, LeaveTheTableOfFileDigestsWhereItIs) {
    const BlobName table = shelf.add(Bytes(100, 1));
    Json reference = owned.reference_body();
    reference["ima"]["table"] = {{"digest", table.sha256.text()}, {"size", table.size}};
    owned.put("reference/boot", 1, owned.signed_document(DocumentKind::Reference, "boot", 1, reference));
    owned.start();

    ASSERT_TRUE(owned.agent->import(list(5, true).pem()));
    owned.pump();

    EXPECT_NE(shelf.find(table).value(), nullptr);
    EXPECT_THAT(judge(), HasSubstr("revoked since"));
}

}  // namespace
}  // namespace anchor::agent
