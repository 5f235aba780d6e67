// SPDX-License-Identifier: Apache-2.0
#include "tls_peer.h"

#include <algorithm>
#include <array>

#include <mbedtls/x509_crt.h>

namespace anchor::crypto {
namespace {

// What Mbed TLS says from the process's clock, which may be wrong or set by an attacker, and from its own reading of names,
// which falls back to the common name.
constexpr std::uint32_t kJudgedByUs = MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE | MBEDTLS_X509_BADCRL_EXPIRED |
                                      MBEDTLS_X509_BADCRL_FUTURE | MBEDTLS_X509_BADCERT_CN_MISMATCH;

// Mbed TLS goes no further than eight authorities; what lies beyond never comes here.
constexpr std::size_t kLongestChain = 10;

Result<std::vector<Certificate>> presented(const mbedtls_x509_crt& leaf) {
    std::vector<Certificate> chain;
    for (const mbedtls_x509_crt* one = &leaf; one != nullptr && one->raw.p != nullptr; one = one->next) {
        if (chain.size() == kLongestChain) return rejected("more than " + std::to_string(kLongestChain) + " certificates");
        ANCHOR_ASSIGN_OR_RETURN(Certificate certificate, Certificate::from_der({one->raw.p, one->raw.len}));
        chain.push_back(std::move(certificate));
    }
    return chain;
}

}  // namespace

std::string certificate_flags_text(std::uint32_t flags) {
    std::array<char, 512> text{};
    const int size = mbedtls_x509_crt_verify_info(text.data(), text.size(), "", flags);
    if (size <= 0) return "refused";
    std::string line(text.data(), static_cast<std::size_t>(size));
    while (line.ends_with('\n')) line.pop_back();
    std::ranges::replace(line, '\n', ' ');
    return line;
}

TlsPeer::TlsPeer(const TlsTrust& trust, Purpose purpose) : trust_(trust), purpose_(std::move(purpose)) {}

void TlsPeer::watch(mbedtls_ssl_config& config) { mbedtls_ssl_conf_verify(&config, on_certificate, this); }

// Called for each certificate of the path that Mbed TLS found, the peer's own (depth 0) last; with that one, as it was
// presented, come all others.
int TlsPeer::on_certificate(void* self, mbedtls_x509_crt* certificate, int depth, std::uint32_t* flags) {
    auto& peer = *static_cast<TlsPeer*>(self);
    *flags &= ~kJudgedByUs;
    peer.library_flags_ |= *flags;
    if (depth != 0) return 0;

    auto verdict = peer.judge(*certificate);
    if (verdict && peer.library_flags_ != 0) verdict = rejected(certificate_flags_text(peer.library_flags_));
    if (verdict) {
        peer.accepted_ = *std::move(verdict);
    } else {
        peer.refusal_ = std::move(verdict).error().within(std::holds_alternative<ForServer>(peer.purpose_) ? "server's certificate"
                                                                                                           : "client's certificate");
        if (peer.library_flags_ == 0) *flags |= MBEDTLS_X509_BADCERT_OTHER;  // Mbed TLS ends the handshake for any flag
    }
    return 0;
}

Result<Certificate> TlsPeer::judge(const mbedtls_x509_crt& shown) const {
    ANCHOR_ASSIGN_OR_RETURN(std::vector<Certificate> chain, presented(shown));
    if (chain.empty()) return rejected("none was shown");
    Certificate leaf = std::move(chain.front());
    chain.erase(chain.begin());
    const ChainOptions options{
        .at = trust_.at, .purpose = purpose_, .revocation = trust_.revocation, .tolerate_not_yet_valid = trust_.tolerate_not_yet_valid};
    ANCHOR_ASSIGN_OR_RETURN(const auto path, verify_chain(leaf, chain, trust_.anchors, trust_.crls, options));
    return path.front();
}

}  // namespace anchor::crypto
