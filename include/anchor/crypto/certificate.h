// SPDX-License-Identifier: Apache-2.0
#pragma once

// Certificate: an X.509 certificate (RFC 5280 §4) as it was read, not as it was believed: parsing proves nothing
// about who made it, see chain.h. We read the structure ourselves and strictly, because the two Mbed TLS branches
// understand different extensions (2.28 knows neither key identifiers nor most alternative names) and a certificate
// must mean the same on both; keys and signatures are Mbed TLS's business.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <anchor/base/time.h>
#include <anchor/crypto/public_key.h>

namespace anchor::crypto {

/// RFC 5280 §4.2.1.3; the value is the number of the bit.
enum class KeyUsage : std::uint8_t {
    DigitalSignature = 0,
    NonRepudiation,
    KeyEncipherment,
    DataEncipherment,
    KeyAgreement,
    CertSign,
    CrlSign,
};

/// RFC 5280 §4.2.1.12, and TCG EK Credential Profile §3.2.16.
enum class ExtendedUsage : std::uint8_t { ServerAuth, ClientAuth, EndorsementKey, Any };

/// Subject alternative names (RFC 5280 §4.2.1.6). IP addresses have 4 or 16 octets; a directory name is its DER.
struct AlternativeNames {
    std::vector<std::string> dns;
    std::vector<std::string> uris;
    std::vector<Bytes> addresses;
    std::vector<Bytes> directory_names;

    friend bool operator==(const AlternativeNames&, const AlternativeNames&) = default;
};

/// How a certificate, CRL or request was signed. No value where we don't verify such signatures.
struct SignatureAlgorithm {
    SignatureScheme scheme;
    HashAlg hash;

    friend bool operator==(const SignatureAlgorithm&, const SignatureAlgorithm&) = default;
};

/// A value; copies share the immutable content. Views are valid as long as any copy lives. Any thread.
class Certificate {
public:
    static constexpr std::size_t kMaxSize = 16U << 10U;  ///< octets of one certificate
    static constexpr std::size_t kMaxBundle = 256;       ///< certificates in one bundle

    /// Exactly one certificate. Rejected: not DER, octets after the end, larger than kMaxSize, not version 3, a
    /// repeated extension, a malformed one that we know, a key that PublicKey refuses.
    [[nodiscard]] static Result<Certificate> from_der(ByteView der);
    /// One certificate as manufacturers leave it in a TPM's NV memory: what is left of the index after it is filled with
    /// 0xff or with 0x00. der() is the certificate without the filler. Rejected like from_der, and for any other filler.
    [[nodiscard]] static Result<Certificate> from_nv(ByteView octets);
    /// Exactly one "CERTIFICATE" block (RFC 7468 §5); text around it is ignored.
    [[nodiscard]] static Result<Certificate> from_pem(std::string_view pem);
    /// One to kMaxBundle blocks, in their order; a bad one is named by its number.
    [[nodiscard]] static Result<std::vector<Certificate>> bundle_from_pem(std::string_view pem);

    [[nodiscard]] ByteView der() const noexcept;
    [[nodiscard]] std::string pem() const;
    [[nodiscard]] Digest fingerprint() const;  ///< SHA-256 over der()

    /// The common name, empty where there is none; names as text ("C=CH, O=…"), with control characters escaped.
    [[nodiscard]] const std::string& subject_cn() const noexcept;
    [[nodiscard]] const std::string& subject() const noexcept;
    [[nodiscard]] const std::string& issuer() const noexcept;
    /// The names' DER, for comparing.
    [[nodiscard]] ByteView subject_name() const noexcept;
    [[nodiscard]] ByteView issuer_name() const noexcept;
    /// Big-endian, without a leading zero; and the same as lower-case hexadecimal.
    [[nodiscard]] ByteView serial() const noexcept;
    [[nodiscard]] std::string serial_text() const;
    [[nodiscard]] WallTime not_before() const noexcept;
    [[nodiscard]] WallTime not_after() const noexcept;
    [[nodiscard]] const PublicKey& public_key() const noexcept;
    [[nodiscard]] const AlternativeNames& alternative_names() const noexcept;

    /// True where the key usage extension names it; true too where there is no such extension.
    [[nodiscard]] bool allows(KeyUsage usage) const noexcept;
    /// Whether there is an extended key usage extension, and whether it names this purpose (or, for all but Any, anyExtendedKeyUsage).
    [[nodiscard]] bool has_extended_usage() const noexcept;
    [[nodiscard]] bool allows(ExtendedUsage usage) const noexcept;
    /// Basic constraints: may issue certificates, and how many more authorities may stand below it.
    [[nodiscard]] bool is_ca() const noexcept;
    [[nodiscard]] std::optional<std::uint32_t> path_length() const noexcept;
    /// Empty where the extension is missing.
    [[nodiscard]] ByteView subject_key_id() const noexcept;
    [[nodiscard]] ByteView authority_key_id() const noexcept;
    /// The object identifier, as text, of a critical extension that we don't process; empty where there is none. Name and policy
    /// constraints count as critical whatever they say of themselves: who wrote them meant to narrow something, and we would not keep to
    /// it.
    [[nodiscard]] const std::string& unknown_critical() const noexcept;
    /// Subject and issuer are the same name. Proves nothing: anyone can write that.
    [[nodiscard]] bool is_self_issued() const noexcept;

    [[nodiscard]] std::optional<SignatureAlgorithm> signature_algorithm() const noexcept;
    /// Whether this key made the certificate's signature. Rejected otherwise, and always for SHA-1.
    [[nodiscard]] Result<void> verify_signature(const PublicKey& issuer) const;

    friend bool operator==(const Certificate& a, const Certificate& b) noexcept { return equal(a.der(), b.der()); }

private:
    struct State;
    explicit Certificate(std::shared_ptr<const State> state) : state_(std::move(state)) {}
    std::shared_ptr<const State> state_;
};

}  // namespace anchor::crypto
