// SPDX-License-Identifier: Apache-2.0
#pragma once

// Devices put aside and taken back: suspend, revoke, reinstate, for one device or for many at once. A suspension ends by the owner's
// word; a revocation ends by a document that k of n keys off this machine have signed, and then with a new key alone.

#include <string>
#include <vector>

#include <anchor/crypto/crl.h>

#include "selection.h"

namespace anchor::registryd {

struct PutAside {
    Selection who;
    std::string reason;  ///< in words
    crypto::CrlReason code = crypto::CrlReason::PrivilegeWithdrawn;
    bool yes = false;  ///< needed where the devices are not named one by one
};

/// One transaction for all of them, each audited; the lists and the broker's follow at once. Denied: nobody fits, or many do and nobody
/// said yes. Those that are so already, or revoked, stay as they are, and that is said.
[[nodiscard]] Result<void> suspend(RegistryFiles& files, const PutAside& order);
[[nodiscard]] Result<void> revoke(RegistryFiles& files, const PutAside& order);
/// Ends suspensions. Denied for a revoked device: see reinstate().
[[nodiscard]] Result<void> resume(RegistryFiles& files, const PutAside& order);
/// Ends the revocation of one device: signs the document with the authority's keys found in the folder, or takes one signed elsewhere.
/// Writes the document to the file as well, where one is named, for a device without network. Denied: not revoked, too few keys.
[[nodiscard]] Result<void> reinstate(RegistryFiles& files, const std::string& device, const std::string& reason,
                                     const std::string& key_folder, const std::string& out);
/// Writes it to the file unsigned, for keys that are elsewhere ("sign"); take_reinstatement() takes it back.
[[nodiscard]] Result<void> draft_reinstatement(RegistryFiles& files, const std::string& device, const std::string& reason,
                                               const std::string& file);
[[nodiscard]] Result<void> take_reinstatement(RegistryFiles& files, const std::string& device, const std::string& file);

/// What is on the lists, and until when they count; writes the newest full list and delta as PEM where a file is named.
[[nodiscard]] Result<void> show_lists(RegistryFiles& files, const std::string& out);

}  // namespace anchor::registryd
