// SPDX-License-Identifier: Apache-2.0
#pragma once

// The issuing CAs in the folder "ca": the one in use, and those before it. One file, issuing.pem, says which is in use and is replaced in
// one step; the key is the one that belongs to it, whatever its file is called, so that power may fail at any instruction.

#include "folder.h"

namespace anchor::registryd {

struct IssuingAuthority {
    std::vector<crypto::Certificate> chain;  ///< its own first
    crypto::SoftwareKey key;
};

/// Denied: no key here belongs to the certificate in use.
[[nodiscard]] Result<IssuingAuthority> read_issuing(const Folder& folder);
/// Those that were in use before and whose own certificates still count: what they have issued may be out there. Denied: the key of one is
/// missing.
[[nodiscard]] Result<std::vector<IssuingAuthority>> read_predecessors(const Folder& folder, WallTime now);

/// The key for which a certificate is or will be requested: made where there is none.
[[nodiscard]] Result<crypto::SoftwareKey> next_issuing_key(const Folder& folder);
/// Puts the certificate for that key in use and keeps the one before; the serial number of that. One for the key in use takes the place of
/// its certificate. Doing it again finishes what power has ended, and changes nothing where all is done. Rejected: it is for another key,
/// or gives the key in use another name.
[[nodiscard]] Result<std::string> put_in_place(const Folder& folder, const std::vector<crypto::Certificate>& chain);

}  // namespace anchor::registryd
