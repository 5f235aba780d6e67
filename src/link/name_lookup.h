// SPDX-License-Identifier: Apache-2.0
#pragma once

// look_up: the addresses of a broker's name. The system's resolver knows no deadline and cannot be called off (getaddrinfo(3) may sit
// for half a minute on a dead name server), so a thread that nobody waits for asks it. What it answers is foreign: a name server may
// send the device anywhere, and the TLS handshake is what tells.

#include <netdb.h>
#include <functional>
#include <memory>
#include <string>

#include "socket.h"

namespace anchor::link {

struct AddressListDeleter {
    void operator()(addrinfo* list) const noexcept { ::freeaddrinfo(list); }
};
/// Never empty where look_up gave it.
using AddressList = std::unique_ptr<addrinfo, AddressListDeleter>;

/// As getaddrinfo(3). Called on a thread that may outlive the caller's interest in it, never its own captures.
using Resolver = std::function<int(const char* host, const char* service, const addrinfo* hints, addrinfo** found)>;

/// A resolver that hangs costs this many threads and no more.
inline constexpr int kMostLookups = 4;

/// A number is its own answer, at once. Unavailable: no such name, no answer before the deadline, the flag was set, or as many earlier
/// questions as there may be are still without an answer.
[[nodiscard]] Result<AddressList> look_up(const std::string& host, std::uint16_t port, const StopFlag& stop, Deadline deadline,
                                          Resolver resolver = ::getaddrinfo);

}  // namespace anchor::link
