// SPDX-License-Identifier: Apache-2.0
#include <anchor/crypto/tls_session.h>

#include <arpa/inet.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <mbedtls/net_sockets.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>

#include "external_key.h"
#include "mbedtls_error.h"
#include "mbedtls_owned.h"
#include "tls_alert.h"
#include "tls_config.h"
#include "tls_peer.h"

namespace anchor::crypto {
namespace {

using CertificateList = Owned<mbedtls_x509_crt, mbedtls_x509_crt_init, mbedtls_x509_crt_free>;
using SslConfig = Owned<mbedtls_ssl_config, mbedtls_ssl_config_init, mbedtls_ssl_config_free>;
using Ssl = Owned<mbedtls_ssl_context, mbedtls_ssl_init, mbedtls_ssl_free>;

// Session tickets that a peer may send in a row: OpenSSL sends two, more keep us from our work.
constexpr int kTicketsInARow = 16;

bool is_ticket(int code) {
#ifdef MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET
    return code == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET;
#else
    static_cast<void>(code);
    return false;
#endif
}

std::optional<TlsProgress> waiting(int code) {
    if (code == MBEDTLS_ERR_SSL_WANT_READ) return TlsProgress::WantRead;
    if (code == MBEDTLS_ERR_SSL_WANT_WRITE) return TlsProgress::WantWrite;
    return std::nullopt;
}

Result<void> fill(CertificateList& list, const std::vector<Certificate>& certificates, std::string_view name) {
    for (const Certificate& certificate : certificates) {
        const int code = mbedtls_x509_crt_parse_der(list.get(), certificate.der().data(), certificate.der().size());
        if (code != 0) return from_mbedtls(std::string(name) + " \"" + certificate.subject() + "\"", code);
    }
    return {};
}

bool is_address(const std::string& host) {
    in6_addr octets{};
    return inet_pton(AF_INET, host.c_str(), &octets) == 1 || inet_pton(AF_INET6, host.c_str(), &octets) == 1;
}

bool lost(int error) { return error == EPIPE || error == ECONNRESET; }

}  // namespace

// Destroyed from the end: the connection before the configuration, that before what it points to.
struct TlsSession::State {
    State(int stream, const TlsTrust& trust, Purpose purpose) : fd(stream), peer(trust, std::move(purpose)) {}

    static int send(void* self, const unsigned char* octets, std::size_t size);
    static int receive(void* self, unsigned char* octets, std::size_t size);

    [[nodiscard]] Result<void> prepare(TlsRole role, const TlsIdentity& identity, const TlsTrust& trust);
    /// Remembers and returns why a call failed: the deepest reason that is known.
    [[nodiscard]] Error fail(int code);
    [[nodiscard]] Error reason(int code);
    [[nodiscard]] Error fail_write();

    int fd;
    bool done = false;
    bool ended = false;
    bool write_lost = false;
    int io_error = 0;
    std::optional<Error> failure;

