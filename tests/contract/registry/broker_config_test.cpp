// SPDX-License-Identifier: Apache-2.0
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <anchor/base/file.h>
#include <anchor/crypto/certificate_builder.h>
#include <anchor/link/paho_link.h>
#include <anchor/protocol/enrollment.h>
#include <anchor/protocol/topics.h>
#include <parts/command.h>
#include <parts/mosquitto.h>
#include <registryd/certificate_renewal.h>
#include <registryd/folder.h>
#include <registryd/init.h>

namespace anchor::registryd {
namespace {

using crypto::CertificateBuilder;
using crypto::SoftwareKey;

const DeviceId kAlice = DeviceId::parse(std::string(26, 'a')).value();
const DeviceId kBob = DeviceId::parse(std::string(26, 'b')).value();

struct Client {
    explicit Client(asio::io_context& loop)
        : link(loop, {.connect_deadline = Milliseconds{5000}, .backoff_first = Milliseconds{50}, .backoff_longest = Milliseconds{200}}) {}

    void start(LinkCredentials credentials, std::vector<std::string> subscriptions) {
        link.start(std::move(credentials), std::move(subscriptions), std::nullopt,
                   {[this] { ++connects; }, [this](const Error& error) { losses.push_back(error.what); },
                    [this](const Message& message) { received.push_back(message.topic); }});
    }

    link::PahoLink link;
    int connects = 0;
    std::vector<std::string> losses;
    std::vector<std::string> received;
};

// A new registry's folder, its two brokers, and whoever connects to them.
class BrokerConfigTest : public testing::Test {
protected:
    void SetUp() override {
        if (!parts::Mosquitto::available()) GTEST_SKIP() << "mosquitto is not installed";
        std::set<std::uint16_t> ports;
        while (ports.size() < 3) ports.insert(parts::Mosquitto::free_port());
        fleet_port_ = *ports.begin();
        enroll_port_ = *std::next(ports.begin());
        registry_port_ = *ports.rbegin();
        InitOptions options{.folder = files_.path("r"), .tenant = "acme"};
        options.broker_user = "root";
        options.fleet_port = fleet_port_;
        options.enroll_port = enroll_port_;
        options.enroll_registry_port = registry_port_;
        ASSERT_TRUE(init(options));
        broker_ = parts::Mosquitto::start(read_text_file(folder_.broker() + "/mosquitto.conf", 1U << 16U).value(), fleet_port_).value();
        enroll_broker_ =
            parts::Mosquitto::start(read_text_file(folder_.enroll_broker() + "/mosquitto.conf", 1U << 16U).value(), enroll_port_).value();
    }

    LinkCredentials credentials(const std::string& client_id, std::uint16_t port, std::vector<Bytes> chain, SoftwareKey key) {
        LinkCredentials out;
        out.host = "localhost";
        out.port = port;
        out.client_id = client_id;
        out.certificate_chain = std::move(chain);
        out.key = std::make_shared<SoftwareKey>(std::move(key));
        out.anchors = {to_bytes(read_certificates(folder_.root_certificate())->front().der())};
        out.time = [] { return LinkTime{std::chrono::floor<Milliseconds>(std::chrono::system_clock::now()), false}; };
        return out;
    }

    LinkCredentials device(const DeviceId& id) {
        auto issuing_key = read_key(folder_.issuing_key()).value();
        const auto issuing = read_certificates(folder_.issuing_certificate())->front();
        auto builder = CertificateBuilder::open(issuing, issuing_key).value();
        auto key = SoftwareKey::generate(KeyAlg::EcP256).value();
        const auto certificate = builder.device(key.public_value(), "acme", id.text(), {issuing.not_before(), issuing.not_after()}).value();
        return credentials(id.text(), fleet_port_, {to_bytes(certificate.der()), to_bytes(issuing.der())}, std::move(key));
    }

    LinkCredentials claim(const DeviceId& id, std::uint16_t port) {
        const auto bundle = protocol::claim_bundle_from(read_text_file(folder_.path("claim-first.json"), 1U << 16U).value()).value();
        return credentials(id.text(), port, bundle.certificates, SoftwareKey::parse(bundle.private_key.view()).value());
    }

