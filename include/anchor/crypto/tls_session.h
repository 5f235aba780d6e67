// SPDX-License-Identifier: Apache-2.0
#pragma once

// TlsSession: one mutually authenticated TLS connection over a stream that somebody else opened, with a private key that
// may live in a TPM. The peer is hostile until handshake() said Done; nothing it sent before reaches the caller.
//
// The peer's certificate has two judges inside the handshake, and both must agree: Mbed TLS, except for what it reads from
// the process's clock, and verify_chain() with the caller's time, revocation lists and expected host. So what either of
// them overlooks does not pass, a wrong or forged system clock decides nothing, and a client's key signs nothing for a
// server that was refused.
//
// TLS 1.2, and 1.3 where Mbed TLS has it; ECDHE with AES-GCM or ChaCha20-Poly1305; P-256, P-384, X25519. No renegotiation, no
// resumption: each connection proves anew that the device still has its key. An own RSA key means TLS 1.2.

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <anchor/base/result.h>
#include <anchor/core/device_key.h>
#include <anchor/crypto/chain.h>

namespace anchor::crypto {

enum class TlsVersion : std::uint8_t { Tls12, Tls13 };

/// "TLS 1.2", "TLS 1.3".
[[nodiscard]] std::string_view to_string(TlsVersion version) noexcept;

/// What we show: the certificate of the key first, then what leads to the peer's anchors. The key must outlive the session.
struct TlsIdentity {
    DeviceKey& key;
    std::vector<Certificate> chain;
};

/// What we accept: see ChainOptions for the meaning of the members they share.
struct TlsTrust {
    std::vector<Certificate> anchors;
    std::vector<Crl> crls;
    WallTime at;  ///< the time by which the peer is judged; the process's clock is not asked
    Revocation revocation = Revocation::WhereKnown;
    bool tolerate_not_yet_valid = false;
    TlsVersion highest = TlsVersion::Tls13;
};

enum class TlsProgress : std::uint8_t {
    Done,
    WantRead,   ///< Call again when the stream is readable,
    WantWrite,  ///< or writable.
    Ended,      ///< The peer said goodbye properly (close_notify): what was read is all there is.
};

struct TlsTransfer {
    TlsProgress progress = TlsProgress::Done;
    std::size_t octets = 0;
};

/// What was agreed on, for status.
struct TlsDetails {
    TlsVersion version;
    std::string suite;
    Certificate peer;
};

/// One thread at a time. After the first error every call returns that error. Nothing blocks but the DeviceKey; deadlines
/// are the caller's. Errors of handshake(), read(), write() and close() alike:
///   Rejected     the peer's certificate (says what is wrong with it), its protocol version, or what it sends is refused
///   Denied       the peer refuses us and says so by an alert, which is named; most often it is our certificate
///   Unavailable  the connection was lost, or ended without close_notify (somebody may have cut it); the peer has trouble
///   and the error of the DeviceKey, kind and `native` as they were, where it did not sign
class TlsSession {
public:
    /// `fd` is a connected, non-blocking stream socket, borrowed; set TCP_NODELAY on it, the handshake is much faster then.
    /// `host` is the name or IP address that the peer's certificate must carry; a name is sent as SNI too.
    /// Rejected: a host that can't be one, an identity whose key is not that of its certificate, no anchors. Denied: this
    /// Mbed TLS is not one that we can lend a key to.
    [[nodiscard]] static Result<TlsSession> client(int fd, const TlsIdentity& identity, const TlsTrust& trust, std::string_view host);
    /// The peer must show a certificate for client authentication.
    [[nodiscard]] static Result<TlsSession> server(int fd, const TlsIdentity& identity, const TlsTrust& trust);

    TlsSession(TlsSession&&) noexcept;
    TlsSession& operator=(TlsSession&&) noexcept;
    /// Wipes all secrets. Says no goodbye: see close().
    ~TlsSession();

    /// Goes on with the handshake as far as it gets. In TLS 1.3 a client is Done before the server has judged it: a refusal
    /// comes with the first read().
    [[nodiscard]] Result<TlsProgress> handshake();
    /// Done with at least one octet, or the other states with none. Read until WantRead before waiting for the stream: octets
    /// may wait inside. Carries on the handshake where it is not done.
    [[nodiscard]] Result<TlsTransfer> read(std::span<std::uint8_t> into);
    /// Done with the number of octets taken, which may be fewer. After WantWrite or WantRead repeat with the same octets.
    [[nodiscard]] Result<TlsTransfer> write(ByteView octets);
    /// Says goodbye (close_notify), so that the peer knows that nothing was cut off. The stream stays open.
    [[nodiscard]] Result<TlsProgress> close();

    /// No value before the handshake is done.
    [[nodiscard]] std::optional<TlsDetails> details() const;

private:
    struct State;
    explicit TlsSession(std::unique_ptr<State> state);

    std::unique_ptr<State> state_;
};

}  // namespace anchor::crypto
