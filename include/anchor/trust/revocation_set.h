// SPDX-License-Identifier: Apache-2.0
#pragma once

// RevocationSet: the revocation lists that a device knows, for each authority and scope the newest full list and the newest delta to it. A
// list that is older than one that was known before is refused: bringing it back is how a revoked certificate would come to life.
//
// Proven is a list whose signature an authority that the device knew has verified. It moves the floor of that authority's lists, and only a
// proven one takes its place. Of an authority that the device does not know (another issuing CA of its fleet) a signed manifest is the only
// voucher, and may be a thief's: such a list moves no floor, stands beside the proven ones, and is judged again with each certificate.

#include <functional>
#include <vector>

#include <anchor/crypto/crl.h>
#include <anchor/trust/gate.h>

namespace anchor::trust {

/// Who says that a list counts, besides its own signature.
enum class Voucher : std::uint8_t {
    Manifest,  ///< a signed "revocations" document names it: its authority may be one that this device has not met yet
    Nobody,    ///< it came by hand
    State,     ///< this device's own state, after a restart: it was judged when it came. What a known authority did not sign is left out
};

class RevocationSet {
public:
    static constexpr std::size_t kMaxLists = 32;

    /// Takes them all or none, a full list before its delta, each in place of the one that it follows; the same one again changes nothing.
    /// A full list may be older than what was known before where a delta to it is not. The floors are those of the device, and move by
    /// "crl/<digest of issuer, scope and key identifier>". Where there is no room for a proven list, unproven ones give way, and then those
    /// of authorities that are not among `authorities` any more. Rejected: older than what is known, without a number or key identifier, a
    /// delta to a list that is not here, not signed by the authority of that name among `authorities`, of an authority that nobody knows,
    /// more than 64 MiB in all.
    [[nodiscard]] Result<void> take(const std::vector<crypto::Crl>& lists, const std::vector<crypto::Certificate>& authorities,
                                    Voucher voucher, Floors& floors);

    /// Drops the unproven lists that are not named. Whether there was one.
    bool drop_unproven(const std::function<bool(const crypto::Crl&)>& is_named, const Floors& floors);

    [[nodiscard]] const std::vector<crypto::Crl>& lists() const noexcept { return lists_; }

private:
    std::vector<crypto::Crl> lists_;
};

/// The key of its floor.
[[nodiscard]] std::string floor_key(const crypto::Crl& list);

/// Once the keys that sign manifests have been replaced: what a thief had an authority sign, with an enormous number, must not keep its
/// true lists out for ever. Floors that are set aside hold as before, but give way to what a manifest names, which is one by the new keys.
void set_list_floors_aside(Floors& floors);
/// Once all that such a manifest names is here: the floors that are left hold against manifests, too. Whether there was one.
bool put_list_floors_back(Floors& floors);

}  // namespace anchor::trust