    TlsPeer peer;
    std::unique_ptr<ExternalKey> key;
    CertificateList own_chain;
    CertificateList anchors;
    SslConfig config;
    Ssl ssl;
};

// A peer that refuses us sends an alert and closes, often while we still wait for a TPM's signature; our next octets then
// meet a closed stream. Going on to read, as if they had been sent, is what finds the alert.
int TlsSession::State::send(void* self, const unsigned char* octets, std::size_t size) {
    auto& state = *static_cast<State*>(self);
    size = std::min<std::size_t>(size, INT32_MAX);
    if (state.write_lost) return static_cast<int>(size);
    const ssize_t sent = ::send(state.fd, octets, size, MSG_NOSIGNAL);
    if (sent >= 0) return static_cast<int>(sent);
    if (errno == EAGAIN || errno == EINTR) return MBEDTLS_ERR_SSL_WANT_WRITE;
    state.io_error = errno;
    if (!lost(errno)) return MBEDTLS_ERR_NET_SEND_FAILED;
    state.write_lost = true;
    return static_cast<int>(size);
}

int TlsSession::State::receive(void* self, unsigned char* octets, std::size_t size) {
    auto& state = *static_cast<State*>(self);
    const ssize_t received = ::recv(state.fd, octets, std::min<std::size_t>(size, INT32_MAX), 0);
    if (received >= 0) return static_cast<int>(received);
    if (errno == EAGAIN || errno == EINTR) return MBEDTLS_ERR_SSL_WANT_READ;
    state.io_error = errno;
    return MBEDTLS_ERR_NET_RECV_FAILED;
}

Result<void> TlsSession::State::prepare(TlsRole role, const TlsIdentity& identity, const TlsTrust& trust) {
    if (trust.anchors.empty()) return rejected("TLS: no trust anchors");
    if (identity.chain.empty()) return rejected("TLS: no own certificate");
    if (!equal(identity.chain.front().public_key().spki(), identity.key.public_key())) {
        return rejected("TLS: own certificate \"" + identity.chain.front().subject() + "\" belongs to another key");
    }
    ANCHOR_RETURN_IF_ERROR(fill(own_chain, identity.chain, "TLS: own certificate"));
    ANCHOR_RETURN_IF_ERROR(fill(anchors, trust.anchors, "TLS: trust anchor"));
    ANCHOR_ASSIGN_OR_RETURN(key, ExternalKey::make(identity.key));

    // Mbed TLS makes RSA-PSS signatures, which TLS 1.3 demands, only with keys in its own memory.
    const TlsVersion highest = is_elliptic(identity.key.algorithm()) ? trust.highest : TlsVersion::Tls12;
    ANCHOR_RETURN_IF_ERROR(configure_tls(*config.get(), role, highest));
    mbedtls_ssl_conf_ca_chain(config.get(), anchors.get(), nullptr);
    peer.watch(*config.get());
    int code = mbedtls_ssl_conf_own_cert(config.get(), own_chain.get(), key->context());
    if (code == 0) code = mbedtls_ssl_setup(ssl.get(), config.get());
    if (code != 0) return from_mbedtls("TLS configuration", code);
    mbedtls_ssl_set_bio(ssl.get(), this, send, receive, nullptr);
    return {};
}

Error TlsSession::State::reason(int code) {
    if (auto signer = key->take_signer_error()) return std::move(*signer).within("own key");
    if (peer.refusal()) return *peer.refusal();
    if (code == MBEDTLS_ERR_NET_SEND_FAILED || code == MBEDTLS_ERR_NET_RECV_FAILED) {
        return unavailable(std::string("connection lost: ") + std::strerror(io_error), io_error);
    }
    // What Mbed TLS found after our judge had spoken: a curve or a key usage that does not fit the suite.
    if (peer.accepted() && !done) {
        const std::uint32_t flags = mbedtls_ssl_get_verify_result(ssl.get());
        if (flags != 0 && flags != UINT32_MAX) return rejected("peer's certificate: " + certificate_flags_text(flags), code);
    }
    return from_tls(*ssl.get(), code);
}

Error TlsSession::State::fail(int code) {
    failure = reason(code).within("TLS");
    return *failure;
}

Error TlsSession::State::fail_write() {
    const int code = mbedtls_ssl_read(ssl.get(), nullptr, 0);  // an alert may tell why
    if (code < 0 && !waiting(code) && !is_ticket(code)) return fail(code);
    failure = unavailable(std::string("TLS: connection lost: ") + std::strerror(io_error), io_error);
    return *failure;
}

std::string_view to_string(TlsVersion version) noexcept { return version == TlsVersion::Tls12 ? "TLS 1.2" : "TLS 1.3"; }

TlsSession::TlsSession(std::unique_ptr<State> state) : state_(std::move(state)) {}
TlsSession::TlsSession(TlsSession&&) noexcept = default;
TlsSession& TlsSession::operator=(TlsSession&&) noexcept = default;
TlsSession::~TlsSession() = default;

Result<TlsSession> TlsSession::client(int fd, const TlsIdentity& identity, const TlsTrust& trust, std::string_view host) {
    if (host.empty()) return rejected("TLS: no host is expected");
    const std::string name(host);
    auto state = std::make_unique<State>(fd, trust, ForServer{name});
    ANCHOR_RETURN_IF_ERROR(state->prepare(TlsRole::Client, identity, trust));
    // RFC 6066 §3: addresses are not sent. Mbed TLS 3.6 wants to hear that the name is compared elsewhere.
    const char* const sni = is_address(name) ? nullptr : name.c_str();
    if (const int code = mbedtls_ssl_set_hostname(state->ssl.get(), sni); code != 0) return from_mbedtls("TLS host name", code);
    return TlsSession(std::move(state));
}

Result<TlsSession> TlsSession::server(int fd, const TlsIdentity& identity, const TlsTrust& trust) {
    auto state = std::make_unique<State>(fd, trust, ForClient{});
    ANCHOR_RETURN_IF_ERROR(state->prepare(TlsRole::Server, identity, trust));
    return TlsSession(std::move(state));
}

Result<TlsProgress> TlsSession::handshake() {
    State& state = *state_;
    if (state.failure) return *state.failure;
    if (state.done) return TlsProgress::Done;
    const int code = mbedtls_ssl_handshake(state.ssl.get());
    if (const auto wait = waiting(code)) return *wait;
    if (code != 0) return state.fail(code);
    // The last lock: whatever Mbed TLS may think, nobody passes whom our judge did not accept.
    if (!state.peer.accepted() || mbedtls_ssl_get_verify_result(state.ssl.get()) != 0) {
        state.failure = rejected("TLS: peer was not judged");
        return *state.failure;
    }
    state.done = true;
    return TlsProgress::Done;
}

Result<TlsTransfer> TlsSession::read(std::span<std::uint8_t> into) {
    State& state = *state_;
    ANCHOR_ASSIGN_OR_RETURN(const TlsProgress ready, handshake());
    if (ready != TlsProgress::Done) return TlsTransfer{ready};
    if (state.ended) return TlsTransfer{TlsProgress::Ended};
    if (into.empty()) return TlsTransfer{};
    int code = 0;
    for (int tickets = 0; tickets <= kTicketsInARow; ++tickets) {
        code = mbedtls_ssl_read(state.ssl.get(), into.data(), into.size());
        if (!is_ticket(code)) break;
    }
    if (code > 0) return TlsTransfer{TlsProgress::Done, static_cast<std::size_t>(code)};
    if (const auto wait = waiting(code)) return TlsTransfer{*wait};
    if (code == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) {
        state.ended = true;
        return TlsTransfer{TlsProgress::Ended};
    }
    return state.fail(code == 0 ? MBEDTLS_ERR_SSL_CONN_EOF : code);
}

Result<TlsTransfer> TlsSession::write(ByteView octets) {
    State& state = *state_;
    ANCHOR_ASSIGN_OR_RETURN(const TlsProgress ready, handshake());
    if (ready != TlsProgress::Done) return TlsTransfer{ready};
    if (octets.empty()) return TlsTransfer{};
    const int code = state.write_lost ? 0 : mbedtls_ssl_write(state.ssl.get(), octets.data(), octets.size());
    if (state.write_lost) return state.fail_write();
    if (const auto wait = waiting(code)) return TlsTransfer{*wait};
    if (code < 0) return state.fail(code);
    return TlsTransfer{TlsProgress::Done, static_cast<std::size_t>(code)};
}

Result<TlsProgress> TlsSession::close() {
    State& state = *state_;
    if (state.failure) return *state.failure;
    const int code = mbedtls_ssl_close_notify(state.ssl.get());
    if (const auto wait = waiting(code)) return *wait;
    if (code != 0) return state.fail(code);
    return TlsProgress::Done;
}

std::optional<TlsDetails> TlsSession::details() const {
    if (!state_->done) return std::nullopt;
    return TlsDetails{agreed_version(*state_->ssl.get()), mbedtls_ssl_get_ciphersuite(state_->ssl.get()), *state_->peer.accepted()};
}

}  // namespace anchor::crypto
