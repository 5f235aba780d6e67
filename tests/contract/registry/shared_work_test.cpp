// SPDX-License-Identifier: Apache-2.0

// Two processes of one registry on a real broker: they share the work, and when one is killed in the middle of it nothing is lost.
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>

#include <map>
#include <set>

#include <gtest/gtest.h>

#include <anchor/base/file.h>
#include <anchor/crypto/certificate_builder.h>
#include <anchor/crypto/hash.h>
#include <anchor/crypto/random.h>
#include <anchor/link/paho_link.h>
#include <anchor/protocol/request.h>
#include <anchor/protocol/topics.h>
#include <anchor/registry/store.h>
#include <parts/mosquitto.h>
#include <registryd/folder.h>
#include <registryd/init.h>
#include <registryd/operations.h>
#include <registryd/registry_files.h>

namespace anchor::registryd {
namespace {

using crypto::SoftwareKey;
using Steady = std::chrono::steady_clock;

class SharedWorkTest : public testing::Test {
protected:
    void SetUp() override {
        if (!parts::Mosquitto::available()) GTEST_SKIP() << "mosquitto is not installed";
        std::set<std::uint16_t> ports;
        while (ports.size() < 3) ports.insert(parts::Mosquitto::free_port());
        InitOptions options{.folder = files_.path("r"), .tenant = "acme"};
        options.broker_user = "root";
        options.fleet_port = *ports.begin();
        options.enroll_port = *std::next(ports.begin());
        options.enroll_registry_port = *ports.rbegin();
        options.allow_software_keys = true;
        ASSERT_TRUE(init(options));
        port_ = static_cast<std::uint16_t>(options.fleet_port);
        broker_ = parts::Mosquitto::start(read_text_file(folder_.broker() + "/mosquitto.conf", 1U << 16U).value(), port_).value();
        enroll_broker_ = parts::Mosquitto::start(read_text_file(folder_.enroll_broker() + "/mosquitto.conf", 1U << 16U).value(),
                                                 static_cast<std::uint16_t>(options.enroll_port))
                             .value();
        add_device();
        connect();
    }
    // As an enrolment leaves it.
    void add_device() {
        const auto files = RegistryFiles::open(folder_.path()).value();
        auto* authority = files->authority().value();
        registry::DeviceRecord record{.id = device_};
        record.hardware_bound = false;
        record.key_digest = to_bytes(crypto::hash(HashAlg::Sha256, key_->public_key()).view());
        record.device_key = to_bytes(key_->public_key());
        record.certificates = authority->certify(key_->public_value(), device_).value();
        record.standing.number = 1;
        record.standing.group = "default";
        record.standing_document = authority->standing(record.standing, device_).value();
        ASSERT_TRUE(files->store().save(record));
        certificates_ = record.certificates;
    }
    void connect() {
        LinkCredentials out;
        out.host = "localhost";
        out.port = port_;
        out.client_id = device_.text();
        out.certificate_chain = certificates_;
        out.key = key_;
        out.anchors = {to_bytes(read_certificates(folder_.root_certificate())->front().der())};
        out.time = [] { return LinkTime{std::chrono::floor<Milliseconds>(std::chrono::system_clock::now()), false}; };
        link_.start(std::move(out), {topics_.reply(device_), topics_.standing(device_)}, std::nullopt,
                    {[] {}, [](const Error&) {}, [this](const Message& message) { heard(message); }});
        ASSERT_TRUE(run_until([&] { return link_.connected(); }));
    }
    void heard(const Message& message) {
        if (message.topic == topics_.standing(device_)) return static_cast<void>(standings_.insert(message.payload));
        const auto known = answers_.emplace(message.correlation, message.payload).first;
        EXPECT_EQ(known->second, message.payload) << "the same question got two answers";
    }
    [[nodiscard]] parts::Arguments serving(unsigned worker) const {
        return {REGISTRY_PROGRAM, "--dir", folder_.path(), "serve", "--worker", std::to_string(worker)};
    }
    parts::Process serve(unsigned worker) {
        log_ = files_.path("log-" + std::to_string(++logs_));
        return parts::Process::start(serving(worker), log_).value();
    }
    // As the command "group" does.
    void move_to(const std::string& group) {
        const auto files = RegistryFiles::open(folder_.path()).value();
        ASSERT_TRUE(set_group(*files, device_.text(), group));
    }
    void ask() {
        const protocol::Request request{std::string(protocol::verb::kNonce), "acme", device_, crypto::random_octets(16), Json::object()};
        Message message;
        message.topic = topics_.request(device_, request.verb);
        message.payload = to_bytes(
            crypto::sign_jws(protocol::kRequestTyp, protocol::encode(request), {key_->public_value().thumbprint(), *key_}).value());
        message.correlation = request.id;
        static_cast<void>(link_.publish(message));
        asked_.emplace(request.id, message);
    }
    // As a device does: the same octets again, while nobody answers.
    bool all_answered() {
        if (Steady::now() >= again_) {
            again_ = Steady::now() + std::chrono::seconds(1);
            for (const auto& [id, message] : asked_) {
                if (!answers_.contains(id)) static_cast<void>(link_.publish(message));
            }
        }
        return answers_.size() == asked_.size();
    }
    [[nodiscard]] bool run_until(const std::function<bool()>& condition) {
        const auto deadline = Steady::now() + std::chrono::seconds(60);
        while (!condition()) {
            if (Steady::now() > deadline) return false;
            loop_.run_one_for(std::chrono::milliseconds(50));
        }
        return true;
    }

