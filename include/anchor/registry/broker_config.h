// SPDX-License-Identifier: Apache-2.0
#pragma once

// Configuration of the broker (mosquitto 2.0) that this registry's fleet connects to. The broker is not trusted with content, but
// it keeps devices out of each other's way: two listeners, each for its own certificate authority, each with access patterns
// in which a client's certified name is its only room. What it does not give: mosquitto knows one space of client ids for all
// its listeners, so a claim certificate's holder who names a device's id ends that device's connection: it
// comes back, but that can be done again and again.

#include <string>

#include <anchor/base/result.h>

namespace anchor::registry {

/// CN of the registry's own certificate: no device id has this form.
inline constexpr std::string_view kRegistryName = "registry";

struct BrokerSettings {
    std::string tenant;
    std::string folder;  ///< absolute: certificates, access lists and data
    std::string bind_address = "127.0.0.1";
    std::uint16_t enroll_port = 8884;
    std::uint16_t fleet_port = 8883;
    std::string user = "mosquitto";  ///< whom the broker becomes where it is started by root
    bool with_crl = false;           ///< refuse what is on device.crl; an expired list locks everyone out
    std::size_t memory_megabytes = 256;
};

/// Names of the files in the folder that the configuration refers to.
namespace broker_file {
inline constexpr const char* kConfiguration = "mosquitto.conf";
inline constexpr const char* kEnrollAccess = "enroll.acl";
inline constexpr const char* kFleetAccess = "fleet.acl";
inline constexpr const char* kCertificate = "broker.pem";
inline constexpr const char* kKey = "broker.key";
inline constexpr const char* kClaimAuthority = "claim-ca.pem";
inline constexpr const char* kDeviceAuthority = "device-ca.pem";
inline constexpr const char* kRevocations = "device.crl";
inline constexpr const char* kData = "data";
}  // namespace broker_file

struct BrokerFiles {
    std::string configuration;
    std::string enroll_access;
    std::string fleet_access;
};

/// Rejected: tenant or user is no name, an address or the folder has white space or control characters, a port is 0 or used twice.
[[nodiscard]] Result<BrokerFiles> broker_files(const BrokerSettings& settings);

}  // namespace anchor::registry
