// SPDX-License-Identifier: Apache-2.0
#pragma once

// anchor-registry anchors, publish, issuing: how keys, roots and issuing CAs of a living fleet are replaced. The registry's host proposes
// and publishes; keys elsewhere decide.

#include <string>
#include <vector>

#include "registry_files.h"
#include "signer.h"

namespace anchor::registryd {

[[nodiscard]] Result<void> show_anchors(RegistryFiles& files, bool json);

/// What the next set is to change. Keys are PEM files with public keys, roots PEM files with certificates.
struct AnchorChanges {
    std::vector<std::string> add_keys, remove_keys;      ///< of the authority: files; key ids
    std::vector<std::string> add_online, remove_online;  ///< keys of the registry's host: files; key ids
    std::vector<std::string> add_roots, remove_roots;    ///< files
    unsigned threshold = 0;                              ///< 0: as it is
    std::string out;
};
/// Writes the successor of the set in force as a draft, for "sign". Rejected: nothing changes, or what would come out is no valid set
/// or one that devices would refuse.
[[nodiscard]] Result<void> propose_anchors(RegistryFiles& files, const AnchorChanges& changes);

/// Puts a signed document in force: a trust-anchor set, a policy, reference values. The first set of all also completes the claim
/// bundle. Denied: it needs more signatures, or somebody would be left behind and `leave_behind` does not say that this is meant.
/// Rejected: devices would refuse it, or it would cut this registry off.
[[nodiscard]] Result<void> publish(RegistryFiles& files, const std::string& file, bool leave_behind);

/// A new key for the issuing CA, and a request for its certificate (PKCS#10, PEM).
[[nodiscard]] Result<void> request_issuing(RegistryFiles& files, const std::string& out);
struct IssuingCertificate {
    std::string request, root, out;
    KeyName root_key;
    unsigned years = 20;
};
/// Offline: the root certifies it.
[[nodiscard]] Result<void> certify_issuing(const IssuingCertificate& wanted);
/// Puts the new issuing CA in the place of the old one, which is kept for its revocation lists, and gives the broker the lists of all of
/// them. Doing it again finishes what power has ended. Rejected: not for the requested key, or it leads to no device anchor in force.
/// Denied: nothing was requested, or there are too many.
[[nodiscard]] Result<void> install_issuing(RegistryFiles& files, const std::string& certificate);

/// Offline: a new root, and where an old one is given, the new one certified by it, for brokers to show to devices that know
/// the old one only.
struct NewRoot {
    std::string name, out, old_root, cross_out;
    KeyName key, old_key;
    unsigned years = 40;
};
[[nodiscard]] Result<void> make_root(const NewRoot& wanted);

}  // namespace anchor::registryd
