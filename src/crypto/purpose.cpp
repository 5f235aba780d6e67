// SPDX-License-Identifier: Apache-2.0
#include "purpose.h"

#include <algorithm>
#include <array>

#include <arpa/inet.h>

namespace anchor::crypto {
namespace {

Error refuse(const Certificate& certificate, std::string_view why) {
    return rejected("certificate '" + certificate.subject() + "': " + std::string(why));
}

// The extended usage that a purpose asks for; none where it asks for none.
std::optional<ExtendedUsage> wanted_usage(const Purpose& purpose) {
    if (std::holds_alternative<ForServer>(purpose)) return ExtendedUsage::ServerAuth;
    if (std::holds_alternative<ForClient>(purpose)) return ExtendedUsage::ClientAuth;
    if (std::holds_alternative<ForEndorsement>(purpose)) return ExtendedUsage::EndorsementKey;
    return std::nullopt;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_name(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

bool matches(std::string_view pattern, std::string_view host) {
    if (!pattern.starts_with("*.")) return same_name(pattern, host);
    const std::size_t dot = host.find('.');
    if (dot == 0 || dot == std::string_view::npos) return false;
    const std::string_view rest = pattern.substr(2);
    // "*.com" would cover a whole registry; at least two labels must stand behind the star.
    return rest.find('.') != std::string_view::npos && same_name(rest, host.substr(dot + 1));
}

std::optional<Bytes> as_address(const std::string& host) {
    std::array<std::uint8_t, 16> octets{};
    if (inet_pton(AF_INET, host.c_str(), octets.data()) == 1) return to_bytes(ByteView(octets).first(4));
    if (inet_pton(AF_INET6, host.c_str(), octets.data()) == 1) return to_bytes(octets);
    return std::nullopt;
}

Result<void> check_tls(const Certificate& leaf, ExtendedUsage usage) {
    // Our suites sign in every handshake; a certificate for key agreement alone can't serve them.
    if (!leaf.has_extended_usage() || !leaf.allows(usage) || !leaf.allows(KeyUsage::DigitalSignature)) {
        return refuse(leaf, usage == ExtendedUsage::ServerAuth ? "wrong usage: not for a TLS server" : "wrong usage: not for a TLS client");
    }
    return {};
}

Result<void> check_endorsement(const Certificate& leaf) {
    if (leaf.is_ca()) return refuse(leaf, "wrong usage: a CA is no endorsement key");
    if (leaf.has_extended_usage() && !leaf.allows(ExtendedUsage::EndorsementKey)) {
        return refuse(leaf, "wrong usage: not for an endorsement key");
    }
    // An endorsement key decrypts or agrees on keys, and never signs (TCG EK Credential Profile).
    if (!leaf.allows(KeyUsage::KeyEncipherment) && !leaf.allows(KeyUsage::KeyAgreement)) {
        return refuse(leaf, "wrong usage: its key may neither encipher nor agree on keys");
    }
    return {};
}

}  // namespace

Result<void> check_purpose(const Certificate& leaf, const Purpose& purpose) {
    if (const auto* server = std::get_if<ForServer>(&purpose)) {
        ANCHOR_RETURN_IF_ERROR(check_tls(leaf, ExtendedUsage::ServerAuth));
        if (!is_for_host(leaf, server->host)) return refuse(leaf, "wrong host: not for '" + server->host + "'");
        return {};
    }
    if (std::holds_alternative<ForClient>(purpose)) return check_tls(leaf, ExtendedUsage::ClientAuth);
    if (std::holds_alternative<ForEndorsement>(purpose)) return check_endorsement(leaf);
    if (std::holds_alternative<ForAuthority>(purpose)) {
        if (!leaf.is_ca() || !leaf.allows(KeyUsage::CertSign)) return refuse(leaf, "wrong usage: no CA");
    }
    return {};
}

Result<void> check_purpose_of_issuer(const Certificate& authority, const Purpose& purpose) {
    const auto usage = wanted_usage(purpose);
    if (usage && authority.has_extended_usage() && !authority.allows(*usage)) {
        return refuse(authority, "wrong usage: issues for other purposes only");
    }
    return {};
}

bool is_for_host(const Certificate& certificate, std::string_view host) {
    const AlternativeNames& names = certificate.alternative_names();
    if (const auto address = as_address(std::string(host))) return std::ranges::find(names.addresses, *address) != names.addresses.end();
    if (host.empty()) return false;
    return std::ranges::any_of(names.dns, [host](const std::string& pattern) { return matches(pattern, host); });
}

}  // namespace anchor::crypto
