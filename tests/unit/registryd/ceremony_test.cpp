// SPDX-License-Identifier: Apache-2.0
// The life of an authority, as people go through it: keys made elsewhere, a fleet begun with them, and everything replaced, one after
// the other, through the very functions that the commands call.
#include <gmock/gmock.h>

#include <filesystem>

#include <anchor/base/file.h>
#include <anchor/crypto/certificate_builder.h>
#include <anchor/protocol/enrollment.h>
#include <anchor/protocol/signing.h>
#include <parts/scratch.h>
#include <registryd/anchors.h>
#include <registryd/certificate_renewal.h>
#include <registryd/init.h>
#include <registryd/issuing_files.h>
#include <registryd/put_aside.h>
#include <registryd/sign.h>
#include <registryd/worker.h>

namespace anchor::registryd {
namespace {

using protocol::DocumentKind;
using testing::HasSubstr;

class Ceremony : public testing::Test {
protected:
    Ceremony() {
        for (const auto* name : {"anna", "bert"}) EXPECT_TRUE(make_signer({scratch_.path(name)}));
        EXPECT_TRUE(make_signer({scratch_.path("cleo"), "ec-p384"}));
        InitOptions options;
        options.folder = scratch_.path("registry");
        options.tenant = "acme";
        options.authority_public = {pem("anna"), pem("bert")};
        options.authority_folder = scratch_.path("elsewhere");
        const auto made = init(options);
        EXPECT_TRUE(made) << made.error().what;
    }
    [[nodiscard]] std::string pem(const std::string& who) const { return scratch_.path(who + ".pem"); }
    [[nodiscard]] std::string kid(const std::string& who) const { return read_public_keys(pem(who)).value().begin()->first; }
    [[nodiscard]] std::string in_registry(const std::string& name) const { return scratch_.path("registry/" + name); }
    [[nodiscard]] std::unique_ptr<RegistryFiles> open() const { return RegistryFiles::open(scratch_.path("registry")).value(); }

    // The file goes from one to the next; what comes out is the path of the last.
    std::string signed_by(const std::vector<std::string>& who, std::string file, const std::string& before = {}) {
        for (const std::string& one : who) {
            SignOptions options{file, scratch_.path("signed-" + std::to_string(++files_)), before, {scratch_.path(one + ".key"), {}, {}}};
            options.sure = true;
            const auto done = sign(options);
            EXPECT_TRUE(done) << done.error().what;
            file = options.out;
        }
        return file;
    }
    std::string signed_anew(const std::string& file) {
        const std::string set = scratch_.path("set-" + std::to_string(++files_));
        EXPECT_TRUE(write_new(set, as_bytes(open()->authority().value()->anchors_document()), 0644));
        return signed_by({"anna", "bert"}, file, set);
    }
    void begin() {
        const auto done = publish(*open(), signed_by({"anna", "bert"}, in_registry("anchors-1.json")), false);
        ASSERT_TRUE(done) << done.error().what;
    }
    Result<void> change(AnchorChanges changes, const std::vector<std::string>& who, bool leave_behind = false) {
        changes.out = scratch_.path("next-" + std::to_string(++files_));
        ANCHOR_RETURN_IF_ERROR(propose_anchors(*open(), changes));
        return publish(*open(), signed_by(who, changes.out, changes.out + ".before"), leave_behind);
    }

    // From the request to the root's signature.
    void certify_next() {
        ASSERT_TRUE(request_issuing(*open(), scratch_.path("issuing.csr")));
        ASSERT_TRUE(certify_issuing({scratch_.path("issuing.csr"),
                                     in_registry("ca/root.pem"),
                                     scratch_.path("issuing.pem"),
                                     {scratch_.path("elsewhere/root.key"), {}, {}}}));
    }
    // As an enrolment does.
    void certify(const DeviceId& id) {
        const auto files = open();
        const auto key = crypto::SoftwareKey::generate(KeyAlg::EcP256).value();
        registry::DeviceRecord device{.id = id};
        device.certificates = files->authority().value()->certify(key.public_value(), device.id).value();
        ASSERT_TRUE(files->store().save(device));
    }

