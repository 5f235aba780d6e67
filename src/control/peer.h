// SPDX-License-Identifier: Apache-2.0
#pragma once

// Who opened the other end of a Unix socket, asked of the kernel.

#include <anchor/base/result.h>
#include <anchor/control/interface.h>

namespace anchor::control {

/// unix(7): SO_PEERCRED and SO_PEERGROUPS, both as they were when the other end connected. Unavailable where the kernel
/// does not say: then nobody is served.
[[nodiscard]] Result<Peer> peer_of(int socket);

}  // namespace anchor::control
