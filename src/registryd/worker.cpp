// SPDX-License-Identifier: Apache-2.0
#include "worker.h"

#include <algorithm>
#include <filesystem>

#include <spdlog/spdlog.h>

#include <anchor/base/encoding.h>
#include <anchor/crypto/certificate_builder.h>
#include <anchor/crypto/hash.h>
#include <anchor/crypto/random.h>
#include <anchor/registry/broker_config.h>

#include "certificate_renewal.h"
#include "issuing_files.h"

namespace anchor::registryd {
namespace {

constexpr std::chrono::hours kBackdated{1};
constexpr Seconds kLeadsWithoutLink{30};
constexpr Seconds kOthersFirst{5};

bool exists(const std::string& path) {
    std::error_code ignored;
    return std::filesystem::exists(path, ignored);
}

}  // namespace

Result<Worker> Worker::open(RegistryFiles& files, unsigned number) {
    if (number < 1 || number > registry::kMostWorkers) {
        return rejected("a worker has a number from 1 to " + std::to_string(registry::kMostWorkers));
    }
    ANCHOR_ASSIGN_OR_RETURN(auto self, ProcessLock::take(files.folder().client_lock(number)));
    if (!self) return denied("worker " + std::to_string(number) + " serves " + files.folder().path() + " already: give this one another");
    Worker worker(files, number, std::move(*self));
    // The key last, by which it is complete.
    if (!exists(files.folder().client_key(number))) ANCHOR_RETURN_IF_ERROR(worker.make_certificate());
    return worker;
}

Result<void> Worker::make_certificate() const {
    const Folder& folder = files_.folder();
    ANCHOR_ASSIGN_OR_RETURN(auto issuing, read_issuing(folder));
    ANCHOR_ASSIGN_OR_RETURN(auto builder, crypto::CertificateBuilder::open(issuing.chain.front(), issuing.key));
    ANCHOR_ASSIGN_OR_RETURN(const auto key, crypto::SoftwareKey::generate(KeyAlg::EcP256));
    const WallTime since = std::chrono::floor<Seconds>(files_.clock().wall()) - kBackdated;
    const crypto::Validity validity{since, std::min<WallTime>(since + kServerLifetime, issuing.chain.front().not_after())};
    const std::string name = registry::registry_name(number_);
    ANCHOR_ASSIGN_OR_RETURN(const auto certificate, builder.device(key.public_value(), files_.settings().tenant, name, validity));
    std::string pem = certificate.pem();
    for (const auto& above : issuing.chain) pem += above.pem();
    ANCHOR_RETURN_IF_ERROR(replace_file(folder.client_certificate(number_), as_bytes(pem), 0644));
    ANCHOR_RETURN_IF_ERROR(replace_file(folder.client_key(number_), key.to_pkcs8_pem().view(), 0600));
    return files_.store().atomically([&] { return files_.store().audit("worker made", "", name, files_.clock().wall()); });
}

bool Worker::leads(bool has_link, SteadyTime now) {
    if (has_link) useful_at_ = now;
    if (lead_ && now - useful_at_ < kLeadsWithoutLink) return true;
    if (lead_) {
        lead_.reset();
        again_at_ = now + kOthersFirst;
    }
    if (now < again_at_) return false;
    auto taken = ProcessLock::take(files_.folder().leader_lock());
    if (!taken) {
        spdlog::error("{}", taken.error().what);
        return false;
    }
    lead_ = std::move(*taken);
    if (lead_) useful_at_ = now;
    return lead_.has_value();
}

Result<LinkCredentials> Worker::at_fleet() const {
    LinkCredentials credentials;
    credentials.host = files_.settings().broker_host;
    credentials.port = files_.settings().broker_port;
    credentials.client_id = registry::registry_name(number_);
    credentials.time = [&clock = files_.clock()] { return LinkTime{clock.wall(), false}; };
    ANCHOR_ASSIGN_OR_RETURN(auto key, read_key(files_.folder().client_key(number_)));
    credentials.key = std::make_shared<crypto::SoftwareKey>(std::move(key));
    ANCHOR_ASSIGN_OR_RETURN(const auto chain, read_certificates(files_.folder().client_certificate(number_)));
    for (const auto& certificate : chain) credentials.certificate_chain.push_back(to_bytes(certificate.der()));
    ANCHOR_ASSIGN_OR_RETURN(registry::Authority * authority, files_.authority());
    credentials.anchors = authority->anchors().broker_anchors;  // as devices do
    return credentials;
}

// Strangers choose their client ids at this broker: whoever could guess this one could end the registry's connection.
LinkCredentials Worker::at_enrollment(LinkCredentials credentials) const {
    credentials.host = files_.settings().enroll_broker_host;
    credentials.port = files_.settings().enroll_broker_port;
    credentials.client_id = std::string(registry::kRegistryName) + "-" + to_hex(crypto::random_octets(16));
    return credentials;
}

Result<bool> Worker::knows_the_issuing_ca() const {
    ANCHOR_ASSIGN_OR_RETURN(registry::Authority * authority, files_.authority());
    ANCHOR_ASSIGN_OR_RETURN(const auto now, read_certificates(files_.folder().issuing_certificate()));
    return equal(authority->issuers().front(), crypto::hash(HashAlg::Sha256, now.front().public_key().spki()).view());
}

// What is renewed in a broker's folder counts once that broker reads it (SIGHUP).
void Worker::renew_certificates() const {
    const auto known = knows_the_issuing_ca();
    if (!known) return spdlog::error("certificates are not renewed: {}", known.error().what);
    if (!*known) return spdlog::error("certificates are not renewed: the issuing CA was replaced since this process began: restart it");
    for (const std::string& file : renewable_certificates(files_.folder())) {
        const auto renewed = renew_certificate(files_.folder(), files_.settings().tenant, file, files_.clock().wall());
        if (!renewed) {
            spdlog::error("{}", renewed.error().what);
        } else if (*renewed == Renewal::Done) {
            spdlog::warn("renewed {}: whoever reads it has to read it anew", file);
        }
    }
}

}  // namespace anchor::registryd
