// SPDX-License-Identifier: Apache-2.0
#include "init.h"

#include <arpa/inet.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <iostream>

#include <anchor/base/file.h>
#include <anchor/crypto/certificate_builder.h>
#include <anchor/protocol/anchor_set.h>
#include <anchor/protocol/enrollment.h>
#include <anchor/protocol/signing.h>
#include <anchor/protocol/topics.h>
#include <anchor/registry/broker_config.h>
#include <anchor/registry/store.h>

#include "broker_guard.h"
#include "certificate_renewal.h"
#include "configuration.h"
#include "folder.h"

namespace anchor::registryd {
namespace {

using crypto::Certificate;
using crypto::CertificateBuilder;
using crypto::SoftwareKey;
using protocol::DocumentKind;

constexpr std::chrono::hours kBackdated{1};
constexpr std::chrono::days kRootLifetime{40 * 365};
constexpr std::chrono::days kIssuingLifetime{20 * 365};

// The keys and certificates of a new fleet, while they are all in one place for the only time.
struct Fleet {
    SoftwareKey root_key, issuing_key, claim_root_key, broker_key, enroll_broker_key, client_key, online_key, claim_key;
    std::vector<SoftwareKey> authority;  // empty where they were made elsewhere
    crypto::JwsKeys authority_public;
    std::vector<Certificate> certificates;  // in the order of Which
};
enum Which : std::size_t { kRoot, kIssuing, kClaimRoot, kBroker, kEnrollBroker, kClient, kClaim };

WallTime now() { return std::chrono::floor<Milliseconds>(std::chrono::system_clock::now()); }

bool is_address(const std::string& host) {
    std::array<unsigned char, 16> octets{};
    return inet_pton(AF_INET, host.c_str(), octets.data()) == 1 || inet_pton(AF_INET6, host.c_str(), octets.data()) == 1;
}

Result<registry::Settings> settings_of(const InitOptions& options) {
    registry::Settings settings;
    ANCHOR_ASSIGN_OR_RETURN(settings.tenant, protocol::check_name("tenant", options.tenant));
    ANCHOR_RETURN_IF_ERROR(protocol::check_name("batch", options.batch));
    const bool made_here = options.authority_public.empty();
    if (options.threshold < 1 || (made_here && options.threshold > options.authority_keys) || options.authority_keys > 15) {
        return rejected("--threshold must be from 1 to --authority-keys, and these at most 15");
    }
    if (std::max({options.enroll_port, options.fleet_port, options.enroll_registry_port}) > 65535) return rejected("a port is 1 to 65535");
    settings.broker_host = options.host;
    settings.broker_port = static_cast<std::uint16_t>(options.fleet_port);
    settings.enroll_broker_host = options.host;
    settings.enroll_broker_port = static_cast<std::uint16_t>(options.enroll_registry_port);
    settings.claim_host = options.host;
    settings.claim_port = static_cast<std::uint16_t>(options.enroll_port);
    settings.allow_uncertified_ek = options.allow_uncertified_ek;
    settings.allow_software_keys = options.allow_software_keys;
    settings.require_approval = options.require_approval;
    return settings;
}

Result<SoftwareKey> new_key() { return SoftwareKey::generate(KeyAlg::EcP256); }

Result<Fleet> make_keys(unsigned authority_keys) {
    std::vector<SoftwareKey> keys;
    constexpr std::size_t kOthers = 8;
    for (std::size_t i = 0; i < kOthers + authority_keys; ++i) {
        ANCHOR_ASSIGN_OR_RETURN(auto key, new_key());
        keys.push_back(std::move(key));
    }
    Fleet fleet{std::move(keys[0]),
                std::move(keys[1]),
                std::move(keys[2]),
                std::move(keys[3]),
                std::move(keys[4]),
                std::move(keys[5]),
                std::move(keys[6]),
                std::move(keys[7]),
                {},
                {},
                {}};
    for (std::size_t i = kOthers; i < keys.size(); ++i) {
        fleet.authority_public.emplace(keys[i].public_value().thumbprint(), keys[i].public_value());
        fleet.authority.push_back(std::move(keys[i]));
    }
    return fleet;
}

// Claims hang on a root of their own: where the broker lets devices in, nobody with a claim certificate gets through.
Result<void> make_certificates(Fleet& fleet, const InitOptions& options) {
    const WallTime since = std::chrono::floor<Seconds>(now()) - kBackdated;  // certificates know whole seconds
    const crypto::Validity long_lived{since, since + kRootLifetime};
    const crypto::Validity server{since, since + kServerLifetime};
    ANCHOR_ASSIGN_OR_RETURN(const auto root, CertificateBuilder::root(fleet.root_key, options.tenant + " root", long_lived));
    ANCHOR_ASSIGN_OR_RETURN(auto by_root, CertificateBuilder::open(root, fleet.root_key));
    ANCHOR_ASSIGN_OR_RETURN(const auto issuing, by_root.authority(fleet.issuing_key.public_value(), options.tenant + " issuing",
                                                                  {since, since + kIssuingLifetime}, 0));
    ANCHOR_ASSIGN_OR_RETURN(const auto claim_root, CertificateBuilder::root(fleet.claim_root_key, options.tenant + " claims", long_lived));
    ANCHOR_ASSIGN_OR_RETURN(auto by_issuing, CertificateBuilder::open(issuing, fleet.issuing_key));
    ANCHOR_ASSIGN_OR_RETURN(auto by_claim_root, CertificateBuilder::open(claim_root, fleet.claim_root_key));
    const std::vector<std::string> host{options.host};
    const std::vector<std::string> none;
    const bool address = is_address(options.host);
    const auto server_for = [&](const SoftwareKey& key) {
        return by_issuing.server(key.public_value(), "broker", address ? none : host, address ? host : none, server);
    };
    ANCHOR_ASSIGN_OR_RETURN(const auto broker, server_for(fleet.broker_key));
    ANCHOR_ASSIGN_OR_RETURN(const auto enroll_broker, server_for(fleet.enroll_broker_key));
    ANCHOR_ASSIGN_OR_RETURN(const auto client,
                            by_issuing.device(fleet.client_key.public_value(), options.tenant, registry::kRegistryName, server));
    ANCHOR_ASSIGN_OR_RETURN(const auto claim,
                            by_claim_root.claim(fleet.claim_key.public_value(), options.tenant, options.batch, long_lived));
    fleet.certificates = {root, issuing, claim_root, broker, enroll_broker, client, claim};
    return {};
}

protocol::AnchorSet anchor_set_of(const Fleet& fleet, unsigned threshold) {
    protocol::AnchorSet set{.version = 1};
    protocol::Role online{{fleet.online_key.public_value().thumbprint()}, 1};
    protocol::Role offline{{}, threshold};
    set.keys.emplace(online.kids.front(), fleet.online_key.public_value());
    for (const auto& [kid, key] : fleet.authority_public) {
        offline.kids.push_back(kid);
        set.keys.emplace(kid, key);
    }
    for (std::size_t i = 0; i < protocol::kDocumentKindCount; ++i) {
        const auto kind = static_cast<DocumentKind>(i);
        set.roles.emplace(kind, protocol::is_offline(kind) ? offline : online);
    }
    set.broker_anchors = {to_bytes(fleet.certificates[kRoot].der())};
    set.device_anchors = set.broker_anchors;
    return set;
}

protocol::Document first_anchors(const Fleet& fleet, const InitOptions& options) {
    return {.kind = DocumentKind::Anchors,
            .tenant = options.tenant,
            .audience = protocol::audience_fleet(),
            .name = {},
            .version = 1,
            .issued = now(),
            .not_after = std::nullopt,
            .body = protocol::to_json(anchor_set_of(fleet, options.threshold))};
}

// Nothing where the keys are elsewhere.
Result<std::string> signed_anchors(Fleet& fleet, const protocol::Document& document) {
    if (fleet.authority.empty()) return std::string();
    std::vector<crypto::JwsSigner> signers;
    for (SoftwareKey& key : fleet.authority) signers.push_back({key.public_value().thumbprint(), key});
    return protocol::sign(document, signers);
}

// Keys that were made elsewhere: only their public halves are here, ever.
Result<crypto::JwsKeys> read_authority(const InitOptions& options) {
    crypto::JwsKeys keys;
    for (const std::string& path : options.authority_public) {
        ANCHOR_ASSIGN_OR_RETURN(auto more, read_public_keys(path));
        keys.merge(more);
    }
    return keys;
}

Result<void> write_text(const std::string& path, std::string_view text) { return write_new(path, as_bytes(text), 0644); }

std::string authority_folder(const Folder& folder, const InitOptions& options) {
    return options.authority_folder.empty() ? folder.authority() : options.authority_folder;
}

Result<void> write_authority(const Folder& folder, const Fleet& fleet, const InitOptions& options) {
    const Folder authority(authority_folder(folder, options));
    ANCHOR_RETURN_IF_ERROR(authority.make(""));
    ANCHOR_RETURN_IF_ERROR(write_key(authority.path("root.key"), fleet.root_key));
    ANCHOR_RETURN_IF_ERROR(write_key(authority.path("claims.key"), fleet.claim_root_key));
    for (std::size_t i = 0; i < fleet.authority.size(); ++i) {
        ANCHOR_RETURN_IF_ERROR(write_key(authority.path("authority-" + std::to_string(i + 1) + ".key"), fleet.authority[i]));
    }
    std::string public_keys;
    for (const auto& [kid, key] : fleet.authority_public) public_keys += key.pem();
    return write_text(folder.authority_public_keys(), public_keys);
}

Result<void> write_online(const Folder& folder, const Fleet& fleet) {
    const auto& certificates = fleet.certificates;
    ANCHOR_RETURN_IF_ERROR(folder.make("ca"));
    ANCHOR_RETURN_IF_ERROR(write_text(folder.root_certificate(), certificates[kRoot].pem()));
    ANCHOR_RETURN_IF_ERROR(write_text(folder.issuing_certificate(), certificates[kIssuing].pem()));
    ANCHOR_RETURN_IF_ERROR(write_key(folder.issuing_key(), fleet.issuing_key));
    ANCHOR_RETURN_IF_ERROR(write_key(folder.online_key(), fleet.online_key));
    ANCHOR_RETURN_IF_ERROR(write_text(folder.client_certificate(), certificates[kClient].pem() + certificates[kIssuing].pem()));
    return write_key(folder.client_key(), fleet.client_key);
}

// Root makes the folders for others. What is in them can then be opened by nobody else; the way to them is open.
Result<void> give_to(const std::string& user, const std::string& folder, mode_t mode) {
    if (geteuid() != 0) return {};
    const passwd* found = getpwnam(user.c_str());
    if (found == nullptr) return denied("there is no user \"" + user + "\" on this machine");
    std::error_code error;
    std::vector<std::string> paths{folder};
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, error)) paths.push_back(entry.path().string());
    for (const std::string& path : paths) {
        if (lchown(path.c_str(), found->pw_uid, found->pw_gid) != 0) return from_errno("chown " + path, errno);
    }
    if (chmod(folder.c_str(), mode) != 0) return from_errno("chmod " + folder, errno);
    return {};
}

