// SPDX-License-Identifier: Apache-2.0
#include "telemetry.h"

#include <pwd.h>

#include <array>
#include <charconv>

#include <nlohmann/json.hpp>

namespace anchor::daemon {
namespace {

constexpr std::string_view kPrefix = "app:";
constexpr std::size_t kLongestName = 256;
constexpr std::size_t kMaxGrants = 256;  // all of them together with the built-in ones must fit into Evidence

bool is_text_list(const Json& value) {
    if (!value.is_array() || value.size() > policy::kMaxDeclaredClaims) return false;
    for (const Json& each : value) {
        if (!each.is_string()) return false;
    }
    return true;
}

Result<ClaimValue> value_of(const Json& json) {
    if (json.is_boolean()) return ClaimValue(json.get<bool>());
    if (json.is_number_unsigned() && json.get<std::uint64_t>() > INT64_MAX) return rejected("value: a number beyond 64 bits");
    if (json.is_number_integer()) return ClaimValue(json.get<std::int64_t>());
    if (json.is_number()) return ClaimValue(json.get<double>());
    if (json.is_string()) return ClaimValue(json.get<std::string>());
    if (is_text_list(json)) return ClaimValue(json.get<std::vector<std::string>>());
    return rejected("value: expected true or false, a number, a text or a list of texts");
}

}  // namespace

std::optional<std::uint32_t> user_named(const std::string& name) {
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error == std::errc() && end == name.data() + name.size()) return number;
    passwd entry{};
    passwd* found = nullptr;
    std::array<char, 16384> room{};
    if (::getpwnam_r(name.c_str(), &entry, room.data(), room.size(), &found) != 0 || found == nullptr) return std::nullopt;
    return found->pw_uid;
}

void Telemetry::follow(const policy::PolicySet& policies) {
    std::map<std::string, observe::TelemetryGrant> grants;
    for (const policy::PolicyInForce& each : policies.policies()) {
        for (const auto& [name, claim] : each.policy->claims) grant(name, claim, grants);
    }
    board_.grant(std::move(grants));
}

void Telemetry::grant(const std::string& name, const policy::DeclaredClaim& claim, std::map<std::string, observe::TelemetryGrant>& into) {
    if (!claim.from.starts_with(kPrefix)) return;
    if (const auto first = into.find(name); first != into.end()) {
        if (first->second.source != claim.from || first->second.type != claim.type)
            log_(agent::Severity::Warning, "policies declare " + name + " in different ways: it may be put as the first says, from " +
                                               first->second.source + ", and the other never knows it");
        return;
    }
    if (into.size() == kMaxGrants)
        return log_(agent::Severity::Warning,
                    "nobody can put " + name + ": policies declare more than " + std::to_string(kMaxGrants) + " claims");
    if (const auto uid = users_(claim.from.substr(kPrefix.size())))
        into.emplace(name, observe::TelemetryGrant{claim.type, *uid, claim.from});
    else
        log_(agent::Severity::Warning, "nobody can put " + name + ": there is no user \"" + claim.from.substr(kPrefix.size()) + "\" here");
}

Result<void> Telemetry::put(const Json& parameters, std::uint32_t uid) {
    ANCHOR_RETURN_IF_ERROR(json_only_keys(parameters, {"name", "value"}));
    ANCHOR_ASSIGN_OR_RETURN(const std::string name, json_string(parameters, "name"));
    if (name.size() > kLongestName) return denied("no policy in force declares a name that long");
    if (!parameters.contains("value")) return rejected("\"value\" is missing");
    ANCHOR_ASSIGN_OR_RETURN(ClaimValue value, value_of(parameters["value"]));
    ANCHOR_RETURN_IF_ERROR(board_.put(name, std::move(value), uid, clock_.steady()));
    arrived_();
    return {};
}

}  // namespace anchor::daemon
