// SPDX-License-Identifier: Apache-2.0
#include "peer.h"

#include <grp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include <anchor/base/file.h>

namespace anchor::control {
namespace {

constexpr std::size_t kMaxGroups = 65536;          // NGROUPS_MAX of Linux
constexpr std::size_t kMaxGroupEntry = 1U << 20U;  // a group with very many members

Result<std::vector<gid_t>> groups_of(int socket) {
    std::vector<gid_t> groups(64);
    while (true) {
        auto size = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
        const bool fits = ::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &size) == 0;
        if (!fits && (errno != ERANGE || size > kMaxGroups * sizeof(gid_t))) return from_errno("groups of the caller", errno);
        groups.resize(size / sizeof(gid_t));
        if (fits) return groups;
    }
}

}  // namespace

Result<Peer> peer_of(int socket) {
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return from_errno("credentials of the caller", errno);
    ANCHOR_ASSIGN_OR_RETURN(auto groups, groups_of(socket));
    return Peer{credentials.uid, credentials.gid, credentials.pid, std::move(groups)};
}

Result<std::optional<gid_t>> group_named(const std::string& name) {
    if (name.empty()) return std::optional<gid_t>();
    std::vector<char> texts(4096);
    group entry{};
    group* found = nullptr;
    int failure = ERANGE;
    while ((failure = ::getgrnam_r(name.c_str(), &entry, texts.data(), texts.size(), &found)) == ERANGE && texts.size() < kMaxGroupEntry) {
        texts.resize(texts.size() * 2);
    }
    if (failure != 0) return from_errno("group " + name, failure);
    if (found == nullptr) return denied("there is no group \"" + name + "\"");
    return std::optional<gid_t>(found->gr_gid);
}

}  // namespace anchor::control
