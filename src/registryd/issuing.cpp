// SPDX-License-Identifier: Apache-2.0
// The authorities that certificates hang on: the issuing CA on the registry's host, and the root that is elsewhere.
#include <algorithm>
#include <chrono>
#include <iostream>

#include <anchor/base/encoding.h>
#include <anchor/base/file.h>
#include <anchor/crypto/certificate_request.h>
#include <anchor/crypto/hash.h>
#include <anchor/protocol/revocations.h>
#include <anchor/protocol/succession.h>
#include <anchor/registry/succession.h>

#include "anchors.h"
#include "broker_guard.h"
#include "issuing_files.h"

namespace anchor::registryd {
namespace {

constexpr std::size_t kLargestFile = 64UL * 1024;
constexpr std::chrono::hours kBackdated{1};

WallTime now() { return std::chrono::floor<Seconds>(std::chrono::system_clock::now()); }

crypto::Validity validity_of(unsigned years) { return {now() - kBackdated, now() + std::chrono::days(365L * years)}; }

Result<crypto::Certificate> read_certificate(const std::string& path) {
    ANCHOR_ASSIGN_OR_RETURN(auto certificates, read_certificates(path));
    return std::move(certificates.front());
}

}  // namespace

// Each CA has a name of its own, so that a verifier that looks for an issuer by its name finds one. Asking again makes no other key: a
// request may be on its way to whoever keeps the root.
Result<void> request_issuing(RegistryFiles& files, const std::string& out) {
    ANCHOR_ASSIGN_OR_RETURN(auto key, next_issuing_key(files.folder()));
    const std::string mark = to_hex(crypto::hash(HashAlg::Sha256, key.public_key()).view().first(4));
    ANCHOR_ASSIGN_OR_RETURN(const auto request, crypto::CertificateRequest::make(key, files.settings().tenant + " issuing " + mark, {}));
    return write_new(out, as_bytes(request.pem()), 0644);
}

Result<void> certify_issuing(const IssuingCertificate& wanted) {
    ANCHOR_ASSIGN_OR_RETURN(const std::string text, read_text_file(wanted.request, kLargestFile));
    auto request = crypto::CertificateRequest::from_pem(text);
    if (!request) return std::move(request).error().within(wanted.request);
    ANCHOR_ASSIGN_OR_RETURN(auto root, read_certificate(wanted.root));
    ANCHOR_ASSIGN_OR_RETURN(const auto key, open_signer(wanted.root_key));
    crypto::Validity validity = validity_of(wanted.years);
    validity.not_after = std::min(validity.not_after, root.not_after());
    ANCHOR_ASSIGN_OR_RETURN(auto builder, crypto::CertificateBuilder::open(std::move(root), *key));
    ANCHOR_ASSIGN_OR_RETURN(const auto certificate, builder.authority(request->public_key(), request->subject_cn(), validity, 0));
    std::cout << "certified: " << certificate.subject() << ", serial " << certificate.serial_text() << "\n";
    return write_new(wanted.out, as_bytes(certificate.pem()), 0644);
}

Result<void> install_issuing(RegistryFiles& files, const std::string& path) {
    ANCHOR_ASSIGN_OR_RETURN(auto chain, read_certificates(path));
    ANCHOR_ASSIGN_OR_RETURN(registry::Authority * authority, files.authority());
    std::vector<Bytes> ders;
    for (const auto& one : chain) ders.push_back(to_bytes(one.der()));
    ANCHOR_RETURN_IF_ERROR(protocol::check_leads_to(path, ders, authority->anchors().device_anchors));
    const bool in_use = equal(authority->issuers().front(), crypto::hash(HashAlg::Sha256, chain.front().public_key().spki()).view());
    if (!in_use && authority->issuers().size() >= protocol::RevocationManifest::kMaxIssuers) {
        return denied(std::to_string(authority->issuers().size()) + " issuing CAs have certificates that count: no more fit");
    }
    ANCHOR_ASSIGN_OR_RETURN(const std::string before, put_in_place(files.folder(), chain));
    const std::string serial = chain.front().serial_text();
    if (before != serial) {
        ANCHOR_RETURN_IF_ERROR(files.store().atomically(
            [&] { return files.store().audit("issuing CA replaced", "", before + " by " + serial, files.clock().wall()); }));
    }
    // The broker lets in nobody of a CA whose list it has not.
    ANCHOR_ASSIGN_OR_RETURN(const auto reopened, RegistryFiles::open(files.folder().path()));
    ANCHOR_RETURN_IF_ERROR(renew_broker_list(*reopened));
    std::cout << "issuing CA " << serial << (before == serial ? " is in its place" : " in the place of " + before)
              << ": restart every \"serve\"\n";
    return {};
}

Result<void> make_root(const NewRoot& wanted) {
    ANCHOR_ASSIGN_OR_RETURN(const auto key, open_signer(wanted.key));
    ANCHOR_ASSIGN_OR_RETURN(const auto root, crypto::CertificateBuilder::root(*key, wanted.name, validity_of(wanted.years)));
    ANCHOR_RETURN_IF_ERROR(write_new(wanted.out, as_bytes(root.pem()), 0644));
    if (wanted.old_root.empty()) return {};
    ANCHOR_ASSIGN_OR_RETURN(auto old_root, read_certificate(wanted.old_root));
    ANCHOR_ASSIGN_OR_RETURN(const auto old_key, open_signer(wanted.old_key));
    crypto::Validity validity = validity_of(wanted.years);
    validity.not_after = std::min(validity.not_after, old_root.not_after());
    ANCHOR_ASSIGN_OR_RETURN(auto by_old, crypto::CertificateBuilder::open(std::move(old_root), *old_key));
    ANCHOR_ASSIGN_OR_RETURN(const auto cross, by_old.authority(root.public_key(), wanted.name, validity, 1));
    return write_new(wanted.cross_out, as_bytes(cross.pem()), 0644);
}

}  // namespace anchor::registryd
