// SPDX-License-Identifier: Apache-2.0
#include "cli/agent_commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include <anchor/base/encoding.h>
#include <anchor/crypto/certificate_builder.h>
#include <anchor/crypto/private_key.h>

#include "cli/exit_code.h"
#include "sample_status.h"
#include "unit/control/service.h"

namespace anchor::cli {
namespace {

using control::Call;
using control::Responder;
using control::Service;
using testing::HasSubstr;

const Painter kPlain(false);

void tell_status(const Call&, const Responder& responder) { responder.done({{"status", sample_status()}}); }

TEST(StatusCommand, ShowsTheStatusAndItsExitCode) {
    Service service(tell_status);
    std::ostringstream text;
    std::ostringstream json;

    EXPECT_EQ(show_status({service.path()}, {}, text, kPlain).value(), 0);
    EXPECT_EQ(show_status({service.path()}, {.json = true, .exit_code = true}, json, kPlain).value(), 10);

    EXPECT_THAT(text.str(), HasSubstr("Trust         restricted"));
    EXPECT_EQ(parse_json(json.str()).value(), sample_status());
}

TEST(StatusCommand, WatchesUntilTheDaemonEnds) {
    Service service([](const Call& call, const Responder& responder) {
        EXPECT_EQ(call.method, "Subscribe");
        responder.next({{"status", sample_status()}});
        responder.done({{"status", sample_status()}});
    });
    std::ostringstream out;

    EXPECT_EQ(show_status({service.path()}, {.json = true, .watch = true}, out, kPlain).value(), 0);

    const std::string text = out.str();
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
}

TEST(StatusCommand, SaysWhatToDoWithoutADaemon) {
    const parts::Scratch scratch("cli");
    std::ostringstream out;

    const auto shown = show_status({scratch.path("none.sock")}, {}, out, kPlain);

    ASSERT_FALSE(shown);
    EXPECT_EQ(exit_code_of(shown.error()), exit_code::kUnreachable);
    EXPECT_THAT(shown.error().what, HasSubstr("is anchord running?"));
}

TEST(EvidenceCommand, WritesTheFilesThatTheToolsRead) {
    Service service([](const Call& call, const Responder& responder) {
        EXPECT_EQ(call.parameters, (Json{{"nonce", "abcd"}}));
        responder.done({{"quote", to_base64(as_bytes("Q"))},
                        {"signature", to_base64(as_bytes("S"))},
                        {"pcrs", to_base64(as_bytes("P"))},
                        {"ak", to_base64(as_bytes("A"))}});
    });
    const parts::Scratch scratch("evidence");
    std::ostringstream out;

    const auto fetched = fetch_evidence({service.path()}, "abcd", scratch.path("new"), out);

    ASSERT_TRUE(fetched) << fetched.error().what;
    EXPECT_EQ(as_text(scratch.read("new/quote.msg")), "Q");
    EXPECT_EQ(as_text(scratch.read("new/quote.sig")), "S");
    EXPECT_EQ(as_text(scratch.read("new/quote.pcrs")), "P");
    EXPECT_EQ(as_text(scratch.read("new/ak.pub")), "A");
    EXPECT_THAT(out.str(), HasSubstr("-q abcd"));
}

TEST(EvidenceCommand, RefusesAnAnswerThatIsIncomplete) {
    Service service([](const Call&, const Responder& responder) { responder.done({{"quote", "!"}}); });
    const parts::Scratch scratch("evidence");
    std::ostringstream out;

    const auto fetched = fetch_evidence({service.path()}, "abcd", scratch.path(), out);

    ASSERT_FALSE(fetched);
    EXPECT_EQ(exit_code_of(fetched.error()), exit_code::kRefused);
}

TEST(EvidenceCommand, TakesNoncesOfOneTo64Octets) {
    EXPECT_EQ(complaint_about_nonce("00"), "");
    EXPECT_EQ(complaint_about_nonce(std::string(128, 'a')), "");
    for (const char* bad : {"", "0", "0x00", "nonce"}) EXPECT_NE(complaint_about_nonce(bad), "") << bad;
    EXPECT_NE(complaint_about_nonce(std::string(130, 'a')), "");
}

TEST(Commands, CarryTheDaemonsRefusal) {
    Service service([](const Call&, const Responder& responder) { responder.fail(denied("you may not")); });
    std::ostringstream out;

    const auto attested = attest_now({service.path()}, false, out, kPlain);

    ASSERT_FALSE(attested);
    EXPECT_EQ(attested.error().what, "you may not");
    EXPECT_EQ(exit_code_of(attested.error()), exit_code::kRefused);
}

TEST(Commands, SendWhatTheyWereGiven) {
    std::vector<Json> sent;
    Service service([&](const Call& call, const Responder& responder) {
        sent.push_back({{call.method, call.parameters}});
        responder.done({{"accepted", "standing 5"}, {"allowed", false}, {"level", "restricted"}});
    });
    const parts::Scratch scratch("import");
    const std::string file = scratch.write("d.jws", std::string_view("signed"));
    std::ostringstream out;
    const AgentAccess agent{service.path()};

    EXPECT_EQ(import_document(agent, file, out).value(), 0);
    EXPECT_EQ(put_telemetry(agent, "pump.rpm", "1200.5").value(), 0);
    EXPECT_EQ(put_telemetry(agent, "pump.on", "true").value(), 0);
    EXPECT_EQ(put_telemetry(agent, "pump.name", "{\"a\":1}").value(), 0);
    EXPECT_EQ(check_access(agent, "door", out).value(), exit_code::kRefused);

    EXPECT_EQ(sent[0], (Json{{"Import", {{"document", "signed"}}}}));
    EXPECT_EQ(sent[1], (Json{{"PutTelemetry", {{"name", "pump.rpm"}, {"value", 1200.5}}}}));
    EXPECT_EQ(sent[2]["PutTelemetry"]["value"], true);
    EXPECT_EQ(sent[3]["PutTelemetry"]["value"], "{\"a\":1}");
    EXPECT_EQ(sent[4], (Json{{"CheckAccess", {{"name", "door"}}}}));
    EXPECT_EQ(out.str(), "accepted: standing 5\ndenied (this device is restricted)\n");
}

TEST(ResetCommand, AsksForAYesBeforeItAsksTheDaemon) {
    std::vector<std::string> asked;
    Service service([&](const Call& call, const Responder& responder) {
        asked.push_back(call.method);
        responder.done(Json::object());
    });
    std::ostringstream out;

    EXPECT_FALSE(reset_device({service.path()}, false, out));
    EXPECT_TRUE(asked.empty());
    EXPECT_EQ(reset_device({service.path()}, true, out).value(), 0);
    EXPECT_EQ(asked, std::vector<std::string>{"Reset"});
}

class VerifyPeerCommand : public testing::Test {
protected:
    VerifyPeerCommand() {
        const crypto::Validity validity{WallTime{}, WallTime{std::chrono::days(40'000)}};
        auto key = crypto::SoftwareKey::generate(KeyAlg::EcP256).value();
        peer = crypto::CertificateBuilder::root(key, "peer", validity).value();
    }

    std::vector<Json> asked;
    Service service{[this](const Call& call, const Responder& responder) {
        asked.push_back({{call.method, call.parameters}});
        responder.done({{"device", "abc"}, {"serial", "01"}, {"not_after", "2030-01-01T00:00:00Z"}});
    }};
    const parts::Scratch scratch{"peer"};
    std::optional<crypto::Certificate> peer;
    std::ostringstream out;
};

TEST_F(VerifyPeerCommand, ShowsACertificateOfEitherFormToTheDaemonAsPem) {
    const std::string pem = scratch.write("peer.pem", std::string_view(peer->pem()));
    const std::string der = scratch.write("peer.der", as_text(peer->der()));

    EXPECT_EQ(verify_peer({service.path()}, pem, true, out).value(), 0);
    EXPECT_EQ(verify_peer({service.path()}, der, false, out).value(), 0);

    ASSERT_EQ(asked.size(), 2U);
    EXPECT_EQ(asked[0], (Json{{"VerifyPeer", {{"certificate", peer->pem()}, {"current", true}}}}));
    EXPECT_EQ(asked[1], (Json{{"VerifyPeer", {{"certificate", peer->pem()}, {"current", false}}}}));
    EXPECT_THAT(out.str(), HasSubstr("trusted: device abc, until 2030-01-01T00:00:00Z"));
}

TEST_F(VerifyPeerCommand, RefusesWhatIsNoCertificateWithoutAsking) {
    const std::string file = scratch.write("peer.der", std::string_view("not a certificate"));

    EXPECT_FALSE(verify_peer({service.path()}, file, true, out));
    EXPECT_FALSE(verify_peer({service.path()}, scratch.path("nowhere"), true, out));
    EXPECT_TRUE(asked.empty());
}

TEST_F(VerifyPeerCommand, CarriesTheReasonOfARefusalAndItsExitCode) {
    Service refusing([](const Call&, const Responder& responder) { responder.fail(rejected("the peer's certificate is revoked")); });
    const std::string pem = scratch.write("peer.pem", std::string_view(peer->pem()));

    const auto verified = verify_peer({refusing.path()}, pem, true, out);

    ASSERT_FALSE(verified);
    EXPECT_EQ(verified.error().what, "the peer's certificate is revoked");
    EXPECT_EQ(exit_code_of(verified.error()), exit_code::kRefused);
    EXPECT_EQ(out.str(), "");
}

}  // namespace
}  // namespace anchor::cli
