// SPDX-License-Identifier: Apache-2.0
#pragma once

// The socket that the warden listens on: handed over by the service manager, or its own.

#include <sys/types.h>

#include <string>

#include <anchor/base/result.h>
#include <anchor/base/unique_fd.h>

namespace anchor::warden {

/// The socket of socket activation (sd_listen_fds(3)) where there is one, otherwise a new one at the path that only `user`
/// can connect to. Denied: handed over was something else than one listening Unix socket for packets.
[[nodiscard]] Result<UniqueFd> open_listener(const std::string& path, uid_t user);

}  // namespace anchor::warden
