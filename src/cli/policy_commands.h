// SPDX-License-Identifier: Apache-2.0
#pragma once

// The commands of policy authors that only look: check, test, show, diff. Each prints to `out` and gives the exit code. What a
// policy's author got wrong is an answer, not an error: it is printed with its place, and the exit code is "refused".

#include <iosfwd>
#include <string>
#include <vector>

#include <anchor/base/result.h>

namespace anchor::cli {

/// All mistakes of all files, and what does not fit where there are several.
[[nodiscard]] Result<int> check_policies(const std::vector<std::string>& files, bool json, std::ostream& out);

struct PolicyTest {
    std::string policy;
    std::vector<std::string> beside;  ///< other policies in force with it
    std::string cases;                ///< empty: NAME.cases.json beside NAME.json
    bool coverage = false;            ///< each rule has to be shown to pass and to fail
    bool json = false;
};
/// Runs golden cases; those that fail are shown with reasons.
[[nodiscard]] Result<int> test_policy(const PolicyTest& test, std::ostream& out);

/// A policy for people.
[[nodiscard]] Result<int> show_policy(const std::string& file, std::ostream& out);
struct PolicyComparison {
    std::string before;
    std::string after;
    std::vector<std::string> beside;  ///< other policies that are in force before and after: then also what changes for the device
    bool json = false;
};
/// What changes from one version to another; exit code 0 also where much does.
[[nodiscard]] Result<int> compare_policies(const PolicyComparison& comparison, std::ostream& out);

}  // namespace anchor::cli
