// SPDX-License-Identifier: Apache-2.0

// Our server against `openssl s_client`: it exists for tests and for whoever builds on this module, and must be no softer.

#include <gmock/gmock.h>
#include <mbedtls/version.h>

#include <anchor/base/file.h>
#include <parts/command.h>

#include "openssl_authority.h"
#include "tls_over_tcp.h"

namespace anchor::contract {
namespace {

using crypto::TlsSession;
using testing::HasSubstr;

struct Fleet {
    parts::Scratch scratch{"tls-contract"};
    OpensslAuthority authority{scratch, "fleet"};
    OpensslIdentity identity = authority.server("P-256");
    crypto::TlsTrust trust{.anchors = {authority.root()}, .crls = {}, .at = identity.certificate().not_before() + Seconds(3600)};
    Listener listener;

    parts::Process connect(const parts::Arguments& more) {
        parts::Arguments command = {"openssl",
                                    "s_client",
                                    "-connect",
                                    "127.0.0.1:" + std::to_string(listener.port()),
                                    "-CAfile",
                                    authority.root_file(),
                                    "-verify_return_error",
                                    "-quiet"};
        command.insert(command.end(), more.begin(), more.end());
        return parts::Process::start(command, scratch.path("s_client.log")).value();
    }
    parts::Process connect_as(const OpensslIdentity& client, const parts::Arguments& more = {}) {
        parts::Arguments arguments = {"-cert", client.certificate_file, "-key", client.key_file};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return connect(arguments);
    }
    std::string log() { return read_text_file(scratch.path("s_client.log"), 1U << 20U).value_or(std::string{}); }

    // Accepts one client and greets it.
    Result<crypto::TlsDetails> serve() {
        auto key = identity.key();
        const UniqueFd fd = listener.accept();
        ANCHOR_ASSIGN_OR_RETURN(TlsSession session, TlsSession::server(fd.get(), {key, {identity.certificate()}}, trust));
        ANCHOR_RETURN_IF_ERROR(shake_hands(fd.get(), session));
        ANCHOR_RETURN_IF_ERROR(write_line(fd.get(), session, "welcome\n"));
        ANCHOR_ASSIGN_OR_RETURN(const auto closed, session.close());
        static_cast<void>(closed);
        ANCHOR_ASSIGN_OR_RETURN(const std::string last, read_line(fd.get(), session));
        static_cast<void>(last);
        return *session.details();
    }
};

class ForeignClient : public testing::TestWithParam<const char*> {};

TEST_P(ForeignClient, IsServed) {
    Fleet fleet;
    fleet.identity = fleet.authority.server(GetParam());
    const auto client = fleet.authority.client(GetParam());
    auto process = fleet.connect_as(client);

    const auto details = fleet.serve();

    ASSERT_TRUE(details.has_value()) << details.error().what << "\n" << fleet.log();
    EXPECT_EQ(details->peer, client.certificate());
    EXPECT_THAT(fleet.log(), HasSubstr("welcome"));
}

INSTANTIATE_TEST_SUITE_P(Keys, ForeignClient, testing::Values("P-256", "P-384", "RSA-2048"));

TEST(ForeignClient, IsRefusedWithoutACertificate) {
    for (const char* version : {"-tls1_2", "-tls1_3"}) {
        if (MBEDTLS_VERSION_MAJOR < 3 && version == std::string_view("-tls1_3")) continue;
        Fleet fleet;
        auto process = fleet.connect({version});

        const auto details = fleet.serve();

        ASSERT_FALSE(details.has_value());
        EXPECT_EQ(details.error().kind, ErrorKind::Rejected);
        EXPECT_EQ(details.error().what, "TLS: peer shows no certificate");
    }
}

TEST(ForeignClient, IsRefusedWhenItsAuthorityIsAnother) {
    Fleet fleet;
    OpensslAuthority other(fleet.scratch, "other");
    auto process = fleet.connect_as(other.client("P-256"));

    const auto details = fleet.serve();

    ASSERT_FALSE(details.has_value());
    EXPECT_EQ(details.error().kind, ErrorKind::Rejected);
    EXPECT_THAT(details.error().what, HasSubstr("client's certificate"));
}

TEST(ForeignClient, IsRefusedWhenItSpeaksOnlyAnOldVersion) {
    Fleet fleet;
    auto process = fleet.connect_as(fleet.authority.client("P-256"), {"-tls1_1", "-cipher", "ALL:@SECLEVEL=0"});

    const auto details = fleet.serve();

    ASSERT_FALSE(details.has_value());
    EXPECT_EQ(details.error().kind, ErrorKind::Rejected);
    EXPECT_EQ(details.error().what, "TLS: peer speaks no accepted version of TLS");
}

}  // namespace
}  // namespace anchor::contract