std::string broker_user(const InitOptions& options) {
    if (!options.broker_user.empty()) return options.broker_user;
    const passwd* self = getpwuid(geteuid());
    return self != nullptr ? self->pw_name : "mosquitto";
}

std::string enroll_broker_user(const InitOptions& options) {
    return options.enroll_broker_user.empty() ? broker_user(options) : options.enroll_broker_user;
}

// The registry renews what the brokers read: its user is in their groups. The whole folder comes before those in it.
Result<void> give_away(const Folder& folder, const InitOptions& options) {
    ANCHOR_RETURN_IF_ERROR(give_to(options.user.empty() ? "root" : options.user, folder.path(), 0711));
    ANCHOR_RETURN_IF_ERROR(give_to(broker_user(options), folder.broker(), 0770));
    return give_to(enroll_broker_user(options), folder.enroll_broker(), 0770);
}

// What each of the two brokers reads: its configuration and key, with the certificates behind it.
Result<void> write_broker(const Folder& broker, const std::string& configuration, const SoftwareKey& key, const Certificate& certificate,
                          const Fleet& fleet) {
    namespace file = registry::broker_file;
    ANCHOR_RETURN_IF_ERROR(broker.make(""));
    ANCHOR_RETURN_IF_ERROR(write_text(broker.path(file::kConfiguration), configuration));
    ANCHOR_RETURN_IF_ERROR(write_text(broker.path(file::kDeviceAuthority), fleet.certificates[kRoot].pem()));
    ANCHOR_RETURN_IF_ERROR(write_text(broker.path(file::kCertificate), certificate.pem() + fleet.certificates[kIssuing].pem()));
    return write_key(broker.path(file::kKey), key);
}

