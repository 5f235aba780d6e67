// SPDX-License-Identifier: Apache-2.0
#include "device_log.h"

#include <fcntl.h>
#include <sys/mman.h>

#include <cerrno>

#include <nlohmann/json.hpp>

#include <anchor/base/encoding.h>
#include <anchor/base/file.h>

#include "agent_call.h"

namespace anchor::cli {

Result<void> copy_log(const AgentAccess& agent, const std::string& name, int to) {
    ANCHOR_ASSIGN_OR_RETURN(control::Client client, connect_to(agent));
    for (std::uint64_t offset = 0;;) {
        ANCHOR_ASSIGN_OR_RETURN(const Json answer, client.call("GetLog", {{"log", name}, {"offset", offset}}, agent.patience));
        ANCHOR_ASSIGN_OR_RETURN(const std::string text, json_string(answer, "octets"));
        ANCHOR_ASSIGN_OR_RETURN(const Bytes piece, from_base64(text));
        if (piece.empty()) return {};
        offset += piece.size();
        if (offset > kLargestDeviceLog) return rejected("larger than " + std::to_string(kLargestDeviceLog) + " octets");
        ANCHOR_RETURN_IF_ERROR(write_all(to, piece, "a copy of the log"));
    }
}

Result<DeviceLog> DeviceLog::open(const std::string& path, const std::string& name, const AgentAccess& agent) {
    DeviceLog log;
    log.file_ = path;
    const UniqueFd own(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (own.valid()) return log;
    const Error why = from_errno(path, errno);
    if (why.kind != ErrorKind::Denied) return unavailable(why.what);
    log.memory_ = UniqueFd(::memfd_create("log", MFD_CLOEXEC));
    if (!log.memory_.valid()) return from_errno("memfd_create", errno);
    if (auto copied = copy_log(agent, name, log.memory_.get()); !copied) {
        Error failure = std::move(copied).error();
        failure.what = why.what + "; " + failure.what;
        return failure;
    }
    log.file_ = "/proc/self/fd/" + std::to_string(log.memory_.get());
    return log;
}

}  // namespace anchor::cli
