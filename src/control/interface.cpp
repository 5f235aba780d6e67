// SPDX-License-Identifier: Apache-2.0
#include <anchor/control/interface.h>

#include <algorithm>
#include <array>

namespace anchor::control {
namespace {

constexpr std::array<Method, 12> kMethods{{
    {"GetStatus", Role::Member},
    {"GetDecision", Role::Member},
    {"Subscribe", Role::Member, true},
    {"GetEvidence", Role::Operator},
    {"GetLog", Role::Operator},
    {"Attest", Role::Operator},
    {"Rotate", Role::Operator},
    {"Reset", Role::Operator},
    {"CheckAccess", Role::Anyone},
    {"PutTelemetry", Role::Anyone},
    {"Import", Role::Operator},
    {"VerifyPeer", Role::Member},
}};

}  // namespace

std::string_view to_string(Role role) noexcept {
    switch (role) {
        case Role::Anyone: return "anyone";
        case Role::Member: return "member";
        case Role::Operator: return "operator";
    }
    return "anyone";
}

bool Peer::in_group(gid_t group) const noexcept { return gid == group || std::ranges::find(groups, group) != groups.end(); }

Role Authority::role_of(const Peer& peer) const noexcept {
    if (peer.uid == 0 || peer.uid == owner) return Role::Operator;
    if (operators && peer.in_group(*operators)) return Role::Operator;
    if (members && peer.in_group(*members)) return Role::Member;
    return Role::Anyone;
}

std::span<const Method> methods() noexcept { return kMethods; }

const Method* find_method(std::string_view name) noexcept {
    const auto* const found = std::ranges::find(kMethods, name, &Method::name);
    return found == kMethods.end() ? nullptr : found;
}

}  // namespace anchor::control
