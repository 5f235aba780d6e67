// SPDX-License-Identifier: Apache-2.0
#pragma once

// TwoHosts: two network namespaces with a cable between them, gone with the process. The test stands on the first host,
// 192.0.2.1; the other is 192.0.2.2. A socket stays on the host where it was made.

#include <string>

#include <anchor/base/result.h>
#include <anchor/base/unique_fd.h>

namespace anchor::warden {

class TwoHosts {
public:
    /// Whether this machine can: root, nft and ip.
    [[nodiscard]] static bool available();
    /// Moves the test's thread into the first one. Unavailable, with what failed.
    [[nodiscard]] static Result<TwoHosts> plug();

    /// A UDP socket on the first host that belongs to the user, on this port (0: any).
    [[nodiscard]] UniqueFd here(uid_t user, std::uint16_t port = 0) const;
    /// The same on the other host.
    [[nodiscard]] UniqueFd there(std::uint16_t port) const;

private:
    TwoHosts(UniqueFd first, UniqueFd second) : first_(std::move(first)), second_(std::move(second)) {}
    UniqueFd first_;
    UniqueFd second_;
};

inline constexpr const char* kHere = "192.0.2.1";
inline constexpr const char* kThere = "192.0.2.2";

/// Whether the packet left: 0, or the errno of sendto().
[[nodiscard]] int send_to(int socket, const std::string& host, std::uint16_t port);
/// Whether a packet arrives soon.
[[nodiscard]] bool arrives(int socket);
/// The port that the socket got.
[[nodiscard]] std::uint16_t port_of(int socket);

}  // namespace anchor::warden
