// SPDX-License-Identifier: Apache-2.0
#pragma once

// RevocationSet: the revocation lists that a device knows, for each authority the newest full list and the newest delta to it. A list that
// is older than one that was known before is refused: bringing it back is how a revoked certificate would come to life.

#include <vector>

#include <anchor/crypto/crl.h>
#include <anchor/trust/gate.h>

namespace anchor::trust {

/// Who says that this list counts, besides its own signature.
enum class Voucher : std::uint8_t {
    Manifest,  ///< a signed "revocations" document names it: its authority may be one that this device has not met yet
    Nobody,    ///< it came by hand
};

class RevocationSet {
public:
    static constexpr std::size_t kMaxLists = 32;

    /// Takes a list in place of the one that it follows; the same one again changes nothing. The floors are those of the device, and move:
    /// by "crl/<key identifier>". Rejected: older than what is known, without a number or key identifier, a delta to a list that is not
    /// here, not signed by the authority of that name among `authorities`, of an authority that nobody knows, more than 64 MiB in all.
    [[nodiscard]] Result<void> take(crypto::Crl list, const std::vector<crypto::Certificate>& authorities, Voucher voucher, Floors& floors);

    /// Takes them all or none, a full list before its delta. A full list may be older than what was known before where the delta beside it
    /// is not: so it is after a restart, and where lists were lost.
    [[nodiscard]] Result<void> take_all(const std::vector<crypto::Crl>& lists, const std::vector<crypto::Certificate>& authorities,
                                        Voucher voucher, Floors& floors);

    [[nodiscard]] const std::vector<crypto::Crl>& lists() const noexcept { return lists_; }

private:
    std::vector<crypto::Crl> lists_;
};

/// The key of its floor.
[[nodiscard]] std::string floor_key(const crypto::Crl& list);

}  // namespace anchor::trust
