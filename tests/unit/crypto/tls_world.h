// SPDX-License-Identifier: Apache-2.0
#pragma once

// A small world for TLS tests: one authority, a server and a client with keys that only sign, two ends of a stream. Its
// time is 2044, when the machine that runs the tests surely is not: the process's clock must not matter.

#include <fcntl.h>
#include <sys/socket.h>

#include <cstdlib>
#include <functional>
#include <map>

#include <anchor/base/unique_fd.h>
#include <anchor/crypto/certificate_builder.h>
#include <anchor/crypto/private_key.h>
#include <anchor/crypto/tls_session.h>

namespace anchor::crypto::tls_world {

inline constexpr std::string_view kHost = "broker.example";
inline constexpr std::string_view kAddress = "192.0.2.7";

inline WallTime at(std::string_view rfc3339) { return from_rfc3339(rfc3339).value(); }
inline WallTime now() { return at("2044-06-15T12:00:00Z"); }
inline Validity this_year() { return {at("2044-01-01T00:00:00Z"), at("2044-12-31T00:00:00Z")}; }

/// A key that is elsewhere: it signs, counts, and can fail.
class RemoteKey final : public DeviceKey {
public:
    explicit RemoteKey(KeyAlg alg) : key_(SoftwareKey::generate(alg).value()) {}

    [[nodiscard]] KeyAlg algorithm() const noexcept override { return key_.algorithm(); }
    [[nodiscard]] ByteView public_key() const noexcept override { return key_.public_key(); }
    [[nodiscard]] const PublicKey& public_value() const noexcept { return key_.public_value(); }
    [[nodiscard]] Result<Bytes> sign(SignatureScheme scheme, const Digest& digest) override {
        if (while_signing) while_signing();
        if (failure) return *failure;
        ++signatures;
        return key_.sign(scheme, digest);
    }

    std::function<void()> while_signing;
    std::optional<Error> failure;
    int signatures = 0;

private:
    SoftwareKey key_;
};

/// A root and what it issues.
struct Authority {
    SoftwareKey key = SoftwareKey::generate(KeyAlg::EcP256).value();
    Certificate root = CertificateBuilder::root(key, "Test root", {at("2040-01-01T00:00:00Z"), at("2050-01-01T00:00:00Z")}).value();

    CertificateBuilder builder() { return CertificateBuilder::open(root, key).value(); }
    Certificate server(const PublicKey& of, Validity validity = this_year()) {
        return builder().server(of, "broker", {std::string(kHost)}, {std::string(kAddress)}, validity).value();
    }
    Certificate device(const PublicKey& of, Validity validity = this_year()) {
        return builder().device(of, "test", "device-1", validity).value();
    }
    Crl revoking(const Certificate& certificate) {
        const RevokedCertificate entry{to_bytes(certificate.serial()), at("2044-05-01T00:00:00Z")};
        return issue_crl(root, key, {1, at("2044-06-01T00:00:00Z"), at("2044-07-01T00:00:00Z"), {entry}}).value();
    }
};

struct World {
    explicit World(KeyAlg server_alg = KeyAlg::EcP256, KeyAlg client_alg = KeyAlg::EcP256)
        : server_key(server_alg), client_key(client_alg) {}

    Authority authority;
    RemoteKey server_key;
    RemoteKey client_key;
    std::vector<Certificate> server_chain{authority.server(server_key.public_value())};
    std::vector<Certificate> client_chain{authority.device(client_key.public_value())};
    TlsTrust client_trust{.anchors = {authority.root}, .crls = {}, .at = now()};
    TlsTrust server_trust{.anchors = {authority.root}, .crls = {}, .at = now()};
    std::string host{kHost};

    [[nodiscard]] Result<TlsSession> client(int fd) { return TlsSession::client(fd, {client_key, client_chain}, client_trust, host); }
    [[nodiscard]] Result<TlsSession> server(int fd) { return TlsSession::server(fd, {server_key, server_chain}, server_trust); }
};

struct Stream {
    Stream() {
        int ends[2];
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0) std::abort();
        client.reset(ends[0]);
        server.reset(ends[1]);
    }
    UniqueFd client;
    UniqueFd server;
};

/// Both ends in one thread.
struct Connection {
    explicit Connection(World& world)
        : client(world.client(stream.client.get()).value()), server(world.server(stream.server.get()).value()) {}

    Stream stream;
    TlsSession client;
    TlsSession server;

    struct Outcome {
        Result<TlsProgress> client;
        Result<TlsProgress> server;
        [[nodiscard]] bool connected() const { return client && server && *client == TlsProgress::Done && *server == TlsProgress::Done; }
    };

    /// Until both are done, or one has failed, closed its end, and the other has seen it.
    Outcome handshake() {
        Outcome outcome{TlsProgress::WantRead, TlsProgress::WantRead};
        for (int step = 0; step < 64 && !outcome.connected(); ++step) {
            if (outcome.client) outcome.client = client.handshake();
            if (!outcome.client) ::shutdown(stream.client.get(), SHUT_RDWR);
            if (outcome.server) outcome.server = server.handshake();
            if (!outcome.server) ::shutdown(stream.server.get(), SHUT_WR);
            if (!outcome.client && !outcome.server) break;
        }
        // A client of TLS 1.3 is done before the server has judged it, and learns the verdict when it reads.
        if (outcome.client && !outcome.server) {
            std::uint8_t octet = 0;
            if (auto read = client.read({&octet, 1}); !read) outcome.client = std::move(read).error();
        }
        return outcome;
    }
};

}  // namespace anchor::crypto::tls_world
