// SPDX-License-Identifier: Apache-2.0
#include <anchor/registry/broker_config.h>

#include <algorithm>

#include <anchor/protocol/topics.h>

namespace anchor::registry {
namespace {

// 120 KiB of content, and room for topic and properties.
constexpr std::size_t kMaxPacket = 128UL * 1024;

Result<void> check_word(std::string_view what, std::string_view word) {
    const bool plain = !word.empty() && std::ranges::all_of(word, [](char c) { return c > ' ' && c != 127; });
    if (!plain) return rejected(std::string(what) + " \"" + std::string(word.substr(0, 100)) + "\" is empty or has white space");
    return {};
}

std::string listener(const BrokerSettings& settings, std::uint16_t port, const char* authority, const char* access) {
    const std::string folder = settings.folder + "/";
    return "listener " + std::to_string(port) + " " + settings.bind_address +
           "\n"
           "cafile " +
           folder + authority +
           "\n"
           "certfile " +
           folder + broker_file::kCertificate +
           "\n"
           "keyfile " +
           folder + broker_file::kKey +
           "\n"
           "tls_version tlsv1.2\n"
           "require_certificate true\n"
           "use_identity_as_username true\n"
           "allow_anonymous false\n"
           "acl_file " +
           folder + access + "\n";
}

std::string general(const BrokerSettings& settings) {
    return "per_listener_settings true\n"
           "user " +
           settings.user +
           "\n"
           "log_dest stderr\n"
           "log_timestamp_format %Y-%m-%dT%H:%M:%S\n"
           "\n"
           "# Retained documents must survive a restart.\n"
           "persistence true\n"
           "persistence_location " +
           settings.folder + "/" + broker_file::kData +
           "/\n"
           "autosave_interval 60\n"
           "\n"
           "set_tcp_nodelay true\n"
           "max_packet_size " +
           std::to_string(kMaxPacket) +
           "\n"
           "max_inflight_messages 64\n"
           "max_queued_messages 1000\n"
           "max_queued_bytes 16777216\n"
           "memory_limit " +
           std::to_string(settings.memory_megabytes << 20U) +
           "\n"
           "max_keepalive 1200\n"
           "persistent_client_expiration 1d\n"
           "\n";
}

std::string enroll_access(const std::string& root) {
    return "# Holders of a claim certificate: below their claim's name and their own client id, nothing else.\n"
           "pattern write " +
           root +
           "enroll/%u/%c/request/+\n"
           "pattern read " +
           root + "enroll/%u/%c/reply\n";
}

std::string fleet_access(const std::string& root) {
    return "user " + std::string(kRegistryName) +
           "\n"
           "topic read " +
           root +
           "device/+/request/+\n"
           "topic read " +
           root +
           "device/+/presence\n"
           "topic read " +
           root +
           "enroll/+/+/request/+\n"
           "topic write " +
           root +
           "device/+/reply\n"
           "topic write " +
           root +
           "device/+/standing\n"
           "topic write " +
           root +
           "enroll/+/+/reply\n"
           "topic write " +
           root +
           "fleet/#\n"
           "\n"
           "# Devices: below their own name; what is for all they may read.\n"
           "pattern write " +
           root +
           "device/%u/request/+\n"
           "pattern write " +
           root +
           "device/%u/presence\n"
           "pattern read " +
           root +
           "device/%u/reply\n"
           "pattern read " +
           root +
           "device/%u/standing\n"
           "pattern read " +
           root + "fleet/#\n";
}

}  // namespace

Result<BrokerFiles> broker_files(const BrokerSettings& settings) {
    ANCHOR_ASSIGN_OR_RETURN(const std::string tenant, protocol::check_name("tenant", settings.tenant));
    ANCHOR_RETURN_IF_ERROR(check_word("user", settings.user));
    ANCHOR_RETURN_IF_ERROR(check_word("address", settings.bind_address));
    ANCHOR_RETURN_IF_ERROR(check_word("folder", settings.folder));
    if (settings.enroll_port == 0 || settings.fleet_port == 0 || settings.enroll_port == settings.fleet_port) {
        return rejected("the two listeners need two ports");
    }
    const std::string root = "anchor/1/" + tenant + "/";
    BrokerFiles files;
    files.configuration =
        general(settings) + "# Enrolment: whoever holds a claim certificate.\n" +
        listener(settings, settings.enroll_port, broker_file::kClaimAuthority, broker_file::kEnrollAccess) +
        "\n# The fleet: devices and the registry, by their own certificates. The certified name is the client id as well, so\n"
        "# that nobody ends another's connection by calling himself like him.\n" +
        listener(settings, settings.fleet_port, broker_file::kDeviceAuthority, broker_file::kFleetAccess) +
        "use_username_as_clientid true\n";
    if (settings.with_crl) files.configuration += "crlfile " + settings.folder + "/" + broker_file::kRevocations + "\n";
    files.enroll_access = enroll_access(root);
    files.fleet_access = fleet_access(root);
    return files;
}

}  // namespace anchor::registry
