// SPDX-License-Identifier: Apache-2.0

// Our client against `openssl s_server`, which demands a certificate.

#include <chrono>
#include <thread>

#include <gmock/gmock.h>
#include <mbedtls/version.h>

#include <anchor/base/file.h>
#include <parts/command.h>

#include "openssl_authority.h"
#include "tls_over_tcp.h"

namespace anchor::contract {
namespace {

using crypto::TlsSession;
using crypto::TlsTrust;
using crypto::TlsVersion;
using testing::HasSubstr;

constexpr TlsVersion kNewest = MBEDTLS_VERSION_MAJOR >= 3 ? TlsVersion::Tls13 : TlsVersion::Tls12;

// Answers each line with its reverse, on a port that the system chooses and the output names.
class OpensslServer {
public:
    OpensslServer(const parts::Scratch& scratch, const OpensslIdentity& identity, const std::string& client_roots,
                  const parts::Arguments& more = {})
        : log_(scratch.path("s_server.log")) {
        parts::Arguments command = {"openssl", "s_server",        "-accept", "127.0.0.1:0", "-rev",    "-cert", identity.certificate_file,
                                    "-key",    identity.key_file, "-CAfile", client_roots,  "-Verify", "2",     "-verify_return_error"};
        command.insert(command.end(), more.begin(), more.end());
        process_ = parts::Process::start(command, log_).value();
    }

    [[nodiscard]] std::string log() const { return read_text_file(log_, 1U << 20U).value_or(std::string{}); }

