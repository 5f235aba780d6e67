// SPDX-License-Identifier: Apache-2.0
#include <anchor/registry/broker_config.h>

#include <algorithm>
#include <array>
#include <sstream>

#include <anchor/protocol/topics.h>

namespace anchor::registry {
namespace {

// 120 KiB of content, and room for topic and properties.
constexpr std::size_t kMaxPacket = 128UL * 1024;
// An enrolment takes seconds. What is left of the process's descriptors is the registry's.
constexpr int kMaxClaims = 500;

Result<void> check_word(std::string_view what, std::string_view word) {
    const bool plain = !word.empty() && std::ranges::all_of(word, [](char c) { return c > ' ' && c != 127; });
    if (!plain) return rejected(std::string(what) + " \"" + std::string(word.substr(0, 100)) + "\" is empty or has white space");
    return {};
}

Result<void> check_ports(std::array<std::uint16_t, 3> ports) {
    std::ranges::sort(ports);
    if (ports.front() == 0 || std::ranges::adjacent_find(ports) != ports.end()) return rejected("three listeners need three ports");
    return {};
}

// One for each certificate authority: the name that it certified is the user's name.
std::string listener(const std::string& folder, const std::string& address, std::uint16_t port, const char* authority, const char* access) {
    std::ostringstream out;
    out << "listener " << port << " " << address << "\n"
        << "cafile " << folder << "/" << authority << "\n"
        << "certfile " << folder << "/" << broker_file::kCertificate << "\n"
        << "keyfile " << folder << "/" << broker_file::kKey << "\n"
        << "tls_version tlsv1.2\n"
        << "require_certificate true\n"
        << "use_identity_as_username true\n"
        << "allow_anonymous false\n"
        << "acl_file " << folder << "/" << access << "\n";
    return out.str();
}

std::string general(const BrokerSettings& settings, const std::string& user) {
    std::ostringstream out;
    out << "per_listener_settings true\n"
        << "user " << user << "\n"
        << "log_dest stderr\n"
        << "log_timestamp_format %Y-%m-%dT%H:%M:%S\n"
        << "set_tcp_nodelay true\n"
        << "max_packet_size " << kMaxPacket << "\n"
        << "max_inflight_messages 64\n"
        << "max_queued_messages 1000\n"
        << "max_queued_bytes 16777216\n"
        << "memory_limit " << (settings.memory_megabytes << 20U) << "\n"
        << "persistent_client_expiration 1d\n";
    return out.str();
}

std::string fleet_configuration(const BrokerSettings& settings) {
    std::ostringstream out;
    out << "# The fleet: devices and the registry, by their own certificates.\n"
        << general(settings, settings.user) << "max_keepalive 1200\n"
        << "\n# Retained documents must survive a restart.\n"
        << "persistence true\n"
        << "persistence_location " << settings.folder << "/" << broker_file::kData << "/\n"
        << "autosave_interval 60\n\n"
        << listener(settings.folder, settings.bind_address, settings.fleet_port, broker_file::kDeviceAuthority, broker_file::kFleetAccess)
        << "# The certified name is the client id as well, so that nobody ends another's connection by calling himself like him.\n"
        << "use_username_as_clientid true\n";
    if (settings.with_crl) out << "crlfile " << settings.folder << "/" << broker_file::kRevocations << "\n";
    return out.str();
}

std::string enroll_configuration(const BrokerSettings& settings) {
    const std::string& folder = settings.enroll_folder;
    std::ostringstream out;
    out << "# Enrolment, apart from the fleet: client ids are chosen here, and whose is taken by another loses his connection.\n"
        << general(settings, settings.enroll_user) << "max_keepalive 120\n"
        << "\n# Nothing here outlives a connection.\n"
        << "persistence false\n"
        << "retain_available false\n"
        << "\n# Whoever holds a claim certificate.\n"
        << listener(folder, settings.bind_address, settings.enroll_port, broker_file::kClaimAuthority, broker_file::kClaimAccess)
        << "max_connections " << kMaxClaims << "\n"
        << "\n# The registry. Its client id here is one that nobody can guess.\n"
        << listener(folder, settings.bind_address, settings.enroll_registry_port, broker_file::kDeviceAuthority,
                    broker_file::kRegistryAccess);
    return out.str();
}

std::string access(std::initializer_list<std::pair<const char*, std::string>> rules, const std::string& root) {
    std::string text;
    for (const auto& [kind, topic] : rules) text += std::string(kind) + " " + root + topic + "\n";
    return text;
}

std::string claim_access(const std::string& root) {
    return "# Holders of a claim certificate: below their claim's name and their own client id, nothing else.\n" +
           access({{"pattern write", "enroll/%u/%c/request/+"}, {"pattern read", "enroll/%u/%c/reply"}}, root);
}

std::string for_workers(std::initializer_list<std::pair<const char*, std::string>> rules, const std::string& root) {
    std::string text;
    for (unsigned worker = 1; worker <= kMostWorkers; ++worker) text += "user " + registry_name(worker) + "\n" + access(rules, root) + "\n";
    return text;
}

std::string registry_access(const std::string& root) {
    return for_workers({{"topic read", "enroll/+/+/request/+"}, {"topic write", "enroll/+/+/reply"}}, root);
}

std::string fleet_access(const std::string& root) {
    return for_workers({{"topic read", "device/+/request/+"},
                        {"topic read", "device/+/presence"},
                        {"topic write", "device/+/reply"},
                        {"topic write", "device/+/standing"},
                        {"topic write", "fleet/#"}},
                       root) +
           "# Devices: below their own name; what is for all they may read.\n" +
           access({{"pattern write", "device/%u/request/+"},
                   {"pattern write", "device/%u/presence"},
                   {"pattern read", "device/%u/reply"},
                   {"pattern read", "device/%u/standing"},
                   {"pattern read", "fleet/#"}},
                  root);
}

}  // namespace

std::string registry_name(unsigned worker) { return std::string(kRegistryName) + (worker <= 1 ? "" : "-" + std::to_string(worker)); }

Result<BrokerFiles> broker_files(const BrokerSettings& settings) {
    ANCHOR_ASSIGN_OR_RETURN(const std::string tenant, protocol::check_name("tenant", settings.tenant));
    ANCHOR_RETURN_IF_ERROR(check_word("user", settings.user));
    ANCHOR_RETURN_IF_ERROR(check_word("user", settings.enroll_user));
    ANCHOR_RETURN_IF_ERROR(check_word("address", settings.bind_address));
    ANCHOR_RETURN_IF_ERROR(check_word("folder", settings.folder));
    ANCHOR_RETURN_IF_ERROR(check_word("folder", settings.enroll_folder));
    ANCHOR_RETURN_IF_ERROR(check_ports({settings.fleet_port, settings.enroll_port, settings.enroll_registry_port}));
    const std::string root = "anchor/1/" + tenant + "/";
    return BrokerFiles{fleet_configuration(settings), fleet_access(root), enroll_configuration(settings), claim_access(root),
                       registry_access(root)};
}

}  // namespace anchor::registry
