// SPDX-License-Identifier: Apache-2.0
#pragma once

// A policy from a file of its author: the document itself, or one that was signed already. Signatures are shown, not judged:
// that is what devices do.

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include <anchor/policy/policy_set.h>
#include <anchor/protocol/signing.h>

namespace anchor::cli {

struct PolicyFile {
    std::string file;
    std::string text;                              ///< of the policy
    std::shared_ptr<const policy::Policy> policy;  ///< none where there are mistakes
    std::vector<policy::Mistake> mistakes;
    std::optional<protocol::Draft> draft;  ///< of a signed document, unverified
    std::vector<std::string> signers;      ///< its key names, unverified
};

/// A text of a file on this side of the socket. Unavailable or Denied: it can't be read; Rejected: larger than anything that
/// these commands read.
[[nodiscard]] Result<std::string> read_authors_file(const std::string& file);

/// Rejected: a signed document that is none of a policy. Otherwise as read_authors_file().
[[nodiscard]] Result<PolicyFile> read_policy_file(const std::string& file);

/// "FILE:LINE:COLUMN: …", one line each.
void print_mistakes(const std::string& file, const std::vector<policy::Mistake>& mistakes, std::ostream& out);

/// Every file, or Rejected after all mistakes were printed to `complaints`.
[[nodiscard]] Result<std::vector<PolicyFile>> read_right_policies(const std::vector<std::string>& files, std::ostream& complaints);

/// As if a device had accepted all of them.
[[nodiscard]] policy::PolicySet signed_set(const std::vector<PolicyFile>& files);

}  // namespace anchor::cli
