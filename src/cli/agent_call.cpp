// SPDX-License-Identifier: Apache-2.0
#include "agent_call.h"

#include <grp.h>
#include <sys/stat.h>

#include <cerrno>

namespace anchor::cli {
namespace {

std::string group_of(const std::string& path) {
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0) return {};
    const group* const entry = ::getgrgid(found.st_gid);
    return entry == nullptr ? std::to_string(found.st_gid) : entry->gr_name;
}

std::string advice(const std::string& socket, std::int64_t native) {
    if (native == ENOENT || native == ECONNREFUSED) return "; is anchord running? systemctl status anchord";
    if (native != EACCES && native != EPERM) return {};
    const std::string group = group_of(socket);
    return group.empty() ? "; ask as root" : "; members of the group \"" + group + "\" may ask: usermod -aG " + group + " USER";
}

}  // namespace

Result<control::Client> connect_to(const AgentAccess& agent) {
    auto client = control::Client::connect(agent.socket);
    if (client) return client;
    Error error = std::move(client).error();
    error.what = "no daemon to talk to: " + error.what + advice(agent.socket, error.native);
    return error;
}

Result<Json> call_agent(const AgentAccess& agent, std::string_view method, const Json& parameters) {
    ANCHOR_ASSIGN_OR_RETURN(control::Client client, connect_to(agent));
    return client.call(method, parameters, agent.patience);
}

}  // namespace anchor::cli
