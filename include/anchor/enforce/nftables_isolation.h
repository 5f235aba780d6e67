// SPDX-License-Identifier: Apache-2.0
#pragma once

// NftablesIsolation: cuts the device from the network while the wish asks for the response "isolate-network". It owns the
// table `inet anchord` and touches no other; the table comes and goes in one transaction.
//
// Against whom: programs without CAP_NET_ADMIN. Root can take the table away, and what is bridged, not routed, does not
// pass it.

#include <sys/types.h>

#include <string>
#include <string_view>

#include <anchor/core/enforcer.h>

namespace anchor::enforce {

inline constexpr std::string_view kIsolateNetwork = "isolate-network";

/// What isolation loads, in the language of nft(8): everything is dropped but loopback, what the user started, DNS, NTP,
/// DHCP and neighbour discovery, and the replies to them. Loading it twice is loading it once.
[[nodiscard]] std::string isolation_rules(uid_t user);
/// What takes it away again, also where it is not there.
[[nodiscard]] std::string isolation_removal();

class NftablesIsolation final : public Enforcer {
public:
    /// `user` keeps its network.
    explicit NftablesIsolation(uid_t user) : user_(user) {}

    /// Denied without CAP_NET_ADMIN or nftables in the kernel, and where isolation is asked of a program that was built
    /// without libnftables. What was loaded before stays then.
    Result<void> apply(const Enforcement& wish) override;

private:
    uid_t user_;
};

}  // namespace anchor::enforce
