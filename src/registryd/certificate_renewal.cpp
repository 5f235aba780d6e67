// SPDX-License-Identifier: Apache-2.0
#include "certificate_renewal.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include <anchor/crypto/certificate_builder.h>
#include <anchor/registry/broker_config.h>

#include "issuing_files.h"

namespace anchor::registryd {
namespace {

using crypto::Certificate;

constexpr std::chrono::hours kBackdated{1};

bool is_due(const Certificate& certificate, WallTime now) {
    const auto life = certificate.not_after() - certificate.not_before();
    return now >= certificate.not_before() && certificate.not_after() - now < life / 3;
}

std::vector<std::string> texts_of(const std::vector<Bytes>& addresses) {
    std::vector<std::string> texts;
    for (const Bytes& address : addresses) {
        std::array<char, INET6_ADDRSTRLEN> text{};
        const int family = address.size() == 4 ? AF_INET : AF_INET6;
        if (inet_ntop(family, address.data(), text.data(), text.size()) != nullptr) texts.emplace_back(text.data());
    }
    return texts;
}

Result<Certificate> like(const Certificate& old, const std::string& tenant, crypto::CertificateBuilder& builder,
                         crypto::Validity validity) {
    if (!old.allows(crypto::ExtendedUsage::ServerAuth)) return builder.device(old.public_key(), tenant, old.subject_cn(), validity);
    const crypto::AlternativeNames& names = old.alternative_names();
    return builder.server(old.public_key(), old.subject_cn(), names.dns, texts_of(names.addresses), validity);
}

// By an issuing authority that has been replaced: its successor certifies the same keys at once, and not when it is too late.
bool is_by_predecessor(const Folder& folder, const Certificate& certificate, WallTime now) {
    const auto predecessors = read_predecessors(folder, now);
    return predecessors && std::ranges::any_of(*predecessors, [&](const IssuingAuthority& one) {
               return certificate.verify_signature(one.chain.front().public_key()).has_value();
           });
}

Result<Renewal> renew(const Folder& folder, const std::string& tenant, const std::string& file, WallTime now) {
    ANCHOR_ASSIGN_OR_RETURN(const auto chain, read_certificates(file));
    const Certificate& old = chain.front();
    const bool orphaned = is_by_predecessor(folder, old, now);
    if (!is_due(old, now) && !orphaned) return Renewal::NotDue;
    ANCHOR_ASSIGN_OR_RETURN(auto authority, read_issuing(folder));
    const std::vector<Certificate>& issuing = authority.chain;
    ANCHOR_ASSIGN_OR_RETURN(auto builder, crypto::CertificateBuilder::open(issuing.front(), authority.key));
    if (!orphaned) ANCHOR_RETURN_IF_ERROR(old.verify_signature(issuing.front().public_key()));

    const WallTime since = std::chrono::floor<Seconds>(now) - kBackdated;
    const crypto::Validity validity{since, std::min<WallTime>(since + kServerLifetime, issuing.front().not_after())};
    if (validity.not_after <= (orphaned ? now : std::max(old.not_after(), now)))
        return denied("the issuing authority's own certificate ends too soon");
    ANCHOR_ASSIGN_OR_RETURN(const Certificate next, like(old, tenant, builder, validity));
    ANCHOR_RETURN_IF_ERROR(replace_file(file, as_bytes(next.pem() + issuing.front().pem()), 0644));
    return Renewal::Done;
}

}  // namespace

Result<Renewal> renew_certificate(const Folder& folder, const std::string& tenant, const std::string& file, WallTime now) {
    auto renewed = renew(folder, tenant, file, now);
    if (!renewed) return std::move(renewed).error().within("renew " + file);
    return renewed;
}

std::vector<std::string> renewable_certificates(const Folder& folder) {
    std::vector<std::string> files = {folder.broker() + "/" + registry::broker_file::kCertificate,
                                      folder.enroll_broker() + "/" + registry::broker_file::kCertificate};
    for (unsigned worker = 1; worker <= registry::kMostWorkers; ++worker) {
        std::error_code ignored;
        if (std::filesystem::exists(folder.client_certificate(worker), ignored)) files.push_back(folder.client_certificate(worker));
    }
    return files;
}

}  // namespace anchor::registryd
