// SPDX-License-Identifier: Apache-2.0
#pragma once

// Orders that a device leaves this owner: to another registry, or for good. Each is signed by k of n keys off this machine; the registry
// carries it, and hears the device's farewell.

#include <string>

#include "registry_files.h"

namespace anchor::registryd {

struct Depart {
    std::string device;
    std::string reason;      ///< in words
    std::string bundle;      ///< the next owner's claim bundle; empty: the device is retired
    std::string key_folder;  ///< with authority-*.key
    std::string draft;       ///< not signed: written here, for keys that are elsewhere
    std::string document;    ///< takes what was signed elsewhere
    std::string out;         ///< the signed order is written here as well, for "anchorctl import"
};

/// Signs the order, stores it and has the device's standing name it. Denied: no such device, a revoked one, too few keys. Rejected: the
/// bundle is none, or its own keys do not vouch for its trust-anchor set; a document for another device or enrolment.
[[nodiscard]] Result<void> depart(RegistryFiles& files, const Depart& order);

}  // namespace anchor::registryd
