// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reference values against what was measured, and against each other, in words: which event in which register, what was expected,
// what was found. Nothing here verifies a quote: what the files say is taken for what they say.

#include <iosfwd>
#include <string>

#include <anchor/base/result.h>

namespace anchor::cli {

struct Measured {
    std::string log;
    std::string ima;
    std::string pcrs;
};

/// One line a difference; 3 where there is any.
[[nodiscard]] Result<int> diff_references(const std::string& before, const std::string& after, std::ostream& out);

/// Whether the measurements are as the reference says, and lead to the registers. 0 only where all that the reference judges was
/// given and is right; without registers the logs are taken at their word, and it says so. `table` is the file of the table; empty:
/// beside the reference.
[[nodiscard]] Result<int> check_reference(const std::string& reference, const std::string& table, const Measured& measured,
                                          std::ostream& out);

struct ExplainLog {
    std::string file;  ///< a boot log or an IMA list, recognised by its content
    std::string against;
    std::string table;
    std::string pcrs;
};

/// What in this one log is not as the reference says: 0 where nothing is, otherwise 3.
[[nodiscard]] Result<int> explain_log(const ExplainLog& order, std::ostream& out);

}  // namespace anchor::cli