Result<void> write_fleet_broker(const Folder& broker, const registry::BrokerFiles& files, const Fleet& fleet) {
    namespace file = registry::broker_file;
    ANCHOR_RETURN_IF_ERROR(write_broker(broker, files.configuration, fleet.broker_key, fleet.certificates[kBroker], fleet));
    ANCHOR_RETURN_IF_ERROR(broker.make(file::kData));
    return write_new(broker.path(file::kFleetAccess), as_bytes(files.fleet_access), 0600);
}

Result<void> write_enroll_broker(const Folder& broker, const registry::BrokerFiles& files, const Fleet& fleet) {
    namespace file = registry::broker_file;
    ANCHOR_RETURN_IF_ERROR(
        write_broker(broker, files.enroll_configuration, fleet.enroll_broker_key, fleet.certificates[kEnrollBroker], fleet));
    ANCHOR_RETURN_IF_ERROR(write_text(broker.path(file::kClaimAuthority), fleet.certificates[kClaimRoot].pem()));
    ANCHOR_RETURN_IF_ERROR(write_new(broker.path(file::kClaimAccess), as_bytes(files.claim_access), 0600));
    return write_new(broker.path(file::kRegistryAccess), as_bytes(files.registry_access), 0600);
}

Result<registry::BrokerFiles> broker_files_of(const Folder& folder, const InitOptions& options) {
    registry::BrokerSettings settings{.tenant = options.tenant, .folder = folder.broker(), .enroll_folder = folder.enroll_broker()};
    settings.bind_address = options.bind_address;
    settings.fleet_port = static_cast<std::uint16_t>(options.fleet_port);
    settings.enroll_port = static_cast<std::uint16_t>(options.enroll_port);
    settings.enroll_registry_port = static_cast<std::uint16_t>(options.enroll_registry_port);
    settings.user = broker_user(options);
    settings.enroll_user = enroll_broker_user(options);
    settings.with_crl = true;
    return registry::broker_files(settings);
}

