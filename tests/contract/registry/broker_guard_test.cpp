// SPDX-License-Identifier: Apache-2.0

// What the owner says about a device, on a real broker: it is let in no longer, and what it has open is cut.
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>

#include <filesystem>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <anchor/base/file.h>
#include <anchor/crypto/hash.h>
#include <anchor/link/paho_link.h>
#include <parts/mosquitto.h>
#include <registryd/anchors.h>
#include <registryd/broker_guard.h>
#include <registryd/folder.h>
#include <registryd/init.h>
#include <registryd/put_aside.h>

namespace anchor::registryd {
namespace {

using testing::HasSubstr;

const DeviceId kAlice = DeviceId::parse(std::string(26, 'a')).value();
const DeviceId kBob = DeviceId::parse(std::string(26, 'b')).value();

// A device's connection, and what became of it.
struct Connection {
    explicit Connection(asio::io_context& loop)
        : link(loop, {.connect_deadline = Milliseconds{5000}, .backoff_first = Milliseconds{50}, .backoff_longest = Milliseconds{200}}) {}

    void start(LinkCredentials credentials) {
        link.start(std::move(credentials), {}, std::nullopt,
                   {[this] { ++connects; }, [this](const Error& error) { losses.push_back(error.what); }, [](const Message&) {}});
    }

    link::PahoLink link;
    int connects = 0;
    std::vector<std::string> losses;
};

class BrokerGuardTest : public testing::Test {
protected:
    void SetUp() override {
        if (!parts::Mosquitto::available()) GTEST_SKIP() << "mosquitto is not installed";
        InitOptions options{.folder = files_.path("r"), .tenant = "acme"};
        options.broker_user = "root";
        std::set<std::uint16_t> ports;
        while (ports.size() < 3) ports.insert(parts::Mosquitto::free_port());
        options.fleet_port = *ports.begin();
        options.enroll_port = *std::next(ports.begin());
        options.enroll_registry_port = *ports.rbegin();
        ASSERT_TRUE(init(options));
        tell_to_reload();
        registry_ = RegistryFiles::open(folder_.path()).value();
        const auto configuration = read_text_file(folder_.broker() + "/mosquitto.conf", 1U << 16U).value();
        broker_ = parts::Mosquitto::start(configuration, registry_->settings().broker_port).value();
        guard_ = std::make_unique<BrokerGuard>(loop_, *registry_, *registry_->authority().value(), at_broker("registry"));
    }
    void TearDown() override {
        if (guard_) guard_->stop();
    }

    // The broker is this test's child, and the command a mark that the test follows: as a systemd path unit would.
    void tell_to_reload() {
        std::string text = read_text_file(folder_.configuration(), 1U << 16U).value();
        const std::string empty = "reload = []";
        text.replace(text.find(empty), empty.size(), "reload = [\"/usr/bin/touch\", \"" + mark_ + "\"]");
        std::filesystem::remove(folder_.configuration());
        ASSERT_TRUE(write_new(folder_.configuration(), as_bytes(text), 0644));
    }

    LinkCredentials at_broker(const std::string& client_id) {
        LinkCredentials out;
        out.host = "localhost";
        out.port = registry_->settings().broker_port;
        out.client_id = client_id;
        out.anchors = {to_bytes(read_certificates(folder_.root_certificate())->front().der())};
        out.time = [] { return LinkTime{std::chrono::floor<Milliseconds>(std::chrono::system_clock::now()), false}; };
        return out;
    }

    // As if it had enrolled.
    LinkCredentials enrolled(const DeviceId& id) {
        LinkCredentials out = at_broker(id.text());
        auto key = std::make_shared<crypto::SoftwareKey>(crypto::SoftwareKey::generate(KeyAlg::EcP256).value());
        registry::Authority& authority = *registry_->authority().value();
        out.certificate_chain = authority.certify(key->public_value(), id).value();
        out.key = key;
        registry::DeviceRecord record{.id = id};
        record.key_digest = to_bytes(crypto::hash(HashAlg::Sha256, as_bytes(id.text())).view());
        record.device_key = to_bytes(key->public_value().spki());
        record.certificates = out.certificate_chain;
        record.labels = {{"place", id == kAlice ? "hall 3" : "hall 4"}};
        record.standing.number = 1;
        record.standing.group = "default";
        EXPECT_TRUE(registry_->store().save(record));
        return out;
    }

    PutAside order(const DeviceId& id) {
        return {.who = {.devices = {id.text()}, .labels = {}, .batch = {}, .ek_manufacturer = {}}, .reason = "lost"};
    }

    void run_until(const std::function<bool()>& condition) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        auto next_tick = std::chrono::steady_clock::now();
        while (!condition()) {
            ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "nothing happened; the broker says:\n" << broker_->log();
            loop_.run_one_for(std::chrono::milliseconds(50));
            if (std::filesystem::remove(mark_)) broker_->reload();
            if (std::chrono::steady_clock::now() < next_tick) continue;
            guard_->tick();
            next_tick += std::chrono::seconds(1);
        }
    }

