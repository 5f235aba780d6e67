// SPDX-License-Identifier: Apache-2.0
#pragma once

// anchor-registry audit: what was done and what came, in the order in which it happened.

#include <string>

#include "registry_files.h"

namespace anchor::registryd {

struct AuditWish {
    std::string device;        ///< of this one only
    std::string act;           ///< of this kind only, such as "revoked"
    std::string since;         ///< a time (RFC 3339), or a duration back from now, such as "2h"
    std::string until;         ///< likewise
    std::uint64_t newest = 0;  ///< so many of the newest that fit; 0: all
    bool json = false;         ///< one object a line
};
/// To standard output. Rejected: a time of neither form.
[[nodiscard]] Result<void> list_audit(RegistryFiles& files, const AuditWish& wish);

}  // namespace anchor::registryd
