// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reference values from a golden device: from its measurements, its files, or both. What its registers do not confirm is not
// taken. The result is for people to read and for the authority's keys to sign.

#include <iosfwd>
#include <string>
#include <vector>

#include <anchor/base/result.h>

#include "agent_commands.h"
#include "golden_files.h"

namespace anchor::cli {

struct MakeReference {
    std::string folder;        ///< for reference.json and ima.table
    bool this_device = false;  ///< its boot log, registers and IMA list, where the next three do not say otherwise
    AgentAccess agent;         ///< who reads its logs for those who are not root
    std::string log;
    std::string pcrs;
    std::vector<std::string> ima_lists;

    std::string registers;  ///< "sha256:0-7"; empty: every one that the log extends, but 10
    bool events = true;
    std::string min_firmware;

    std::vector<std::string> trees;  ///< paths of the device
    std::string packages;            ///< dpkg's database, a path of the device; empty: none
    std::vector<std::string> checksums;
    std::vector<std::string> exclude;
    std::vector<std::string> exclude_below;
    std::vector<std::string> keys;
    bool sha1_signatures = false;  ///< of these keys count too
    GoldenOptions files;
};

/// What is missing in what was asked for; empty where nothing is.
[[nodiscard]] std::string complaint_about(const MakeReference& order);

/// Writes the files and tells what is in them, and in `notes` what was left out. Rejected: the golden device's own registers
/// do not confirm its logs, or a source has another form. Unavailable: a file cannot be read or written.
[[nodiscard]] Result<int> make_reference(const MakeReference& order, std::ostream& out, std::ostream& notes);

}  // namespace anchor::cli