    parts::Scratch files_{"guard"};
    Folder folder_{files_.path("r")};
    std::string mark_ = files_.path("reload-now");
    std::unique_ptr<RegistryFiles> registry_;
    std::unique_ptr<parts::Mosquitto> broker_;
    asio::io_context loop_;
    asio::executor_work_guard<asio::io_context::executor_type> work_{loop_.get_executor()};
    std::unique_ptr<BrokerGuard> guard_;
};

TEST_F(BrokerGuardTest, CutsASuspendedDeviceKeepsItOutAndLetsItInAgain) {
    Connection alice(loop_);
    Connection bob(loop_);
    alice.start(enrolled(kAlice));
    bob.start(enrolled(kBob));
    run_until([&] { return alice.link.connected() && bob.link.connected(); });

    ASSERT_TRUE(suspend(*registry_, order(kAlice)));
    run_until([&] { return alice.losses.size() >= 3; });

    EXPECT_THAT(alice.losses.back(), HasSubstr("revoked"));
    EXPECT_FALSE(alice.link.connected());
    EXPECT_EQ(alice.connects, 1);
    EXPECT_EQ(registry_->store().audit_log(kAlice.text(), 1).value().at(0).act, "cut");
    EXPECT_TRUE(bob.losses.empty());

    ASSERT_TRUE(resume(*registry_, order(kAlice)));
    run_until([&] { return alice.link.connected(); });
    EXPECT_TRUE(bob.losses.empty());
}

TEST_F(BrokerGuardTest, KeepsARevokedDeviceOutThatWasAway) {
    const LinkCredentials credentials = enrolled(kAlice);
    ASSERT_TRUE(revoke(*registry_, order(kAlice)));
    bool told = false;
    run_until([&] { return std::exchange(told, true); });  // one turn: the guard writes the list, and the broker reads it
    run_until([&] { return registry_->store().audit_log(kAlice.text(), 1).value().at(0).act == "cut"; });

    Connection alice(loop_);
    alice.start(credentials);
    run_until([&] { return alice.losses.size() >= 2; });

    EXPECT_EQ(alice.connects, 0);
    EXPECT_THAT(alice.losses.back(), HasSubstr("revoked"));
    EXPECT_THAT(resume(*registry_, order(kAlice)).error().what, HasSubstr("only a signed reinstatement ends that"));
}

TEST_F(BrokerGuardTest, TheBrokerTakesDevicesOfTwoIssuingAuthoritiesAndRefusesThoseOfBoth) {
    const LinkCredentials by_old = enrolled(kAlice);
    const std::string request = files_.path("issuing.csr");
    const std::string certificate = files_.path("issuing.pem");
    ASSERT_TRUE(request_issuing(*registry_, request));
    ASSERT_TRUE(certify_issuing({request, folder_.root_certificate(), certificate, {folder_.authority() + "/root.key", {}, {}}}));
    ASSERT_TRUE(install_issuing(*registry_, certificate));
    guard_->stop();
    guard_.reset();
    registry_ = RegistryFiles::open(folder_.path()).value();
    guard_ = std::make_unique<BrokerGuard>(loop_, *registry_, *registry_->authority().value(), at_broker("registry"));
    broker_->reload();

    Connection alice(loop_);
    Connection bob(loop_);
    alice.start(by_old);
    bob.start(enrolled(kBob));
    run_until([&] { return alice.link.connected() && bob.link.connected(); });

    ASSERT_TRUE(suspend(*registry_, order(kAlice)));
    run_until([&] { return alice.losses.size() >= 3; });
    EXPECT_THAT(alice.losses.back(), HasSubstr("revoked"));
    EXPECT_TRUE(bob.link.connected());
    ASSERT_TRUE(suspend(*registry_, order(kBob)));
    run_until([&] { return bob.losses.size() >= 3; });
    EXPECT_THAT(bob.losses.back(), HasSubstr("revoked"));
}

TEST_F(BrokerGuardTest, IsAskedTwiceAboutDevicesThatAreNotNamed) {
    (void)enrolled(kAlice);
    (void)enrolled(kBob);
    PutAside all{.who = {.devices = {}, .labels = {"place=hall 3"}, .batch = {}, .ek_manufacturer = {}}, .reason = "flood"};

    EXPECT_THAT(revoke(*registry_, all).error().what, HasSubstr("say --yes"));
    all.yes = true;
    EXPECT_TRUE(revoke(*registry_, all));

    EXPECT_EQ(registry_->store().device(kAlice).value()->standing.status, StandingStatus::Revoked);
    EXPECT_EQ(registry_->store().device(kBob).value()->standing.status, StandingStatus::Active);
    all.who.labels = {"place=hall 5"};
    EXPECT_THAT(revoke(*registry_, all).error().what, HasSubstr("no device fits"));
    all.who = {.devices = {}, .labels = {}, .batch = {}, .ek_manufacturer = "no such maker"};
    EXPECT_THAT(revoke(*registry_, all).error().what, HasSubstr("no device fits"));
    EXPECT_FALSE(revoke(*registry_, PutAside{.reason = "nobody"})) << "nothing said is nobody";
}

TEST_F(BrokerGuardTest, ReinstatesByKeysOfTheAuthority) {
    (void)enrolled(kAlice);
    ASSERT_TRUE(revoke(*registry_, order(kAlice)));
    const std::string document = files_.path("back.jws");

    EXPECT_FALSE(reinstate(*registry_, kAlice.text(), "found", files_.path("nowhere"), ""));
    ASSERT_TRUE(reinstate(*registry_, kAlice.text(), "found", folder_.authority(), document));

    const auto record = registry_->store().device(kAlice).value().value();
    EXPECT_EQ(record.standing.status, StandingStatus::Active);
    EXPECT_EQ(registry_->store().reinstatement(kAlice).value(), read_text_file(document, 1U << 17U).value());
    EXPECT_NE(registry_->store().certificates(kAlice).value().at(0).revoked, std::nullopt) << "the old key stays revoked";
    ASSERT_TRUE(revoke(*registry_, order(kAlice)));
    EXPECT_THAT(take_reinstatement(*registry_, kAlice.text(), document).error().what, HasSubstr("the revocation is number"))
        << "an old document";
}

}  // namespace
}  // namespace anchor::registryd