    LinkCredentials registry() {
        std::vector<Bytes> chain;
        const auto certificates = read_certificates(folder_.client_certificate()).value();
        for (const auto& one : certificates) chain.push_back(to_bytes(one.der()));
        return credentials("registry", fleet_port_, chain, read_key(folder_.client_key()).value());
    }

    LinkCredentials registry_at_enrollment() {
        LinkCredentials out = registry();
        out.port = registry_port_;
        out.client_id = "registry-that-nobody-guesses";
        return out;
    }

    void run_until(const std::function<bool()>& condition) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (!condition()) {
            ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "nothing happened; the brokers say:\n"
                                                                  << broker_->log() << enroll_broker_->log();
            loop_.run_one_for(std::chrono::milliseconds(50));
        }
    }

    static void send(Client& from, const std::string& topic) { ASSERT_TRUE(from.link.publish({topic, Bytes{1}})); }

    parts::Scratch files_{"broker"};
    Folder folder_{files_.path("r")};
    protocol::Topics topics_ = protocol::Topics::of("acme").value();
    std::uint16_t fleet_port_ = 0;
    std::uint16_t enroll_port_ = 0;
    std::uint16_t registry_port_ = 0;
    std::unique_ptr<parts::Mosquitto> broker_;
    std::unique_ptr<parts::Mosquitto> enroll_broker_;
    asio::io_context loop_;
    asio::executor_work_guard<asio::io_context::executor_type> work_{loop_.get_executor()};
};

TEST_F(BrokerConfigTest, LetsADeviceWriteOnlyBelowItsOwnName) {
    Client alice(loop_);
    Client registry_client(loop_);
    alice.start(device(kAlice), {});
    registry_client.start(registry(), {topics_.all_requests(), topics_.all_presence()});
    run_until([&] { return alice.link.connected() && registry_client.link.connected(); });

    send(alice, topics_.request(kBob, "attest.nonce"));
    send(alice, topics_.presence(kBob));
    send(alice, topics_.request(kAlice, "attest.nonce"));  // arrives last: what was allowed of the rest would be here before it
    run_until([&] { return !registry_client.received.empty(); });

    EXPECT_THAT(registry_client.received, testing::ElementsAre(topics_.request(kAlice, "attest.nonce")));
}

TEST_F(BrokerConfigTest, DeliversToADeviceOnlyWhatIsItsOwnEvenWhereItSubscribedToMore) {
    Client alice(loop_);
    Client registry_client(loop_);
    alice.start(device(kAlice), {"#", topics_.reply(kBob), topics_.all_requests()});
    registry_client.start(registry(), {});
    run_until([&] { return alice.link.connected() && registry_client.link.connected(); });

    send(registry_client, topics_.reply(kBob));
    send(registry_client, topics_.standing(kBob));
    send(registry_client, topics_.fleet("fresh"));
    send(registry_client, topics_.reply(kAlice));
    const auto has_own = [&] { return std::ranges::count(alice.received, topics_.reply(kAlice)) > 0; };
    run_until(has_own);

    for (const std::string& topic : alice.received) {
        EXPECT_TRUE(topic == topics_.fleet("fresh") || topic == topics_.reply(kAlice)) << topic;
    }
}

TEST_F(BrokerConfigTest, LetsADeviceNeitherAnswerForTheRegistryNorPublishForTheFleet) {
    Client alice(loop_);
    Client bob(loop_);
    alice.start(device(kAlice), {});
    bob.start(device(kBob), {topics_.reply(kBob), topics_.standing(kBob), topics_.fleet("fresh")});
    Client registry_client(loop_);
    registry_client.start(registry(), {topics_.all_requests()});
    run_until([&] { return alice.link.connected() && bob.link.connected() && registry_client.link.connected(); });

    send(alice, topics_.reply(kBob));
    send(alice, topics_.standing(kBob));
    send(alice, topics_.fleet("fresh"));
    send(alice, topics_.request(kAlice, "attest.nonce"));
    run_until([&] { return !registry_client.received.empty(); });
    send(registry_client, topics_.reply(kBob));
    run_until([&] { return !bob.received.empty(); });

    EXPECT_EQ(bob.received.size(), 1U);
}

TEST_F(BrokerConfigTest, NoDeviceEndsTheConnectionOfAnotherByItsName) {
    Client alice(loop_);
    alice.start(device(kAlice), {topics_.reply(kAlice)});
    run_until([&] { return alice.link.connected(); });

    LinkCredentials pretending = device(kBob);
    pretending.client_id = kAlice.text();
    Client bob(loop_);
    bob.start(std::move(pretending), {});
    run_until([&] { return bob.link.connected(); });
    Client registry_client(loop_);
    registry_client.start(registry(), {});
    run_until([&] { return registry_client.link.connected(); });
    send(registry_client, topics_.reply(kAlice));
    run_until([&] { return !alice.received.empty(); });

    EXPECT_TRUE(alice.losses.empty());
    EXPECT_EQ(alice.connects, 1);
}

TEST_F(BrokerConfigTest, NoClaimEndsTheConnectionOfADeviceOrOfTheRegistryByItsName) {
    Client alice(loop_);
    Client at_fleet(loop_);
    Client at_enrollment(loop_);
    alice.start(device(kAlice), {topics_.reply(kAlice)});
    at_fleet.start(registry(), {});
    at_enrollment.start(registry_at_enrollment(), {topics_.all_enroll_requests()});
    run_until([&] { return alice.link.connected() && at_fleet.link.connected() && at_enrollment.link.connected(); });

    Client as_alice(loop_);
    Client as_registry(loop_);
    as_alice.start(claim(kAlice, enroll_port_), {});
    LinkCredentials pretending = claim(kAlice, enroll_port_);
    pretending.client_id = "registry";
    as_registry.start(std::move(pretending), {});
    run_until([&] { return as_alice.link.connected() && as_registry.link.connected(); });
    send(as_alice, topics_.enroll_request("first", kAlice, "enroll.begin"));
    send(at_fleet, topics_.reply(kAlice));
    run_until([&] { return !alice.received.empty() && !at_enrollment.received.empty(); });

    for (const Client* one : {&alice, &at_fleet, &at_enrollment}) {
        EXPECT_TRUE(one->losses.empty());
        EXPECT_EQ(one->connects, 1);
    }
}

TEST_F(BrokerConfigTest, AClaimReachesNothingButItsOwnEnrolmentTopics) {
    Client stranger(loop_);
    Client registry_client(loop_);
    stranger.start(claim(kAlice, enroll_port_), {"#", topics_.enroll_reply("first", kAlice)});
    registry_client.start(registry_at_enrollment(), {topics_.all_enroll_requests(), "#"});
    run_until([&] { return stranger.link.connected() && registry_client.link.connected(); });

    send(stranger, topics_.request(kAlice, "attest.nonce"));
    send(stranger, topics_.presence(kAlice));
    send(stranger, topics_.enroll_request("first", kBob, "enroll.begin"));
    send(stranger, topics_.enroll_request("second", kAlice, "enroll.begin"));
    send(stranger, topics_.enroll_request("first", kAlice, "enroll.begin"));
    run_until([&] { return !registry_client.received.empty(); });
    send(registry_client, topics_.fleet("fresh"));
    send(registry_client, topics_.reply(kAlice));
    send(registry_client, topics_.enroll_reply("first", kBob));
    send(registry_client, topics_.enroll_reply("first", kAlice));
    run_until([&] { return !stranger.received.empty(); });

    EXPECT_THAT(registry_client.received, testing::Each(topics_.enroll_request("first", kAlice, "enroll.begin")));
    EXPECT_THAT(stranger.received, testing::Each(topics_.enroll_reply("first", kAlice)));
}

TEST_F(BrokerConfigTest, ADeviceOfTheFleetReachesNothingAtTheBrokerForEnrolment) {
    LinkCredentials elsewhere = device(kBob);
    elsewhere.port = registry_port_;
    Client bob(loop_);
    Client stranger(loop_);
    Client registry_client(loop_);
    bob.start(std::move(elsewhere), {"#", topics_.all_enroll_requests(), topics_.enroll_reply("first", kAlice)});
    stranger.start(claim(kAlice, enroll_port_), {topics_.enroll_reply("first", kAlice)});
    registry_client.start(registry_at_enrollment(), {topics_.all_enroll_requests()});
    run_until([&] { return bob.link.connected() && stranger.link.connected() && registry_client.link.connected(); });

    send(bob, topics_.enroll_reply("first", kAlice));
    send(bob, topics_.enroll_request("first", kBob, "enroll.begin"));
    send(stranger, topics_.enroll_request("first", kAlice, "enroll.begin"));
    run_until([&] { return !registry_client.received.empty(); });
    send(registry_client, topics_.enroll_reply("first", kAlice));
    run_until([&] { return !stranger.received.empty(); });

    EXPECT_TRUE(bob.received.empty());
    EXPECT_EQ(stranger.received.size(), 1U);
    EXPECT_THAT(registry_client.received, testing::ElementsAre(topics_.enroll_request("first", kAlice, "enroll.begin")));
}

TEST_F(BrokerConfigTest, RefusesCertificatesOfAnotherAuthorityOnEveryListener) {
    LinkCredentials wrong_door = device(kAlice);
    wrong_door.port = enroll_port_;
    Client claim_at_fleet(loop_);
    Client claim_at_registry(loop_);
    Client device_at_enrollment(loop_);

    claim_at_fleet.start(claim(kAlice, fleet_port_), {});
    claim_at_registry.start(claim(kAlice, registry_port_), {});
    device_at_enrollment.start(std::move(wrong_door), {});
    const auto refused = [](const Client& client) { return !client.losses.empty(); };
    run_until([&] { return refused(claim_at_fleet) && refused(claim_at_registry) && refused(device_at_enrollment); });

    EXPECT_EQ(claim_at_fleet.connects, 0);
    EXPECT_EQ(claim_at_registry.connects, 0);
    EXPECT_EQ(device_at_enrollment.connects, 0);
}

TEST_F(BrokerConfigTest, RefusesWhoShowsNoCertificateOnEveryListener) {
    const auto knock = [this](std::uint16_t port, const parts::Arguments& certificate) {
        parts::Arguments command = {"mosquitto_pub", "-V", "mqttv5", "-h", "localhost", "-p", std::to_string(port)};
        command.insert(command.end(), {"--cafile", folder_.root_certificate(), "-t", "any", "-m", "any", "-q", "1"});
        command.insert(command.end(), certificate.begin(), certificate.end());
        return parts::run(command, {}, std::chrono::seconds(20));
    };
    const auto entered = knock(fleet_port_, {"--cert", folder_.client_certificate(), "--key", folder_.client_key()});
    ASSERT_TRUE(entered.ok()) << entered.output;

    for (const std::uint16_t port : {fleet_port_, enroll_port_, registry_port_}) {
        const auto refused = knock(port, {});
        EXPECT_FALSE(refused.ok()) << port;
        EXPECT_NE(refused.exit_code, 124) << port << ": neither let in nor refused: " << refused.output;
    }
    for (const std::string& log : {broker_->log(), enroll_broker_->log()}) {
        EXPECT_THAT(log, testing::HasSubstr("peer did not return a certificate"));
    }
}

TEST_F(BrokerConfigTest, ShowsItsRenewedCertificateWhenItIsToldToReadIt) {
    Client before(loop_);
    before.start(registry(), {});
    run_until([&] { return before.link.connected(); });
    const std::string file = folder_.broker() + "/broker.pem";
    const WallTime then = read_certificates(file)->front().not_after() - std::chrono::days(30);
    ASSERT_EQ(renew_certificate(folder_, "acme", file, then).value(), Renewal::Done);
    broker_->reload();
    run_until([&] { return broker_->log().find("Reloading config") != std::string::npos; });

    Client after(loop_);
    after.start(registry(), {});
    run_until([&] { return !after.losses.empty(); });

    EXPECT_THAT(after.losses.front(), testing::HasSubstr("valid"));  // what is renewed for then does not count now
    EXPECT_EQ(before.connects, 1);
}

}  // namespace
}  // namespace anchor::registryd
