// SPDX-License-Identifier: Apache-2.0
#pragma once

// anchor-registry init: everything that a new fleet begins with. The folder "authority" in it, or wherever one wants it, holds the keys
// that must not stay on the registry's host: root, claim authority and the k-of-n keys. Those may also be made elsewhere: then the first
// trust-anchor set is a draft, and the registry begins when enough of them have signed it.

#include <string>
#include <vector>

#include <anchor/base/result.h>

namespace anchor::registryd {

struct InitOptions {
    std::string folder;
    std::string tenant;
    std::string batch = "first";
    std::string host = "localhost";
    std::string bind_address = "127.0.0.1";
    std::string user;                ///< whose the registry's folder becomes; empty: who runs this
    std::string broker_user;         ///< whose the folder of the fleet's broker becomes; empty: who runs this
    std::string enroll_broker_user;  ///< whose that of the broker for enrolment becomes; empty: as broker_user
    unsigned fleet_port = 8883;
    unsigned enroll_port = 8884;
    unsigned enroll_registry_port = 8885;
    std::string authority_folder;               ///< where keys that must not stay here are put; empty: "authority" in the folder
    std::vector<std::string> authority_public;  ///< PEM files of keys that were made elsewhere and never come here
    unsigned authority_keys = 3;
    unsigned threshold = 2;
    bool allow_uncertified_ek = false;
    bool allow_software_keys = false;
    bool require_approval = false;
};

/// Denied: the folder has a registry already. Rejected: a name, a port or a number that can't be. Errors of the system.
[[nodiscard]] Result<void> init(const InitOptions& options);

}  // namespace anchor::registryd
