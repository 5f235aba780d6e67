// SPDX-License-Identifier: Apache-2.0
#pragma once

// The local interface io.anchord.Agent (varlink.org), its methods, errors and who may call what. Callers are outside the
// trust border: what they are comes from the kernel (SO_PEERCRED), never from what they send.

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <anchor/base/json.h>
#include <anchor/base/time.h>

namespace anchor::control {

inline constexpr std::string_view kAgentInterface = "io.anchord.Agent";
inline constexpr std::string_view kServiceInterface = "org.varlink.service";

/// Errors of the agent, each with one parameter, "reason".
inline constexpr std::string_view kDeniedError = "io.anchord.Agent.Denied";
inline constexpr std::string_view kRejectedError = "io.anchord.Agent.Rejected";
inline constexpr std::string_view kUnavailableError = "io.anchord.Agent.Unavailable";

/// Attest and Rotate, which wait for the registry, have their answer within this time, if only that it came to nothing.
inline constexpr Milliseconds kLongestCall = Seconds(180);

/// What a local user is to this device. Each role may do what the ones before it may.
enum class Role : std::uint8_t {
    Anyone,    ///< any local user who can open the socket
    Member,    ///< in the socket's group
    Operator,  ///< root, the daemon's own user, or in the operators' group
};
/// "anyone", "member", "operator".
[[nodiscard]] std::string_view to_string(Role role) noexcept;

/// Who is at the other end, as the kernel saw it when the connection was made (unix(7), SO_PEERCRED and SO_PEERGROUPS).
struct Peer {
    uid_t uid = static_cast<uid_t>(-1);
    gid_t gid = static_cast<gid_t>(-1);
    pid_t pid = -1;  ///< for the log only: it may belong to another process by now
    std::vector<gid_t> groups;

    [[nodiscard]] bool in_group(gid_t group) const noexcept;
};

/// Nothing for an empty name. Denied: there is no such group. Unavailable: whoever knows the groups does not answer.
[[nodiscard]] Result<std::optional<gid_t>> group_named(const std::string& name);

/// Who has which role.
struct Authority {
    uid_t owner = 0;  ///< the daemon's own user
    std::optional<gid_t> members;
    std::optional<gid_t> operators;

    [[nodiscard]] Role role_of(const Peer& peer) const noexcept;
};

/// A method of io.anchord.Agent.
struct Method {
    std::string_view name;  ///< without the interface
    Role least = Role::Operator;
    bool stream = false;  ///< answers many times; the call must say "more"
};

/// All methods, with the least role that may call them. GetEvidence is for operators alone: a quote over octets that the
/// caller chooses could be taken for one that the daemon made over logs and claims.
[[nodiscard]] std::span<const Method> methods() noexcept;
/// nullptr where the interface has no such method.
[[nodiscard]] const Method* find_method(std::string_view name) noexcept;

/// The descriptions in Varlink's interface language, as GetInterfaceDescription gives them.
[[nodiscard]] std::string_view agent_description() noexcept;
[[nodiscard]] std::string_view service_description() noexcept;

}  // namespace anchor::control
