// SPDX-License-Identifier: Apache-2.0
#pragma once

// Revocations: the owner's word about devices as certificate revocation lists (RFC 5280 §5). Devices get a full list and the newest delta
// to it; the broker gets all of it in one list, each time that something changes. Each issuing CA has lists of its own, those that were
// replaced too: as long as their certificates are out there, a broker that checks one against no list refuses it.
//
// A list that has expired locks everyone out whom the broker asks for a certificate. So all lists are renewed at half of their life, and
// the broker's lives a year: it lies beside the broker, and who can put an older one there can do anything else there as well.

#include <anchor/registry/authority.h>

namespace anchor::registry {

class Revocations {
public:
    /// All must outlive it.
    Revocations(const Settings& settings, Store& store, Authority& authority, const Clock& clock)
        : settings_(settings), store_(store), authority_(authority), clock_(clock) {}

    /// Carries a device's standing over to its certificates: suspended puts them on hold, active ends a hold, revoked ends them for good.
    /// Within the caller's transaction.
    [[nodiscard]] Result<void> follow(const DeviceRecord& device, crypto::CrlReason reason);

    /// Makes the lists and the manifest that are due; says whether there were any. A transaction of its own.
    [[nodiscard]] Result<bool> refresh();

    struct BrokerList {
        std::uint64_t number = 0;
        std::string pem;
    };
    /// The newest lists for the broker, of every issuing CA, and the highest of their numbers. Nothing before the first refresh().
    [[nodiscard]] Result<std::optional<BrokerList>> broker_list(std::uint64_t newer_than = 0);

    /// The newest full lists and the deltas to them, as devices get them.
    [[nodiscard]] Result<std::vector<std::pair<std::string_view, crypto::Crl>>> newest_lists();

private:
    [[nodiscard]] Result<crypto::Crl> read(const RevocationListRecord& record);
    struct Newest {
        Bytes issuer;
        std::optional<RevocationListRecord> full;
        std::optional<RevocationListRecord> delta;
        std::optional<RevocationListRecord> broker;
    };
    struct Due {
        bool full = false;
        bool delta = false;
        bool broker = false;
    };
    [[nodiscard]] Result<Newest> newest(const Bytes& issuer);
    [[nodiscard]] Due due(const Newest& newest, std::uint64_t change) const;
    [[nodiscard]] Result<bool> make_due();
    [[nodiscard]] Result<Due> make_due(const Newest& before, std::optional<std::uint64_t>& number);
    [[nodiscard]] Result<void> make(ListKind kind, const Newest& newest, std::uint64_t number, std::uint64_t change);
    [[nodiscard]] Result<void> publish();

    const Settings& settings_;
    Store& store_;
    Authority& authority_;
    const Clock& clock_;
};

}  // namespace anchor::registry