    parts::Scratch files_{"shared"};
    Folder folder_{files_.path("r")};
    protocol::Topics topics_ = protocol::Topics::of("acme").value();
    std::shared_ptr<SoftwareKey> key_ = std::make_shared<SoftwareKey>(SoftwareKey::generate(KeyAlg::EcP256).value());
    DeviceId device_ = DeviceId::from_digest(crypto::hash(HashAlg::Sha256, key_->public_key()));
    std::vector<Bytes> certificates_;
    std::uint16_t port_ = 0;
    int logs_ = 0;
    std::unique_ptr<parts::Mosquitto> broker_;
    std::unique_ptr<parts::Mosquitto> enroll_broker_;
    std::map<Bytes, Message> asked_;
    std::map<Bytes, Bytes> answers_;
    std::set<Bytes> standings_;
    std::string log_;
    Steady::time_point again_{};
    asio::io_context loop_;
    asio::executor_work_guard<asio::io_context::executor_type> work_{loop_.get_executor()};
    link::PahoLink link_{loop_, {}};
};

TEST_F(SharedWorkTest, KillingOneOfTwoLosesNoRequestAndEachDoesAlone) {
    auto first = serve(1);
    auto second = serve(2);
    for (int i = 0; i < 10; ++i) ask();
    ASSERT_TRUE(run_until([&] { return all_answered(); })) << "nobody answers";

    for (int i = 0; i < 20; ++i) ask();
    first.kill();
    EXPECT_TRUE(run_until([&] { return all_answered(); })) << "lost with the first";

    first = serve(1);
    for (int i = 0; i < 5; ++i) ask();
    EXPECT_TRUE(run_until([&] { return all_answered(); }));
    second.kill();
    for (int i = 0; i < 5; ++i) ask();
    EXPECT_TRUE(run_until([&] { return all_answered(); })) << "lost with the second";
    EXPECT_EQ(answers_.size(), 40U);
}

TEST_F(SharedWorkTest, WhoIsLeftPublishesAndANumberIsGivenOnce) {
    auto first = serve(1);
    ASSERT_TRUE(run_until([&] { return standings_.size() == 1; })) << "the first leads and publishes";
    auto second = serve(2);
    ask();
    ASSERT_TRUE(run_until([&] { return all_answered(); }));
    const auto once_more = parts::run(serving(1));
    EXPECT_EQ(once_more.exit_code, 3) << once_more.output;
    EXPECT_NE(once_more.output.find("worker 1 serves"), std::string::npos) << once_more.output;

    first.kill();
    move_to("east");

    EXPECT_TRUE(run_until([&] { return standings_.size() == 2; })) << "nobody published the new standing";
    EXPECT_TRUE(second.running());
}

}  // namespace
}  // namespace anchor::registryd