    parts::Scratch scratch_{"ceremony"};
    int files_ = 0;
};

TEST_F(Ceremony, ARegistryBeginsWithKeysThatItNeverHad) {
    EXPECT_EQ(open()->authority().error().what, "there is no trust-anchor set");
    EXPECT_FALSE(publish(*open(), signed_by({"anna"}, in_registry("anchors-1.json")), false)) << "one of two";

    begin();

    EXPECT_EQ(open()->authority().value()->anchors().version, 1U);
    const auto bundle = protocol::claim_bundle_from(read_text_file(in_registry("claim-first.json"), 1U << 20U).value()).value();
    EXPECT_EQ(bundle.authority.size(), 2U);
    EXPECT_FALSE(bundle.anchors.empty());
    EXPECT_FALSE(std::filesystem::exists(in_registry("claim-first.json.draft")));
    EXPECT_FALSE(std::filesystem::exists(in_registry("authority"))) << "no key of the authority is here";
    EXPECT_TRUE(std::filesystem::exists(in_registry("broker/device.crl"))) << "the broker does not start without";
}

TEST_F(Ceremony, EveryKeyOfTheAuthorityIsReplacedAndTheAlgorithmWithIt) {
    begin();
    ASSERT_TRUE(change({.add_keys = {pem("cleo")}}, {"anna", "bert"}));
    ASSERT_TRUE(make_signer({scratch_.path("dora"), "ec-p384"}));
    ASSERT_TRUE(change({.add_keys = {pem("dora")}, .remove_keys = {kid("anna")}}, {"anna", "bert", "cleo"}));
    ASSERT_TRUE(change({.remove_keys = {kid("bert")}}, {"bert", "cleo", "dora"}));

    const auto files = open();
    const auto& set = files->authority().value()->anchors();
    EXPECT_EQ(set.version, 4U);
    EXPECT_FALSE(set.keys.contains(kid("anna")));
    EXPECT_EQ(set.keys.at(kid("cleo")).algorithm(), KeyAlg::EcP384);
    EXPECT_EQ(set.keys.size(), 3U) << "two of the authority and the online key";
}

TEST_F(Ceremony, ASetThatWouldCutTheBrokerOffIsNotEvenProposed) {
    begin();
    NewRoot root{"acme root 2", scratch_.path("root2.pem"), in_registry("ca/root.pem"), scratch_.path("cross.pem")};
    root.key.key = scratch_.path("cleo.key");
    root.old_key.key = scratch_.path("elsewhere/root.key");
    ASSERT_TRUE(make_root(root));
    ASSERT_TRUE(change({.add_roots = {scratch_.path("root2.pem")}}, {"anna", "bert"}));

    const auto cut = change({.remove_roots = {in_registry("ca/root.pem")}}, {"anna", "bert"});

    EXPECT_THAT(cut.error().what, HasSubstr("the fleet's broker leads to none of the anchors"));
    EXPECT_EQ(open()->authority().value()->anchors().version, 2U);
}

TEST_F(Ceremony, TheIssuingAuthorityIsReplacedWithDevicesThatHaveCertificatesOfIt) {
    begin();
    const auto id = DeviceId::parse("abcdefghijklmnopqrstuvwxyz").value();
    certify(id);
    certify_next();
    const auto before = read_certificates(in_registry("ca/issuing.pem")).value().front();

    const auto done = install_issuing(*open(), scratch_.path("issuing.pem"));

    ASSERT_TRUE(done) << done.error().what;
    EXPECT_NE(read_certificates(in_registry("ca/issuing.pem")).value().front().serial_text(), before.serial_text());
    EXPECT_EQ(renew_certificate(open()->folder(), "acme", in_registry("broker/broker.pem"), open()->clock().wall()).value(), Renewal::Done)
        << "the broker's is by the old one";
    EXPECT_EQ(renew_certificate(open()->folder(), "acme", in_registry("broker/broker.pem"), open()->clock().wall()).value(),
              Renewal::NotDue);
    const auto files = open();
    EXPECT_EQ(files->authority().value()->issuers().size(), 2U);
    const std::string for_broker = read_text_file(in_registry("broker/device.crl"), 1U << 20U).value();
    EXPECT_NE(for_broker.find("-----BEGIN", 1), std::string::npos) << "the lists of both, or the broker refuses the devices of one";
    ASSERT_TRUE(revoke(*files, {.who = {.devices = {id.text()}}, .reason = "lost"}));
    EXPECT_NE(files->store().certificates(id).value().at(0).revoked, std::nullopt) << "the old one still says who counts no more";
    EXPECT_TRUE(install_issuing(*open(), scratch_.path("issuing.pem"))) << "once more is no harm";
}

TEST_F(Ceremony, PowerMayFailWhileAnIssuingAuthorityIsInstalled) {
    begin();
    certify_next();
    const auto serial_now = [&] { return read_issuing(Folder(scratch_.path("registry"))).value().chain.front().serial_text(); };
    const std::string old_serial = serial_now();
    const auto save = [&](const std::string& to) {
        std::filesystem::copy(in_registry("ca"), scratch_.path(to), std::filesystem::copy_options::recursive);
    };
    save("before");
    ASSERT_TRUE(install_issuing(*open(), scratch_.path("issuing.pem")));
    const std::string new_serial = serial_now();
    save("after");

    // Everything is there under its own name, and the one file that counts is the old one, or already the new one.
    for (const std::string counts : {"before", "after"}) {
        std::filesystem::copy(scratch_.path("before"), in_registry("ca"),
                              std::filesystem::copy_options::recursive | std::filesystem::copy_options::overwrite_existing);
        std::filesystem::copy_file(scratch_.path(counts + "/issuing.pem"), in_registry("ca/issuing.pem"),
                                   std::filesystem::copy_options::overwrite_existing);
        EXPECT_EQ(serial_now(), counts == "before" ? old_serial : new_serial);
        ASSERT_TRUE(open()->authority());
        EXPECT_TRUE(install_issuing(*open(), scratch_.path("issuing.pem")));
        EXPECT_EQ(serial_now(), new_serial);
        EXPECT_EQ(open()->authority().value()->issuers().size(), 2U);
    }
}

TEST_F(Ceremony, AskingAgainForACertificateMakesNoOtherKey) {
    begin();
    certify_next();
    ASSERT_TRUE(request_issuing(*open(), scratch_.path("again.csr")));

    EXPECT_TRUE(install_issuing(*open(), scratch_.path("issuing.pem"))) << "the first request was on its way";
    EXPECT_FALSE(std::filesystem::exists(in_registry("ca/issuing-next.key")));
}

TEST_F(Ceremony, AnIssuingAuthorityIsCertifiedAnewWithItsKey) {
    begin();
    certify_next();
    ASSERT_TRUE(install_issuing(*open(), scratch_.path("issuing.pem")));
    const auto before = read_certificates(in_registry("ca/issuing.pem")).value().front();
    IssuingCertificate wanted{
        scratch_.path("issuing.csr"), in_registry("ca/root.pem"), scratch_.path("anew.pem"), {scratch_.path("elsewhere/root.key"), {}, {}}};
    ASSERT_TRUE(certify_issuing(wanted));
    ASSERT_TRUE(request_issuing(*open(), scratch_.path("next.csr"))) << "the request for another key is on its way";

    const auto done = install_issuing(*open(), scratch_.path("anew.pem"));

    ASSERT_TRUE(done) << done.error().what;
    const auto now = read_issuing(Folder(scratch_.path("registry"))).value();
    EXPECT_EQ(now.chain.front().serial_text(), read_certificates(scratch_.path("anew.pem")).value().front().serial_text());
    EXPECT_NE(now.chain.front().serial_text(), before.serial_text());
    EXPECT_TRUE(std::filesystem::exists(in_registry("ca/issuing-next.key"))) << "and finds its key when it comes back";
    wanted.request = scratch_.path("next.csr");
    wanted.out = scratch_.path("next.pem");
    ASSERT_TRUE(certify_issuing(wanted));
    ASSERT_TRUE(install_issuing(*open(), scratch_.path("next.pem")));
    EXPECT_EQ(open()->authority().value()->issuers().size(), 3U) << "a key has one row of lists, whatever certificates it had";
}

TEST_F(Ceremony, AnIssuingAuthorityKeepsItsNameWithItsKey) {
    begin();
    const auto issuing = read_issuing(Folder(scratch_.path("registry"))).value();
    auto root_key = read_key(scratch_.path("elsewhere/root.key")).value();
    auto root = crypto::CertificateBuilder::open(read_certificates(in_registry("ca/root.pem")).value().front(), root_key).value();
    const auto& in_use = issuing.chain.front();
    const auto other = root.authority(in_use.public_key(), "another name", {in_use.not_before(), in_use.not_after()}, 0).value();

    const auto refused = install_issuing(*open(), scratch_.write("other.pem", std::string_view(other.pem())));

    EXPECT_EQ(refused.error().kind, ErrorKind::Rejected);
    EXPECT_THAT(refused.error().what, HasSubstr("another name"));
}

TEST_F(Ceremony, TheBrokerReadsTheListsOfANewIssuingAuthorityAtOnce) {
    begin();
    certify_next();
    std::string text = read_text_file(in_registry("registry.toml"), 1U << 16U).value();
    const std::string none = "reload = []";
    text.replace(text.find(none), none.size(), "reload = [\"/usr/bin/touch\", \"" + scratch_.path("told") + "\"]");
    ASSERT_TRUE(replace_file(in_registry("registry.toml"), as_bytes(text), 0644));

    ASSERT_TRUE(install_issuing(*open(), scratch_.path("issuing.pem")));

    EXPECT_TRUE(std::filesystem::exists(scratch_.path("told")));
}

TEST_F(Ceremony, AWorkerRenewsNothingByAnIssuingAuthorityThatItDoesNotKnow) {
    begin();
    const auto files = open();
    const Worker worker = Worker::open(*files, 1).value();
    ASSERT_TRUE(files->authority()) << "it serves";
    certify_next();
    ASSERT_TRUE(install_issuing(*open(), scratch_.path("issuing.pem")));
    const std::string broker = in_registry("broker/broker.pem");
    const std::string before = read_text_file(broker, 1U << 16U).value();

    worker.renew_certificates();
    EXPECT_EQ(read_text_file(broker, 1U << 16U).value(), before) << "no list of this process speaks of the new one";

    const auto restarted = open();
    Worker::open(*restarted, 2).value().renew_certificates();
    EXPECT_NE(read_text_file(broker, 1U << 16U).value(), before);
}

TEST_F(Ceremony, APublishedBodyIsCheckedLikeAnyOther) {
    begin();
    const auto draft_of = [&](DocumentKind kind, const Json& body) {
        protocol::Document document{.kind = kind, .tenant = "acme", .audience = protocol::audience_group("default"), .name = "default"};
        document.version = 1;
        document.issued = open()->clock().wall();
        document.body = body;
        return scratch_.write("draft-" + std::to_string(++files_), std::string_view(protocol::draft_text(document)));
    };
    const Json table = {{"ima", {{"table", {{"digest", "sha256:" + std::string(64, '7')}, {"size", 64}}}}}};

    const auto policy = publish(*open(), signed_anew(draft_of(DocumentKind::Policy, {{"policy", "edge"}})), false);
    const auto reference = publish(*open(), signed_anew(draft_of(DocumentKind::Reference, table)), false);

    EXPECT_EQ(policy.error().kind, ErrorKind::Rejected);
    EXPECT_THAT(policy.error().what, HasSubstr("version"));
    EXPECT_THAT(reference.error().what, HasSubstr("the table that the reference values name is not here"));
    EXPECT_FALSE(open()->store().document(DocumentKind::Policy, "default", 0).value());
}

TEST_F(Ceremony, AForeignIssuingAuthorityIsRefused) {
    begin();
    NewRoot root{"other root", scratch_.path("other.pem"), {}, {}, {scratch_.path("cleo.key"), {}, {}}, {}};
    ASSERT_TRUE(make_root(root));
    ASSERT_TRUE(request_issuing(*open(), scratch_.path("issuing.csr")));
    ASSERT_TRUE(certify_issuing(
        {scratch_.path("issuing.csr"), scratch_.path("other.pem"), scratch_.path("issuing.pem"), {scratch_.path("cleo.key"), {}, {}}}));

    EXPECT_THAT(install_issuing(*open(), scratch_.path("issuing.pem")).error().what, HasSubstr("leads to none of the anchors"));
}

TEST_F(Ceremony, ARevocationEndsByKeysThatAreNotOnTheMachine) {
    begin();
    const DeviceId id = DeviceId::parse(std::string(26, 'a')).value();
    certify(id);
    const auto files = open();
    PutAside order{.reason = "lost"};
    order.who.devices = {id.text()};
    const std::string draft = scratch_.path("back.draft");
    EXPECT_THAT(draft_reinstatement(*files, id.text(), "found", draft).error().what, HasSubstr("is not revoked"));
    ASSERT_TRUE(revoke(*files, order));
    const std::string set = scratch_.path("set");
    ASSERT_TRUE(write_new(set, as_bytes(files->authority().value()->anchors_document()), 0644));

    ASSERT_TRUE(draft_reinstatement(*files, id.text(), "found", draft));
    EXPECT_THAT(take_reinstatement(*files, id.text(), signed_by({"anna"}, draft, set)).error().what, HasSubstr("devices would refuse it"));
    const auto back = take_reinstatement(*files, id.text(), signed_by({"anna", "bert"}, draft, set));

    EXPECT_TRUE(back) << back.error().what;
    EXPECT_EQ(files->store().device(id).value()->standing.status, StandingStatus::Active);
}

TEST_F(Ceremony, NobodySignsWithoutKnowingWhatIsInForce) {
    begin();
    AnchorChanges changes{.threshold = 1, .out = scratch_.path("next")};
    ASSERT_TRUE(propose_anchors(*open(), changes));
    SignOptions options{changes.out, scratch_.path("out"), {}, {scratch_.path("anna.key"), {}, {}}};
    options.sure = true;

    EXPECT_THAT(sign(options).error().what, HasSubstr("--anchors names the trust-anchor set in force"));
    options.anchors = changes.out + ".before";
    options.key.key = scratch_.path("cleo.key");
    EXPECT_THAT(sign(options).error().what, HasSubstr("may not sign anchors documents"));
}

}  // namespace
}  // namespace anchor::registryd