Result<void> write_bundle(const Folder& folder, const Fleet& fleet, const InitOptions& options, const std::string& anchors) {
    protocol::ClaimBundle bundle;
    bundle.tenant = options.tenant;
    bundle.claim = options.batch;
    bundle.host = options.host;
    bundle.port = static_cast<std::uint16_t>(options.enroll_port);
    bundle.certificates = {to_bytes(fleet.certificates[kClaim].der())};
    bundle.private_key = fleet.claim_key.to_pkcs8_pem();
    bundle.anchors = anchors;
    bundle.authority = fleet.authority_public;
    const std::string path = folder.path("claim-" + options.batch + ".json");
    return write_new(anchors.empty() ? path + ".draft" : path, protocol::encode(bundle).view(), 0600);
}

Result<void> write_store(const Folder& folder, const std::string& batch, const std::string& anchors) {
    // SQLite makes its files with the mode of the database, so that one has to be there first.
    ANCHOR_RETURN_IF_ERROR(write_new(folder.database(), {}, 0600));
    ANCHOR_ASSIGN_OR_RETURN(const auto store, registry::Store::open(folder.database()));
    return store->atomically([&]() -> Result<void> {
        ANCHOR_RETURN_IF_ERROR(store->add_batch(batch, now()));
        if (anchors.empty()) return store->audit("init", "", "registry made, its first trust-anchor set waits for signatures", now());
        ANCHOR_RETURN_IF_ERROR(store->save({DocumentKind::Anchors, "", 1, protocol::audience_fleet(), anchors, now()}));
        return store->audit("init", "", "registry made, trust-anchor set version 1", now());
    });
}

