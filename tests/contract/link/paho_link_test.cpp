// SPDX-License-Identifier: Apache-2.0
#include <anchor/link/paho_link.h>

#include <asio/executor_work_guard.hpp>

#include <gtest/gtest.h>

#include <anchor/crypto/certificate_builder.h>
#include <anchor/crypto/private_key.h>
#include <parts/mosquitto.h>

namespace anchor::link {
namespace {

using crypto::CertificateBuilder;
using crypto::SoftwareKey;
using crypto::Validity;

// Mosquitto judges certificates by the machine's clock, so they are valid around any date that a machine may have.
const WallTime kNow = from_rfc3339("2026-11-23T12:00:00Z").value();
const Validity kValid{from_rfc3339("2000-01-01T00:00:00Z").value(), from_rfc3339("2099-01-01T00:00:00Z").value()};

SoftwareKey new_key() { return SoftwareKey::generate(KeyAlg::EcP256).value(); }

// A certificate authority, a broker with a certificate of it, and clients.
class PahoLinkTest : public testing::Test {
protected:
    void SetUp() override {
        if (!parts::Mosquitto::available()) GTEST_SKIP() << "mosquitto is not installed";
        serve(kValid, {"localhost"}, {"127.0.0.1"});
    }

    void serve(Validity validity, const std::vector<std::string>& names, const std::vector<std::string>& addresses) {
        auto issuer = CertificateBuilder::open(root_, root_key_).value();
        const auto key = new_key();
        const auto certificate = issuer.server(key.public_value(), "broker", names, addresses, validity).value();
        const SecretBytes pem = key.to_pkcs8_pem();
        port_ = parts::Mosquitto::free_port();
        files_.write("ca.pem", root_.pem());
        files_.write("server.pem", certificate.pem());
        files_.write("server.key", pem.view());
        broker_ =
            parts::Mosquitto::start(
                "user root\nallow_anonymous true\nset_tcp_nodelay true\nmax_inflight_messages 1000\nmax_queued_messages 1000\nlistener " +
                    std::to_string(port_) + " 127.0.0.1\ncafile " + files_.path("ca.pem") + "\ncertfile " + files_.path("server.pem") +
                    "\nkeyfile " + files_.path("server.key") + "\nrequire_certificate true\nuse_identity_as_username true\n",
                port_)
                .value();
    }

    LinkCredentials credentials(const std::string& name) { return credentials_from(name, root_, root_key_); }

    LinkCredentials credentials_from(const std::string& name, const crypto::Certificate& root, SoftwareKey& root_key) {
        auto issuer = CertificateBuilder::open(root, root_key).value();
        auto key = std::make_shared<SoftwareKey>(new_key());
        const auto certificate = issuer.device(key->public_value(), "acme", name, kValid).value();
        LinkCredentials out;
        out.host = "localhost";
        out.port = port_;
        out.client_id = name;
        out.certificate_chain = {to_bytes(certificate.der())};
        out.key = key;
        out.anchors = {to_bytes(root_.der())};
        out.time = [] { return LinkTime{kNow}; };
        return out;
    }

    // Runs the loop until the condition holds. It dies after 20 seconds, so that a test which waits for nothing ends.
    [[nodiscard]] bool run_until(const std::function<bool()>& condition) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (!condition()) {
            if (std::chrono::steady_clock::now() > deadline) {
                ADD_FAILURE() << "nothing happened; the broker says:\n" << broker_->log();
                return false;
            }
            loop_.run_one_for(std::chrono::milliseconds(100));
        }
        return true;
    }

    struct Client {
        explicit Client(asio::io_context& loop)
            : link(loop,
                   {.connect_deadline = Milliseconds{5000}, .backoff_first = Milliseconds{50}, .backoff_longest = Milliseconds{200}}) {}

        LinkEvents events() {
            return {[this] { ++connects; }, [this](const Error& error) { errors.push_back(error); },
                    [this](Message message) { received.push_back(std::move(message)); }};
        }
        PahoLink link;
        int connects = 0;
        std::vector<Error> errors;
        std::vector<Message> received;
    };

    std::string refusal_of(LinkCredentials wrong) {
        Client client(loop_);
        client.link.start(std::move(wrong), {"t"}, std::nullopt, client.events());
        if (!run_until([&] { return !client.errors.empty(); })) return {};
        EXPECT_EQ(client.connects, 0);
        return client.errors.empty() ? "" : client.errors.front().what;
    }