    [[nodiscard]] std::uint16_t port() {
        constexpr std::string_view kMark = "ACCEPT 127.0.0.1:";
        for (int patience = 0; patience < 1000 && process_.running(); ++patience) {
            const std::string text = log();
            const auto mark = text.find(kMark);
            if (mark != std::string::npos && text.find('\n', mark) != std::string::npos) {
                return static_cast<std::uint16_t>(std::stoi(text.substr(mark + kMark.size())));
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        ADD_FAILURE() << "openssl s_server: " << log();
        return 0;
    }

private:
    std::string log_;
    parts::Process process_;
};

struct Fleet {
    parts::Scratch scratch{"tls-contract"};
    OpensslAuthority authority{scratch, "fleet"};
    OpensslIdentity server = authority.server("P-256");
    OpensslIdentity client = authority.client("P-256");
    TlsTrust trust{.anchors = {authority.root()}, .crls = {}, .at = server.certificate().not_before() + Seconds(3600)};
    std::string host = "127.0.0.1";

    struct Talk {
        std::string answer;
        crypto::TlsDetails details;
    };

    // Connects, sends a line, and returns what came back.
    Result<Talk> talk(OpensslServer& to) {
        auto key = client.key();
        const UniqueFd fd = connect_to(to.port());
        ANCHOR_ASSIGN_OR_RETURN(TlsSession session, TlsSession::client(fd.get(), {key, {client.certificate()}}, trust, host));
        ANCHOR_RETURN_IF_ERROR(shake_hands(fd.get(), session));
        ANCHOR_RETURN_IF_ERROR(write_line(fd.get(), session, "anchor\n"));
        ANCHOR_ASSIGN_OR_RETURN(std::string answer, read_line(fd.get(), session));
        return Talk{std::move(answer), *session.details()};
    }

    Error refusal(OpensslServer& by) {
        auto result = talk(by);
        if (result) return Error{ErrorKind::Corrupt, "nobody refused anything", 0};
        return std::move(result).error();
    }
};

struct Kinds {
    std::string server;
    std::string client;
    TlsVersion version;
};

class ForeignServer : public testing::TestWithParam<Kinds> {};

TEST_P(ForeignServer, TalksWithOurKey) {
    Fleet fleet;
    fleet.server = fleet.authority.server(GetParam().server);
    fleet.client = fleet.authority.client(GetParam().client);
    fleet.trust.highest = GetParam().version;
    OpensslServer server(fleet.scratch, fleet.server, fleet.authority.root_file());

    const auto talk = fleet.talk(server);

    ASSERT_TRUE(talk.has_value()) << talk.error().what << "\n" << server.log();
    EXPECT_EQ(talk->answer, "rohcna\n");
    const bool own_rsa = GetParam().client == "RSA-2048";
    EXPECT_EQ(talk->details.version, own_rsa ? TlsVersion::Tls12 : std::min(kNewest, GetParam().version));
}

INSTANTIATE_TEST_SUITE_P(Keys, ForeignServer,
                         testing::Values(Kinds{"P-256", "P-256", TlsVersion::Tls13}, Kinds{"P-384", "P-384", TlsVersion::Tls13},
                                         Kinds{"RSA-2048", "P-256", TlsVersion::Tls13}, Kinds{"P-256", "RSA-2048", TlsVersion::Tls13},
                                         Kinds{"P-256", "P-256", TlsVersion::Tls12}, Kinds{"RSA-2048", "P-384", TlsVersion::Tls12}));

TEST(ForeignServer, MayAskForALongerDigestThanOurCurve) {
    Fleet fleet;
    fleet.trust.highest = TlsVersion::Tls12;
    OpensslServer server(fleet.scratch, fleet.server, fleet.authority.root_file(),
                         {"-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-GCM-SHA384", "-client_sigalgs", "ECDSA+SHA384"});

    const auto talk = fleet.talk(server);

    ASSERT_TRUE(talk.has_value()) << talk.error().what << "\n" << server.log();
    EXPECT_THAT(talk->details.suite, HasSubstr("AES-256-GCM-SHA384"));
}

TEST(ForeignServer, IsRefusedWhenItsAuthorityIsAnother) {
    Fleet fleet;
    OpensslAuthority other(fleet.scratch, "other");
    OpensslServer server(fleet.scratch, other.server("P-256"), fleet.authority.root_file());

    const Error error = fleet.refusal(server);

    EXPECT_EQ(error.kind, ErrorKind::Rejected);
    EXPECT_THAT(error.what, HasSubstr("issuer"));
}

TEST(ForeignServer, IsJudgedByTheGivenTimeAndNotByTheClock) {
    Fleet fleet;
    OpensslServer server(fleet.scratch, fleet.server, fleet.authority.root_file());
    const auto& certificate = fleet.server.certificate();

    fleet.trust.at = certificate.not_after() + Seconds(1);
    EXPECT_THAT(fleet.refusal(server).what, HasSubstr("expired"));
    fleet.trust.at = certificate.not_before() - Seconds(1);
    EXPECT_THAT(fleet.refusal(server).what, HasSubstr("not yet valid"));
    fleet.trust.tolerate_not_yet_valid = true;
    const auto talk = fleet.talk(server);

    EXPECT_TRUE(talk.has_value()) << talk.error().what;
}

TEST(ForeignServer, IsRefusedUnderAnotherNameOrAddress) {
    Fleet fleet;
    OpensslServer server(fleet.scratch, fleet.server, fleet.authority.root_file());

    fleet.host = "broker.example";
    EXPECT_THAT(fleet.refusal(server).what, HasSubstr("broker.example"));
    fleet.host = "127.0.0.2";
    EXPECT_THAT(fleet.refusal(server).what, HasSubstr("127.0.0.2"));
    fleet.host = "localhost";
    EXPECT_TRUE(fleet.talk(server).has_value());
}

TEST(ForeignServer, IsRefusedWhenItShowsTheCertificateOfAClient) {
    Fleet fleet;
    OpensslServer server(fleet.scratch, fleet.authority.client("P-256"), fleet.authority.root_file());

    const Error error = fleet.refusal(server);

    EXPECT_EQ(error.kind, ErrorKind::Rejected);
    EXPECT_THAT(error.what, HasSubstr("usage"));
}

TEST(ForeignServer, IsRefusedWhenItsCertificateIsRevoked) {
    Fleet fleet;
    fleet.trust.crls = {fleet.authority.revoking(fleet.server)};
    OpensslServer server(fleet.scratch, fleet.server, fleet.authority.root_file());

    const Error error = fleet.refusal(server);

    EXPECT_EQ(error.kind, ErrorKind::Rejected);
    EXPECT_THAT(error.what, HasSubstr("revoked"));
}

TEST(ForeignServer, IsRefusedWhenItSpeaksOnlyAnOldVersion) {
    Fleet fleet;
    OpensslServer server(fleet.scratch, fleet.server, fleet.authority.root_file(), {"-tls1_1", "-cipher", "ALL:@SECLEVEL=0"});

    const Error error = fleet.refusal(server);

    // OpenSSL first sees that none of our suites exists in its version.
    EXPECT_EQ(error.kind, ErrorKind::Denied);
    EXPECT_THAT(error.what, testing::AnyOf(HasSubstr("protocol_version"), HasSubstr("handshake_failure")));
}

TEST(ForeignServer, OfTls13OnlyAndAnRsaKeyOfOursComeToNothingAndTheErrorNamesTheVersion) {
    Fleet fleet;
    fleet.client = fleet.authority.client("RSA-2048");
    OpensslServer server(fleet.scratch, fleet.server, fleet.authority.root_file(), {"-tls1_3"});

    const Error error = fleet.refusal(server);

    EXPECT_EQ(error.kind, ErrorKind::Denied);
    EXPECT_THAT(error.what, HasSubstr("protocol_version"));
}

TEST(ForeignServer, IsRefusedWithoutASuiteThatWeAccept) {
    Fleet fleet;
    fleet.server = fleet.authority.server("RSA-2048");
    OpensslServer server(fleet.scratch, fleet.server, fleet.authority.root_file(),
                         {"-tls1_2", "-cipher", "AES256-SHA256:AES128-GCM-SHA256"});

    EXPECT_THAT(fleet.refusal(server).what, HasSubstr("handshake_failure"));
}

TEST(ForeignServer, SaysByAnAlertThatOurCertificateIsOfAnotherAuthority) {
    for (const TlsVersion version : {TlsVersion::Tls12, TlsVersion::Tls13}) {
        Fleet fleet;
        OpensslAuthority other(fleet.scratch, "other");
        fleet.trust.highest = version;
        OpensslServer server(fleet.scratch, fleet.server, other.root_file());

        const Error error = fleet.refusal(server);

        EXPECT_EQ(error.kind, ErrorKind::Denied) << error.what;
        EXPECT_THAT(error.what, HasSubstr("alert unknown_ca (48)"));
    }
}

}  // namespace
}  // namespace anchor::contract