// The broker does not start without one.
Result<void> write_first_list(const Folder& folder) {
    ANCHOR_ASSIGN_OR_RETURN(const auto files, RegistryFiles::open(folder.path()));
    return renew_broker_list(*files);
}

}  // namespace

Result<void> init(const InitOptions& options) {
    ANCHOR_ASSIGN_OR_RETURN(const auto settings, settings_of(options));
    const Folder folder(options.folder);
    std::error_code ignored;
    if (std::filesystem::exists(folder.database(), ignored)) return denied(folder.path() + " has a registry already");
    for (const std::string& user : {options.user, options.broker_user, options.enroll_broker_user}) {
        if (!user.empty() && getpwnam(user.c_str()) == nullptr) return denied("there is no user \"" + user + "\" on this machine");
    }
    ANCHOR_ASSIGN_OR_RETURN(const auto broker_files, broker_files_of(folder, options));
    ANCHOR_ASSIGN_OR_RETURN(crypto::JwsKeys elsewhere, read_authority(options));
    if (!elsewhere.empty() && options.threshold > elsewhere.size()) return rejected("--threshold is more than the keys that were given");
    ANCHOR_ASSIGN_OR_RETURN(Fleet fleet, make_keys(elsewhere.empty() ? options.authority_keys : 0));
    if (!elsewhere.empty()) fleet.authority_public = std::move(elsewhere);
    ANCHOR_RETURN_IF_ERROR(make_certificates(fleet, options));
    const protocol::Document first = first_anchors(fleet, options);
    ANCHOR_ASSIGN_OR_RETURN(const std::string anchors, signed_anchors(fleet, first));

    ANCHOR_RETURN_IF_ERROR(folder.make(""));
    ANCHOR_RETURN_IF_ERROR(write_text(folder.configuration(), configuration_text(settings)));
    ANCHOR_RETURN_IF_ERROR(write_authority(folder, fleet, options));
    ANCHOR_RETURN_IF_ERROR(write_online(folder, fleet));
    ANCHOR_RETURN_IF_ERROR(write_fleet_broker(Folder(folder.broker()), broker_files, fleet));
    ANCHOR_RETURN_IF_ERROR(write_enroll_broker(Folder(folder.enroll_broker()), broker_files, fleet));
    ANCHOR_RETURN_IF_ERROR(write_bundle(folder, fleet, options, anchors));
    ANCHOR_RETURN_IF_ERROR(write_store(folder, options.batch, anchors));
    // Without a set in force nothing is signed, the broker's list neither: publish() makes it then.
    ANCHOR_RETURN_IF_ERROR(anchors.empty() ? write_text(folder.path("anchors-1.json"), protocol::draft_text(first))
                                           : write_first_list(folder));
    ANCHOR_RETURN_IF_ERROR(give_away(folder, options));
    std::cout << "Registry of tenant \"" << options.tenant << "\" made in " << folder.path() << ":\n"
              << "  claim-" << options.batch << ".json     what devices of this batch are born with (holds a private key)\n"
              << "  broker/mosquitto.conf, enroll-broker/mosquitto.conf\n"
              << "                         start a broker with each: one for the fleet, one for enrolment\n"
              << "  " << authority_folder(folder, options) << "\n"
              << "                         keys that must not be here, those of the roots among them: take them off this machine\n"
              << "Policies and reference values take " << options.threshold << " of " << fleet.authority_public.size() << " keys.\n";
    if (anchors.empty()) {
        std::cout << "First the keys sign the trust-anchor set: anchor-registry sign " << folder.path("anchors-1.json")
                  << " --key KEY --out SIGNED\n"
                  << "and it is put in force: anchor-registry --dir " << folder.path() << " publish SIGNED\n";
    }
    std::cout << "Then: anchor-registry --dir " << folder.path() << " serve\n";
    return {};
}

}  // namespace anchor::registryd
