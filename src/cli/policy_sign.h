// SPDX-License-Identifier: Apache-2.0
#pragma once

// Signing policies away from the registry's host, with keys that need not meet: the first signer makes a document, each further
// one adds a signature to it. What gets signed is shown, and nothing is signed that devices would not read.

#include <iosfwd>
#include <string>
#include <vector>

#include <anchor/base/result.h>
#include <anchor/base/time.h>

namespace anchor::cli {

struct SignOptions {
    std::string file;               ///< a policy, or a document that others have signed already
    std::vector<std::string> keys;  ///< files with private keys
    std::string pass_phrase;        ///< file with the pass phrase of all keys; empty: none
    std::string anchors;            ///< file with the trust-anchor set in force, as published: it says whose keys count
    std::string tenant;
    std::string group;  ///< one of group, device and fleet; for a signed document only compared
    std::string device;
    bool fleet = false;
    std::string name;  ///< of the document; the group's where it is for one
    std::string out;   ///< a new file
};

/// Says how far it has come. Denied: a key that others may read or that may not sign policies, or an output that is there. Rejected: a
/// policy with mistakes (all printed), a key that has signed already, a set that does not vouch for itself, a signed document that says
/// something else than the options, one that is too large to be sent.
[[nodiscard]] Result<int> sign_policy(const SignOptions& options, WallTime now, std::ostream& out);

}  // namespace anchor::cli