    SoftwareKey root_key_ = new_key();
    crypto::Certificate root_ = CertificateBuilder::root(root_key_, "root", kValid).value();
    parts::Scratch files_{"link"};
    std::uint16_t port_ = 0;
    std::unique_ptr<parts::Mosquitto> broker_;
    asio::io_context loop_;
    asio::executor_work_guard<asio::io_context::executor_type> work_{loop_.get_executor()};
};

TEST_F(PahoLinkTest, CarriesAMessageWithItsProperties) {
    Client alice(loop_);
    Client bob(loop_);
    alice.link.start(credentials("alice"), {"to/alice"}, std::nullopt, alice.events());
    bob.link.start(credentials("bob"), {}, std::nullopt, bob.events());
    ASSERT_TRUE(run_until([&] { return alice.link.connected() && bob.link.connected(); }));

    const Message sent{"to/alice", Bytes(100'000, 7), Bytes{0, 1, 255}, false, Seconds{60}};
    ASSERT_TRUE(bob.link.publish(sent));
    ASSERT_TRUE(run_until([&] { return !alice.received.empty(); }));

    EXPECT_EQ(alice.received[0].topic, "to/alice");
    EXPECT_EQ(alice.received[0].payload, sent.payload);
    EXPECT_EQ(alice.received[0].correlation, sent.correlation);
}

TEST_F(PahoLinkTest, RefusesAMessageOverTheLimitAndWhileNotConnected) {
    Client client(loop_);
    EXPECT_EQ(client.link.publish({"t", Bytes{1}}).error().kind, ErrorKind::Unavailable);
    client.link.start(credentials("alice"), {"t"}, std::nullopt, client.events());
    ASSERT_TRUE(run_until([&] { return client.link.connected(); }));

    EXPECT_EQ(client.link.publish({"t", Bytes(120UL * 1024 + 1, 0)}).error().kind, ErrorKind::Rejected);
    EXPECT_TRUE(client.link.publish({"t", Bytes(120UL * 1024, 0)}));
    ASSERT_TRUE(run_until([&] { return !client.received.empty(); }));
}

TEST_F(PahoLinkTest, ComesBackAfterTheBrokerWasAway) {
    Client client(loop_);
    client.link.start(credentials("alice"), {"to/alice"}, std::nullopt, client.events());
    ASSERT_TRUE(run_until([&] { return client.link.connected(); }));

    broker_->stop();
    ASSERT_TRUE(run_until([&] { return !client.link.connected(); }));
    ASSERT_TRUE(run_until([&] { return client.errors.size() >= 3; }));
    ASSERT_TRUE(broker_->restart());
    ASSERT_TRUE(run_until([&] { return client.connects == 2; }));

    const auto published = client.link.publish({"to/alice", Bytes{1}});
    ASSERT_TRUE(published) << published.error().what;
    ASSERT_TRUE(run_until([&] { return !client.received.empty(); }));
}

TEST_F(PahoLinkTest, TheLastWillIsSentForWhoDiesAndNotForWhoSaysGoodbye) {
    Client watcher(loop_);
    watcher.link.start(credentials("watcher"), {"will/+"}, std::nullopt, watcher.events());
    ASSERT_TRUE(run_until([&] { return watcher.link.connected(); }));
    {
        Client polite(loop_);
        Client dying(loop_);
        polite.link.start(credentials("polite"), {}, Message{"will/polite", Bytes{1}}, polite.events());
        dying.link.start(credentials("dying"), {}, Message{"will/dying", Bytes{2}}, dying.events());
        ASSERT_TRUE(run_until([&] { return polite.link.connected() && dying.link.connected(); }));
        polite.link.stop();
        EXPECT_FALSE(polite.link.connected());
    }
    ASSERT_TRUE(run_until([&] { return !watcher.received.empty(); }));

    EXPECT_EQ(watcher.received[0].topic, "will/dying");
    EXPECT_EQ(watcher.received.size(), 1U);
}

TEST_F(PahoLinkTest, SaysWhyTheBrokerIsRefused) {
    LinkCredentials stranger = credentials("alice");
    SoftwareKey other_key = new_key();
    stranger.anchors = {to_bytes(CertificateBuilder::root(other_key, "other", kValid).value().der())};
    EXPECT_NE(refusal_of(stranger).find("issuer"), std::string::npos) << refusal_of(stranger);

    LinkCredentials late = credentials("alice");
    late.time = [] { return LinkTime{kValid.not_after + std::chrono::hours{1}}; };
    EXPECT_NE(refusal_of(late).find("expired"), std::string::npos) << refusal_of(late);

    serve(kValid, {"elsewhere.example"}, {});
    EXPECT_NE(refusal_of(credentials("alice")).find("localhost"), std::string::npos) << refusal_of(credentials("alice"));
}

TEST_F(PahoLinkTest, SaysThatTheBrokerRefusesAForeignCertificate) {
    SoftwareKey other_key = new_key();
    const auto other_root = CertificateBuilder::root(other_key, "other", kValid).value();

    Client client(loop_);
    client.link.start(credentials_from("alice", other_root, other_key), {}, std::nullopt, client.events());
    ASSERT_TRUE(run_until([&] { return !client.errors.empty(); }));

    EXPECT_EQ(client.errors[0].kind, ErrorKind::Denied) << client.errors[0].what;
}

TEST_F(PahoLinkTest, KeepsTryingWhereNobodyListens) {
    LinkCredentials nowhere = credentials("alice");
    nowhere.port = parts::Mosquitto::free_port();

    Client client(loop_);
    client.link.start(nowhere, {}, std::nullopt, client.events());
    ASSERT_TRUE(run_until([&] { return client.errors.size() >= 3; }));

    EXPECT_EQ(client.errors[0].kind, ErrorKind::Unavailable);
}

TEST_F(PahoLinkTest, AFloodNeitherBlocksTheLoopNorEndsTheConnection) {
    Client reader(loop_);
    Client writer(loop_);
    reader.link.start(credentials("reader"), {"flood"}, std::nullopt, reader.events());
    writer.link.start(credentials("writer"), {}, std::nullopt, writer.events());
    ASSERT_TRUE(run_until([&] { return reader.link.connected() && writer.link.connected(); }));

    // The loop does not run meanwhile, so the reader's mailbox fills up.
    for (int i = 0; i < 500; ++i) ASSERT_TRUE(writer.link.publish({"flood", Bytes{1}}));
    ASSERT_TRUE(run_until([&] { return reader.received.size() >= 100; }));
    ASSERT_TRUE(run_until([&] {
        (void)writer.link.publish({"flood", Bytes{2}});
        return reader.received.back().payload == Bytes{2};
    }));

    EXPECT_EQ(reader.connects, 1);
}

}  // namespace
}  // namespace anchor::link
