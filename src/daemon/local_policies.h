// SPDX-License-Identifier: Apache-2.0
#pragma once

// LocalPolicies: the folder policy.d. A signed document there goes the way of one from the registry, through the agent's gate; an
// unsigned one can only tighten. The folder is the operator's, and he may be in the middle of writing: what can't be used is told
// with its place, and what was good before stays in force. Where nothing was, nobody knows what it would close: a policy that never
// passes stands in its place (a warning), until it can be used or goes.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <anchor/base/result.h>

namespace anchor::daemon {

class LocalPolicies {
public:
    /// A document that wants to go through the gate.
    struct SignedFile {
        std::string file;
        std::string text;
    };

    explicit LocalPolicies(std::string folder) : folder_(std::move(folder)) {}

    /// Reads everything anew: *.json and *.jws, in the order of their names; without the folder there is nothing. What is wrong,
    /// one line each ("FILE:LINE:COLUMN: …"); empty where all is well. A file that is wrong counts as it was when it was right; one
    /// that went is gone. An unsigned policy never gives way to an older version of itself.
    [[nodiscard]] std::vector<std::string> read();
    /// Whether files came, went or were written since read(): names, sizes and times are compared.
    [[nodiscard]] bool changed() const;

    /// The unsigned ones, each without a mistake; at the end the one that stands in for what cannot be used.
    [[nodiscard]] std::vector<std::string> unsigned_texts() const;
    [[nodiscard]] const std::vector<SignedFile>& signed_files() const noexcept { return signed_; }

private:
    struct Unsigned {
        std::string text;
        std::string name;
        std::uint64_t version = 0;
    };
    struct Listing {
        std::map<std::string, std::string> files;  // and what tells one state of a file from another
        std::string complaint;
    };

    [[nodiscard]] Listing list() const;
    void read_file(const std::string& file, std::map<std::string, Unsigned>& unsigned_files, std::vector<std::string>& complaints);
    void keep(const std::string& file, std::map<std::string, Unsigned>& unsigned_files);

    std::string folder_;
    Listing seen_;
    std::map<std::string, Unsigned> unsigned_;
    std::vector<SignedFile> signed_;
    std::vector<std::string> unknown_;  // files that cannot be used, and never could
    bool was_read_ = false;
};

}  // namespace anchor::daemon
