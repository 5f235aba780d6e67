// SPDX-License-Identifier: Apache-2.0
#include <anchor/crypto/tls_session.h>

#include <gmock/gmock.h>
#include <mbedtls/version.h>

#include <unit/crypto/tls_world.h>

namespace anchor::crypto {
namespace {

using namespace tls_world;
using testing::HasSubstr;

constexpr TlsVersion kNewest = MBEDTLS_VERSION_MAJOR >= 3 ? TlsVersion::Tls13 : TlsVersion::Tls12;

// All of `octets` from one end to the other, with as much patience as it takes.
Result<Bytes> carry(TlsSession& from, TlsSession& to, ByteView octets) {
    Bytes arrived;
    std::size_t sent = 0;
    std::array<std::uint8_t, 4096> buffer{};
    while (arrived.size() < octets.size()) {
        if (sent < octets.size()) {
            ANCHOR_ASSIGN_OR_RETURN(const TlsTransfer written, from.write(octets.subspan(sent)));
            sent += written.octets;
        }
        ANCHOR_ASSIGN_OR_RETURN(const TlsTransfer read, to.read(buffer));
        append(arrived, ByteView(buffer).first(read.octets));
    }
    return arrived;
}

struct Combination {
    KeyAlg server;
    KeyAlg client;
    TlsVersion highest;
};

// Between two ends of Mbed TLS 3.6 an alert inside a TLS 1.3 handshake arrives unreadable, so that the other end only knows
// that it failed. That OpenSSL's alerts are read there too is shown in tests/contract/tls.
bool alerts_are_read(TlsVersion highest) { return std::min(highest, kNewest) == TlsVersion::Tls12; }

class TlsCombination : public testing::TestWithParam<Combination> {};

TEST_P(TlsCombination, ConnectsAndCarriesOctetsBothWays) {
    World world(GetParam().server, GetParam().client);
    world.client_trust.highest = GetParam().highest;
    Connection connection(world);

    const auto outcome = connection.handshake();

    ASSERT_TRUE(outcome.client.has_value()) << outcome.client.error().what;
    ASSERT_TRUE(outcome.server.has_value()) << outcome.server.error().what;
    const Bytes message(300'000, 0x5a);
    EXPECT_EQ(carry(connection.client, connection.server, message).value_or(Bytes{}), message);
    EXPECT_EQ(carry(connection.server, connection.client, message).value_or(Bytes{}), message);
    EXPECT_EQ(world.client_key.signatures, 1);
    EXPECT_EQ(world.server_key.signatures, 1);
}

TEST_P(TlsCombination, TellsWhatWasAgreedOn) {
    World world(GetParam().server, GetParam().client);
    world.client_trust.highest = GetParam().highest;
    Connection connection(world);
    ASSERT_FALSE(connection.client.details().has_value());
    ASSERT_TRUE(connection.handshake().connected());

    const auto of_client = connection.client.details();
    const auto of_server = connection.server.details();

    ASSERT_TRUE(of_client && of_server);
    const bool rsa = !is_elliptic(GetParam().server) || !is_elliptic(GetParam().client);
    EXPECT_EQ(of_client->version, rsa ? TlsVersion::Tls12 : std::min(kNewest, GetParam().highest));
    EXPECT_EQ(of_client->version, of_server->version);
    EXPECT_EQ(of_client->suite, of_server->suite);
    EXPECT_THAT(of_client->suite, HasSubstr("AES-128-GCM-SHA256"));
    EXPECT_EQ(of_client->peer, world.server_chain.front());
    EXPECT_EQ(of_server->peer, world.client_chain.front());
}

INSTANTIATE_TEST_SUITE_P(Keys, TlsCombination,
                         testing::Values(Combination{KeyAlg::EcP256, KeyAlg::EcP256, TlsVersion::Tls13},
                                         Combination{KeyAlg::EcP384, KeyAlg::EcP384, TlsVersion::Tls13},
                                         Combination{KeyAlg::EcP256, KeyAlg::EcP384, TlsVersion::Tls12},
                                         Combination{KeyAlg::EcP384, KeyAlg::EcP256, TlsVersion::Tls12},
                                         Combination{KeyAlg::EcP256, KeyAlg::Rsa2048, TlsVersion::Tls13},
                                         Combination{KeyAlg::Rsa2048, KeyAlg::EcP256, TlsVersion::Tls13}));

TEST(Tls, AcceptsIntermediatesThatThePeerShows) {
    World world;
    SoftwareKey issuing_key = SoftwareKey::generate(KeyAlg::EcP384).value();
    const auto issuing = world.authority.builder().authority(issuing_key.public_value(), "Issuing", this_year(), 0).value();
    auto builder = CertificateBuilder::open(issuing, issuing_key).value();
    world.client_chain = {builder.device(world.client_key.public_value(), "test", "device-2", this_year()).value(), issuing};

    const auto outcome = Connection(world).handshake();

    EXPECT_TRUE(outcome.connected()) << (outcome.server ? "" : outcome.server.error().what);
}

TEST(Tls, FindsTheServerByItsAddress) {
    World world;
    world.host = kAddress;

    EXPECT_TRUE(Connection(world).handshake().connected());
}

TEST(Tls, EndsProperlyWithAGoodbye) {
    World world;
    Connection connection(world);
    ASSERT_TRUE(connection.handshake().connected());
    std::array<std::uint8_t, 8> buffer{};

    const auto closed = connection.server.close();
    const auto read = connection.client.read(buffer);

    ASSERT_TRUE(closed.has_value());
    ASSERT_TRUE(read.has_value()) << read.error().what;
    EXPECT_EQ(read->progress, TlsProgress::Ended);
}

TEST(Tls, NoticesWhenTheStreamIsCutWithoutAGoodbye) {
    World world;
    Connection connection(world);
    ASSERT_TRUE(connection.handshake().connected());
    std::array<std::uint8_t, 8> buffer{};

    connection.stream.server.reset();
    const auto read = connection.client.read(buffer);

    ASSERT_FALSE(read.has_value());
    EXPECT_EQ(read.error().kind, ErrorKind::Unavailable);
}

TEST(Tls, WaitsForAReaderWhoIsSlow) {
    World world;
    Connection connection(world);
    ASSERT_TRUE(connection.handshake().connected());
    const Bytes much(16'000, 1);

    TlsTransfer written;
    for (int i = 0; i < 1000 && written.progress == TlsProgress::Done; ++i) written = connection.client.write(much).value();

    EXPECT_EQ(written.progress, TlsProgress::WantWrite);
    EXPECT_EQ(written.octets, 0U);
}

TEST(Tls, IsRefusedByTheClientForWhatTheServerShows) {
    struct Case {
        std::string_view why;
        std::function<void(World&)> change;
    };
    const Validity last_year{at("2043-01-01T00:00:00Z"), at("2043-12-31T00:00:00Z")};
    const Validity next_year{at("2045-01-01T00:00:00Z"), at("2045-12-31T00:00:00Z")};
    Authority other;
    const std::vector<Case> cases = {
        {"issuer", [&](World& w) { w.server_chain = {other.server(w.server_key.public_value())}; }},
        {"expired", [&](World& w) { w.server_chain = {w.authority.server(w.server_key.public_value(), last_year)}; }},
        {"not yet valid", [&](World& w) { w.server_chain = {w.authority.server(w.server_key.public_value(), next_year)}; }},
        {"other.example", [](World& w) { w.host = "other.example"; }},
        {"192.0.2.8", [](World& w) { w.host = "192.0.2.8"; }},
        {"revoked", [](World& w) { w.client_trust.crls = {w.authority.revoking(w.server_chain.front())}; }},
        {"no current revocation list", [](World& w) { w.client_trust.revocation = Revocation::LeafNeeds; }},
    };

    for (const auto& [why, change] : cases) {
        for (const TlsVersion highest : {TlsVersion::Tls12, TlsVersion::Tls13}) {
            World world;
            world.client_trust.highest = highest;
            change(world);
            const auto outcome = Connection(world).handshake();

            ASSERT_FALSE(outcome.client.has_value()) << why;
            EXPECT_EQ(outcome.client.error().kind, ErrorKind::Rejected) << why;
            EXPECT_THAT(outcome.client.error().what, HasSubstr("TLS: server's certificate: ")) << why;
            EXPECT_THAT(outcome.client.error().what, HasSubstr(std::string(why)));
            EXPECT_EQ(world.client_key.signatures, 0) << "who refuses the server proves nothing to it";
            ASSERT_FALSE(outcome.server.has_value()) << why;
            if (!alerts_are_read(highest)) continue;
            EXPECT_EQ(outcome.server.error().kind, ErrorKind::Denied) << outcome.server.error().what;
            EXPECT_THAT(outcome.server.error().what, HasSubstr("TLS: peer refuses us: alert "));
        }
    }
}

TEST(Tls, ToleratesACertificateOfTheFutureWhereItsCallerDoes) {
    World world;
    const Validity next_year{at("2045-01-01T00:00:00Z"), at("2045-12-31T00:00:00Z")};
    world.server_chain = {world.authority.server(world.server_key.public_value(), next_year)};
    world.client_trust.tolerate_not_yet_valid = true;

    EXPECT_TRUE(Connection(world).handshake().connected());
}

TEST(Tls, IsRefusedByTheServerForWhatTheClientShows) {
    struct Case {
        std::string_view why;
        std::function<void(World&)> change;
    };
    const Validity last_year{at("2043-01-01T00:00:00Z"), at("2043-12-31T00:00:00Z")};
    Authority other;
    const std::vector<Case> cases = {
        {"issuer", [&](World& w) { w.client_chain = {other.device(w.client_key.public_value())}; }},
        {"expired", [&](World& w) { w.client_chain = {w.authority.device(w.client_key.public_value(), last_year)}; }},
        {"revoked", [](World& w) { w.server_trust.crls = {w.authority.revoking(w.client_chain.front())}; }},
        {"usage", [](World& w) { w.client_chain = {w.authority.server(w.client_key.public_value())}; }},
    };

    for (const auto& [why, change] : cases) {
        for (const TlsVersion highest : {TlsVersion::Tls12, TlsVersion::Tls13}) {
            World world;
            world.client_trust.highest = highest;
            change(world);
            const auto outcome = Connection(world).handshake();

            ASSERT_FALSE(outcome.server.has_value()) << why;
            EXPECT_EQ(outcome.server.error().kind, ErrorKind::Rejected) << why;
            EXPECT_THAT(outcome.server.error().what, HasSubstr("TLS: client's certificate: ")) << why;
            EXPECT_THAT(outcome.server.error().what, HasSubstr(std::string(why)));
            ASSERT_FALSE(outcome.client.has_value()) << why;
            if (!alerts_are_read(highest)) continue;
            EXPECT_EQ(outcome.client.error().kind, ErrorKind::Denied) << outcome.client.error().what;
            EXPECT_THAT(outcome.client.error().what, HasSubstr("TLS: peer refuses us: alert "));
        }
    }
}

// A TPM signs slowly. Meanwhile the server has refused the certificate, sent its alert and gone.
TEST(Tls, FindsTheAlertOfAServerThatWasGoneBeforeTheKeyHadSigned) {
    World world;
    Authority other;
    world.client_chain = {other.device(world.client_key.public_value())};
    world.client_trust.highest = TlsVersion::Tls12;
    Connection connection(world);
    world.client_key.while_signing = [&connection] {
        EXPECT_FALSE(connection.server.handshake().has_value());
        connection.stream.server.reset();
    };

    Result<TlsProgress> progress = TlsProgress::WantRead;
    for (int step = 0; step < 16 && progress && connection.stream.server.valid(); ++step) {
        progress = connection.client.handshake();
        if (connection.stream.server.valid()) static_cast<void>(connection.server.handshake());
    }
    if (progress) progress = connection.client.handshake();

    ASSERT_FALSE(progress.has_value());
    EXPECT_EQ(progress.error().kind, ErrorKind::Denied) << progress.error().what;
    EXPECT_THAT(progress.error().what, HasSubstr("alert "));
}

TEST(Tls, KeepsTheReasonWhyTheOwnKeyDidNotSign) {
    constexpr std::int64_t kPolicyFail = 0x99d;  // TPM_RC_POLICY_FAIL in session 1
    for (const TlsVersion highest : {TlsVersion::Tls12, TlsVersion::Tls13}) {
        for (const bool at_client : {true, false}) {
            World world;
            world.client_trust.highest = highest;
            (at_client ? world.client_key : world.server_key).failure = denied("TPM: policy does not hold", kPolicyFail);

            const auto outcome = Connection(world).handshake();

            const auto& own = at_client ? outcome.client : outcome.server;
            ASSERT_FALSE(own.has_value());
            EXPECT_EQ(own.error().kind, ErrorKind::Denied);
            EXPECT_EQ(own.error().native, kPolicyFail);
            EXPECT_EQ(own.error().what, "TLS: own key: TPM: policy does not hold");
            EXPECT_FALSE((at_client ? outcome.server : outcome.client).has_value());
        }
    }
}

TEST(Tls, IsUnavailableWhenThePeerClosesInMidHandshake) {
    for (const int steps : {0, 1}) {
        World world;
        world.client_trust.highest = TlsVersion::Tls12;
        Connection connection(world);
        for (int step = 0; step < steps; ++step) {
            ASSERT_TRUE(connection.client.handshake().has_value());
            ASSERT_TRUE(connection.server.handshake().has_value());
        }

        connection.stream.server.reset();
        auto progress = connection.client.handshake();
        if (progress) progress = connection.client.handshake();

        ASSERT_FALSE(progress.has_value());
        EXPECT_EQ(progress.error().kind, ErrorKind::Unavailable) << progress.error().what;
    }
}

TEST(Tls, IsRefusedWhenThePeerDoesNotSpeakIt) {
    constexpr std::string_view kOther = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n";
    World world;
    Stream to_client;
    Stream to_server;
    auto client = world.client(to_client.client.get()).value();
    auto server = world.server(to_server.server.get()).value();
    ASSERT_EQ(::send(to_client.server.get(), kOther.data(), kOther.size(), 0), static_cast<ssize_t>(kOther.size()));
    ASSERT_EQ(::send(to_server.client.get(), kOther.data(), kOther.size(), 0), static_cast<ssize_t>(kOther.size()));

    const auto of_client = client.handshake();
    const auto of_server = server.handshake();

    ASSERT_FALSE(of_client.has_value());
    EXPECT_EQ(of_client.error().kind, ErrorKind::Rejected) << of_client.error().what;
    ASSERT_FALSE(of_server.has_value());
    EXPECT_EQ(of_server.error().kind, ErrorKind::Rejected) << of_server.error().what;
}

TEST(Tls, IsRefusedWhenThePeerChoosesAnOldVersion) {
    // A ServerHello of TLS 1.1 (RFC 4346 §7.4.1.3) with a suite of that time, in a record of its own.
    Bytes hello = {0x16, 0x03, 0x02, 0x00, 0x2a, 0x02, 0x00, 0x00, 0x26, 0x03, 0x02};
    hello.insert(hello.end(), 32, 0x77);
    hello.insert(hello.end(), {0x00, 0xc0, 0x09, 0x00});
    World world;
    Stream stream;
    auto client = world.client(stream.client.get()).value();
    ASSERT_TRUE(client.handshake().has_value());
    ASSERT_EQ(::send(stream.server.get(), hello.data(), hello.size(), 0), static_cast<ssize_t>(hello.size()));

    const auto progress = client.handshake();

    ASSERT_FALSE(progress.has_value());
    EXPECT_EQ(progress.error().kind, ErrorKind::Rejected);
    EXPECT_EQ(progress.error().what, "TLS: peer speaks no accepted version of TLS");
}

TEST(Tls, NeverRecoversFromItsFirstFailure) {
    World world;
    world.host = "other.example";
    Connection connection(world);
    const auto first = connection.handshake().client;
    ASSERT_FALSE(first.has_value());
    std::array<std::uint8_t, 8> buffer{};

    EXPECT_EQ(connection.client.handshake().error().what, first.error().what);
    EXPECT_EQ(connection.client.read(buffer).error().what, first.error().what);
    EXPECT_EQ(connection.client.write(buffer).error().what, first.error().what);
    EXPECT_EQ(connection.client.close().error().what, first.error().what);
    EXPECT_FALSE(connection.client.details().has_value());
}

TEST(Tls, SendsNothingOfTheCallerBeforeTheHandshakeIsDone) {
    World world;
    Connection connection(world);

    const auto written = connection.client.write(as_bytes("secret"));

    ASSERT_TRUE(written.has_value());
    EXPECT_EQ(written->progress, TlsProgress::WantRead);
    EXPECT_EQ(written->octets, 0U);
}

TEST(Tls, IsNotOpenedWithWhatCanNotWork) {
    World world;
    Stream stream;
    const auto why = [&stream](World& changed) {
        const auto session = changed.client(stream.client.get());
        return session ? "opened" : session.error().what;
    };
    ASSERT_EQ(why(world), "opened");

    World without_anchors;
    without_anchors.client_trust.anchors.clear();
    EXPECT_EQ(why(without_anchors), "TLS: no trust anchors");
    World without_certificate;
    without_certificate.client_chain.clear();
    EXPECT_EQ(why(without_certificate), "TLS: no own certificate");
    World with_foreign_certificate;
    with_foreign_certificate.client_chain = world.client_chain;
    EXPECT_THAT(why(with_foreign_certificate), HasSubstr("belongs to another key"));
    World without_host;
    without_host.host.clear();
    EXPECT_EQ(why(without_host), "TLS: no host is expected");
}

}  // namespace
}  // namespace anchor::crypto
