// SPDX-License-Identifier: Apache-2.0
#include <daemon/local_api.h>

#include <gmock/gmock.h>

#include <atomic>
#include <optional>
#include <thread>

#include <anchor/base/encoding.h>
#include <anchor/control/client.h>
#include <fakes/fake_log_source.h>
#include <parts/scratch.h>
#include <parts/varlink_shape.h>

#include "unit/agent/enrolled_device.h"
#include "unit/control/raw_caller.h"
#include "unit/control/service.h"

namespace anchor::daemon {
namespace {

using agent::EnrolledDevice;
using protocol::DocumentKind;

class AtOnce final : public Worker {
public:
    void run(std::function<void()> job, std::function<void()> done) override {
        job();
        done();
    }
};

class NobodyOpens final : public LogOpener {
public:
    Result<UniqueFd> open(std::string_view) override { return unavailable("nobody there"); }
};

// A device behind a real socket. It belongs to the loop thread of its service.
class LocalApiTest : public ::testing::Test {
protected:
    void start() {
        on_loop([this] {
            owned.start();
            api.emplace(loop, *owned.agent, telemetry, logs, std::vector<PcrSelection>(), "1.2.3");
        });
    }
    Result<Json> ask(std::string_view method, const Json& parameters = Json::object()) {
        ANCHOR_ASSIGN_OR_RETURN(auto client, control::Client::connect(service.path()));
        return client.call(method, parameters);
    }
    // Whether status and decision, as they are now, have the form that the description of the interface promises.
    void expect_described(const char* when) {
        for (const char* method : {"GetStatus", "GetDecision"}) {
            const auto answer = ask(method);
            ASSERT_TRUE(answer) << answer.error().what;
            EXPECT_THAT(shape.complaints(method, *answer), ::testing::IsEmpty()) << when;
        }
    }
    void on_loop(const std::function<void()>& action) { service.on_loop(action); }

    EnrolledDevice owned;
    const parts::Scratch scratch{"local-api"};
    AtOnce worker;
    NobodyOpens opener;
    BootLog boot{scratch.path("boot"), opener};
    fakes::FakeLogSource ima;
    LogPieces logs{worker, boot, ima};
    observe::TelemetryBoard board;
    Telemetry telemetry{board, owned.device.clock, [](agent::Severity, const std::string&) {}, [] {}};
    asio::io_context loop;
    std::optional<LocalApi> api;
    std::atomic<int> asked = 0;
    const parts::VarlinkShape shape{control::agent_description()};
    control::Service service{[this](const control::Call& call, const control::Responder& responder) {
        api->answer(call, responder);
        ++asked;
    }};
};

TEST_F(LocalApiTest, GivesALogOfMegabytesPieceByPiece) {
    ima.octets.resize(3 * LogPieces::kPiece + 5);
    for (std::size_t i = 0; i < ima.octets.size(); ++i) ima.octets[i] = static_cast<std::uint8_t>(i % 251);
    scratch.write("boot", ima.octets);
    start();

    for (const char* log : {"ima", "boot"}) {
        auto client = control::Client::connect(service.path()).value();
        Bytes all;
        while (true) {
            const auto answer = client.call("GetLog", {{"log", log}, {"offset", all.size()}});
            ASSERT_TRUE(answer) << answer.error().what;
            const Bytes piece = from_base64(json_string(*answer, "octets").value()).value();
            if (piece.empty()) break;
            append(all, piece);
        }
        EXPECT_TRUE(all == ima.octets) << log;
    }
}

TEST_F(LocalApiTest, AnswersAnAttestationWhileItsCallerStillWaits) {
    owned.install_documents();
    start();
    owned.device.link.connect();
    owned.pump();
    control::RawCaller caller(service.path());
    caller.send_message(R"({"method":"io.anchord.Agent.Attest"})");
    while (asked == 0) std::this_thread::yield();

    on_loop([this] { owned.tick(Seconds(31)); });

    EXPECT_EQ(caller.message()["parameters"]["reason"], "the registry did not answer in time");
}

TEST_F(LocalApiTest, TheStatusIsAsItIsDescribed) {
    owned.install_documents();
    owned.certify(owned.device.clock.wall() + std::chrono::hours(24));
    owned.state().trust.standing = StandingStatus::Active;
    start();
    expect_described("after the start");

    on_loop([this] { owned.tick(Seconds(30)); });
    expect_described("after a look");
    on_loop([this] {
        owned.tpm->extend(16, crypto::hash(HashAlg::Sha256, to_bytes("attack")));
        owned.tick(Seconds(30));
    });
    EXPECT_EQ(ask("GetStatus").value()["status"]["findings"].size(), 1U);
    expect_described("with a finding");
    on_loop([this] {
        owned.device.link.connect();
        owned.pump();
        owned.tick(Seconds(31));
    });
    expect_described("with a registry that does not answer");
    on_loop([this] { ASSERT_TRUE(owned.agent->import(owned.standing(7, StandingStatus::Suspended))); });
    expect_described("suspended");
    on_loop([this] { owned.device.link.lose(unavailable("gone")); });
    expect_described("without a connection");
}

TEST_F(LocalApiTest, TheStatusOfADeviceThatHasNotEnrolledIsAsItIsDescribed) {
    owned.state() = agent::DeviceState();
    start();

    EXPECT_TRUE(ask("GetStatus").value()["status"]["identity"]["tenant"].is_null());
    expect_described("before the enrolment");
}

TEST(VarlinkShape, FindsWhatIsNotAsItIsDescribed) {
    const parts::VarlinkShape shape("interface a.b\ntype T (n: int, t: ?string)\nmethod M(x: ?int) -> (list: []T, o: object) # end\n");

    EXPECT_THAT(shape.complaints("M", {{"list", {{{"n", 1}, {"t", nullptr}}}}, {"o", Json::object()}}), ::testing::IsEmpty());
    EXPECT_THAT(shape.complaints("M", {{"list", {{{"n", nullptr}, {"t", 1}, {"u", 2}}}}}),
                ::testing::UnorderedElementsAre("M.list[].n: null, expected int", "M.list[].t: 1, expected string",
                                                "M.list[].u: not declared", "M.o: null, expected object"));
}

}  // namespace
}  // namespace anchor::daemon
