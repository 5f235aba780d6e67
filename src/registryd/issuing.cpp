// SPDX-License-Identifier: Apache-2.0
// The authorities that certificates hang on: the issuing CA on the registry's host, and the root that is elsewhere.
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <iostream>

#include <anchor/base/file.h>
#include <anchor/crypto/certificate_request.h>
#include <anchor/protocol/succession.h>
#include <anchor/registry/succession.h>

#include "anchors.h"

namespace anchor::registryd {
namespace {

constexpr std::size_t kLargestFile = 64UL * 1024;
constexpr std::chrono::hours kBackdated{1};

std::string next_key(const Folder& folder) { return folder.path("ca/issuing-next.key"); }

WallTime now() { return std::chrono::floor<Seconds>(std::chrono::system_clock::now()); }

crypto::Validity validity_of(unsigned years) { return {now() - kBackdated, now() + std::chrono::days(365L * years)}; }

Result<crypto::Certificate> read_certificate(const std::string& path) {
    ANCHOR_ASSIGN_OR_RETURN(auto certificates, read_certificates(path));
    return std::move(certificates.front());
}

Result<void> rename_file(const std::string& from, const std::string& to) {
    if (std::rename(from.c_str(), to.c_str()) != 0) return from_errno("rename " + from, errno);
    return {};
}

// The broker gets the list of one issuing CA. It would refuse every device whose certificate another one has issued.
Result<void> check_nobody_has_certificates(RegistryFiles& files) {
    ANCHOR_ASSIGN_OR_RETURN(const auto devices, files.store().devices());
    const auto having = std::ranges::count_if(devices, [](const auto& device) { return !device.certificates.empty(); });
    if (having == 0) return {};
    return denied(std::to_string(having) + " devices have certificates of the issuing CA in use: the broker would refuse them");
}

}  // namespace

Result<void> request_issuing(RegistryFiles& files, const std::string& out) {
    ANCHOR_ASSIGN_OR_RETURN(auto key, crypto::SoftwareKey::generate(KeyAlg::EcP256));
    ANCHOR_ASSIGN_OR_RETURN(const auto request, crypto::CertificateRequest::make(key, files.settings().tenant + " issuing", {}));
    ANCHOR_RETURN_IF_ERROR(write_key(next_key(files.folder()), key));
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

// The old certificate stays: what it has issued is still out there, and its revocations have to be signed.
Result<void> install_issuing(RegistryFiles& files, const std::string& path) {
    const Folder& folder = files.folder();
    ANCHOR_RETURN_IF_ERROR(check_nobody_has_certificates(files));
    ANCHOR_ASSIGN_OR_RETURN(const auto chain, read_certificates(path));
    ANCHOR_ASSIGN_OR_RETURN(auto key, read_key(next_key(folder)));
    if (chain.front().public_key() != key.public_value()) return rejected(path + ": is not for the key that was requested");
    ANCHOR_ASSIGN_OR_RETURN(const auto builder, crypto::CertificateBuilder::open(chain.front(), key));
    ANCHOR_ASSIGN_OR_RETURN(registry::Authority * authority, files.authority());
    std::vector<Bytes> ders;
    for (const auto& one : chain) ders.push_back(to_bytes(one.der()));
    ANCHOR_RETURN_IF_ERROR(protocol::check_leads_to(path, ders, authority->anchors().device_anchors));

    ANCHOR_ASSIGN_OR_RETURN(const auto old, read_certificate(folder.issuing_certificate()));
    const std::string kept = folder.path("ca/issuing-" + old.serial_text());
    std::string pem;
    for (const auto& one : chain) pem += one.pem();
    ANCHOR_RETURN_IF_ERROR(write_new(folder.issuing_certificate() + ".new", as_bytes(pem), 0644));
    // In between key and certificate do not belong together, and no registry starts: repeating the second half by hand mends it.
    ANCHOR_RETURN_IF_ERROR(rename_file(folder.issuing_certificate(), kept + ".pem"));
    ANCHOR_RETURN_IF_ERROR(rename_file(folder.issuing_key(), kept + ".key"));
    ANCHOR_RETURN_IF_ERROR(rename_file(next_key(folder), folder.issuing_key()));
    ANCHOR_RETURN_IF_ERROR(rename_file(folder.issuing_certificate() + ".new", folder.issuing_certificate()));
    std::cout << "issuing CA " << chain.front().serial_text() << " in the place of " << old.serial_text() << ": restart \"serve\"\n";
    return files.store().audit("issuing CA replaced", "", old.serial_text() + " by " + chain.front().serial_text(), files.clock().wall());
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
