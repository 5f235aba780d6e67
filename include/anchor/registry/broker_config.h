// SPDX-License-Identifier: Apache-2.0
#pragma once

// Configuration of the two brokers (mosquitto 2.0) of this registry's fleet. They are not trusted with content, but they keep
// devices out of each other's way: one listener for each certificate authority, with access patterns in which a client's
// certified name is its only room. Enrolment has a broker of its own, because mosquitto knows one space of client ids for all
// listeners of a process: a claim certificate, which a whole batch shares, would end any device's connection by its name
// (docs/adr/0019). What it does not give: who holds a claim certificate can disturb the enrolment of others.

#include <string>

#include <anchor/base/result.h>

namespace anchor::registry {

/// CN of the registry's own certificate: no device id has this form.
inline constexpr std::string_view kRegistryName = "registry";
/// Several processes of one registry share its work. Each has a certificate, and by it a client id, of its own: "registry", "registry-2",
/// ….
inline constexpr unsigned kMostWorkers = 8;
[[nodiscard]] std::string registry_name(unsigned worker);

struct BrokerSettings {
    std::string tenant;
    std::string folder;         ///< of the fleet's broker, absolute: certificates, access list and data
    std::string enroll_folder;  ///< of the broker for enrolment, absolute
    std::string bind_address = "127.0.0.1";
    std::uint16_t fleet_port = 8883;
    std::uint16_t enroll_port = 8884;           ///< for devices with a claim certificate
    std::uint16_t enroll_registry_port = 8885;  ///< for the registry, at the broker for enrolment
    std::string user = "mosquitto";             ///< whom the fleet's broker becomes where it is started by root
    std::string enroll_user = "mosquitto";      ///< the same of the broker for enrolment
    bool with_crl = false;                      ///< refuse what is on device.crl; an expired list locks everyone out
    std::size_t memory_megabytes = 256;
};

/// Names of the files in a broker's folder that its configuration refers to.
namespace broker_file {
inline constexpr const char* kConfiguration = "mosquitto.conf";
inline constexpr const char* kFleetAccess = "fleet.acl";
inline constexpr const char* kClaimAccess = "claims.acl";
inline constexpr const char* kRegistryAccess = "registry.acl";
inline constexpr const char* kCertificate = "broker.pem";
inline constexpr const char* kKey = "broker.key";
inline constexpr const char* kClaimAuthority = "claim-ca.pem";
inline constexpr const char* kDeviceAuthority = "device-ca.pem";
inline constexpr const char* kRevocations = "device.crl";
inline constexpr const char* kData = "data";
}  // namespace broker_file

struct BrokerFiles {
    std::string configuration;
    std::string fleet_access;
    std::string enroll_configuration;
    std::string claim_access;
    std::string registry_access;
};

/// Rejected: tenant or user is no name, an address or a folder has white space or control characters, a port is 0 or used twice.
[[nodiscard]] Result<BrokerFiles> broker_files(const BrokerSettings& settings);

}  // namespace anchor::registry
