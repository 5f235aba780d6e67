// SPDX-License-Identifier: Apache-2.0
#pragma once

// Names of MQTT topics (docs/protocol.md, "Topics"). Everything that goes into a name is checked when it goes in,
// so that no tenant, group or device can reach a topic of another.

#include <string>

#include <anchor/base/result.h>
#include <anchor/core/device_id.h>

namespace anchor::protocol {

/// Names of tenants, groups and claims: 1–63 of a–z, 0–9 and "-", not at the ends. They stand in topics, URNs and paths.
[[nodiscard]] Result<std::string> check_name(std::string_view what, std::string_view name);

/// All topics of one tenant.
class Topics {
public:
    /// Rejected where the tenant is not a name.
    [[nodiscard]] static Result<Topics> of(std::string_view tenant);

    [[nodiscard]] const std::string& tenant() const noexcept { return tenant_; }

    // A device with its own certificate.
    [[nodiscard]] std::string request(const DeviceId& device, std::string_view verb) const;
    [[nodiscard]] std::string reply(const DeviceId& device) const;
    [[nodiscard]] std::string standing(const DeviceId& device) const;
    [[nodiscard]] std::string presence(const DeviceId& device) const;

    // A device with a claim certificate: everything stands below the claim's own name.
    [[nodiscard]] std::string enroll_request(std::string_view claim, const DeviceId& device, std::string_view verb) const;
    [[nodiscard]] std::string enroll_reply(std::string_view claim, const DeviceId& device) const;

    // Retained documents of the fleet: kind is "fresh", "anchors", "revocations", or "policy", "reference" with a group.
    [[nodiscard]] std::string fleet(std::string_view kind) const;
    [[nodiscard]] std::string fleet(std::string_view kind, std::string_view group) const;

    // What the registry subscribes to.
    [[nodiscard]] std::string all_requests() const;
    [[nodiscard]] std::string all_enroll_requests() const;
    [[nodiscard]] std::string all_presence() const;

private:
    explicit Topics(std::string tenant);
    std::string tenant_;
    std::string root_;
};

/// A request as its topic names it. The broker lets a device write only below its own name, but the broker is not
/// trusted: the request inside must say the same and prove it.
struct RequestTopic {
    DeviceId device;
    std::string verb;
    std::string claim;  ///< empty on the topics of devices with their own certificate
};

/// Rejected where the topic is not a request topic of this tenant.
[[nodiscard]] Result<RequestTopic> parse_request_topic(const Topics& topics, std::string_view topic);

}  // namespace anchor::protocol
