// SPDX-License-Identifier: Apache-2.0
#include "policy_commands.h"

#include <algorithm>
#include <ostream>

#include <nlohmann/json.hpp>

#include <anchor/policy/cases.h>
#include <anchor/policy/composition.h>
#include <anchor/policy/difference.h>
#include <anchor/policy/explanation.h>
#include <anchor/policy/outline.h>
#include <anchor/protocol/bodies.h>

#include "exit_code.h"
#include "policy_file.h"
#include "printable_lines.h"
#include "terminal.h"

namespace anchor::cli {
namespace {

using policy::CaseReport;
using policy::CaseResult;
using policy::Mistake;
using policy::RuleCoverage;

std::string json_text(const Json& value) { return value.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

int code_of(bool good) { return good ? exit_code::kDone : exit_code::kRefused; }

std::string counted(std::size_t count, std::string_view what) {
    return std::to_string(count) + " " + std::string(what) + (count == 1 ? "" : "s");
}

std::string title_of(const policy::Policy& policy) { return policy.name + " version " + std::to_string(policy.version); }

Json mistakes_json(const std::vector<Mistake>& mistakes) {
    Json list = Json::array();
    for (const Mistake& each : mistakes) list.push_back({{"line", each.line}, {"column", each.column}, {"message", each.message}});
    return list;
}

Json checked_json(const PolicyFile& checked) {
    Json json = {{"file", checked.file}, {"mistakes", mistakes_json(checked.mistakes)}};
    if (checked.policy) json.update({{"policy", checked.policy->name}, {"version", checked.policy->version}});
    if (checked.draft) json["signers"] = checked.signers;
    return json;
}

void print_checked(const PolicyFile& checked, std::ostream& out) {
    print_mistakes(checked.file, checked.mistakes, out);
    if (!checked.policy) return;
    out << printable(checked.file) << ": " << title_of(*checked.policy) << ", " << counted(checked.policy->rules.size(), "rule")
        << ": no mistakes\n";
}

// Those that no case has shown like this.
std::vector<std::string> never(const std::vector<RuleCoverage>& coverage, bool RuleCoverage::*shown) {
    std::vector<std::string> rules;
    for (const RuleCoverage& each : coverage) {
        if (!(each.*shown)) rules.push_back(each.rule);
    }
    return rules;
}

void print_never(std::string_view how, const std::vector<std::string>& rules, std::ostream& out) {
    if (rules.empty()) return;
    out << "no case shows " << how << ':';
    for (const std::string& rule : rules) out << ' ' << rule;
    out << '\n';
}

void print_failed(const CaseResult& result, const policy::PolicySet& policies, std::ostream& out) {
    for (const std::string& problem : result.problems) out << "        " << printable(problem) << '\n';
    std::string text = to_text(policy::explain(policies, result.decision));
    std::size_t from = 0;
    for (std::size_t end = text.find('\n'); end != std::string::npos; from = end + 1, end = text.find('\n', from))
        out << "        | " << printable(std::string_view(text).substr(from, end - from)) << '\n';
}

void print_report(const CaseReport& report, const policy::PolicySet& policies, std::ostream& out) {
    std::size_t failed = 0;
    for (const CaseResult& result : report.results) {
        out << (result.problems.empty() ? "ok      " : "FAILED  ") << printable(result.name) << '\n';
        if (result.problems.empty()) continue;
        ++failed;
        print_failed(result, policies, out);
    }
    out << report.results.size() - failed << " passed, " << failed << " failed\n";
    print_never("these rules pass", never(report.coverage, &RuleCoverage::passed), out);
    print_never("these rules fail", never(report.coverage, &RuleCoverage::failed), out);
    print_never("these rules unknown", never(report.coverage, &RuleCoverage::unknown), out);
}

Json result_json(const CaseResult& result) {
    Json findings = Json::array();
    for (const Finding& finding : result.decision.findings) findings.push_back(protocol::to_json(finding));
    return {{"name", result.name},          {"passed", result.problems.empty()},
            {"problems", result.problems},  {"level", to_string(result.decision.level)},
            {"risk", result.decision.risk}, {"findings", std::move(findings)}};
}

Json report_json(const CaseReport& report) {
    Json cases = Json::array();
    for (const CaseResult& result : report.results) cases.push_back(result_json(result));
    Json coverage = Json::array();
    for (const RuleCoverage& each : report.coverage)
        coverage.push_back({{"rule", each.rule}, {"passed", each.passed}, {"failed", each.failed}, {"unknown", each.unknown}});
    return {{"cases", std::move(cases)}, {"coverage", std::move(coverage)}, {"passed", report.passed()}};
}

std::string cases_beside(const std::string& policy) {
    constexpr std::string_view kEnding = ".json";
    return policy.ends_with(kEnding) ? policy.substr(0, policy.size() - kEnding.size()) + ".cases.json" : policy + ".cases.json";
}

std::vector<std::string> files_of(const std::string& first, const std::vector<std::string>& others) {
    std::vector<std::string> files{first};
    files.insert(files.end(), others.begin(), others.end());
    return files;
}

// In force side by side, or not at all: a report about policies that contradict each other would mislead.
Result<policy::PolicySet> together(const std::vector<PolicyFile>& files, std::ostream& complaints) {
    policy::PolicySet policies = signed_set(files);
    const auto conflicts = policy::conflicts(policies);
    for (const std::string& conflict : conflicts) complaints << "together: " << printable(conflict) << '\n';
    if (!conflicts.empty()) return rejected("the policies do not fit together");
    return policies;
}

bool is_covered(const CaseReport& report) {
    return never(report.coverage, &RuleCoverage::passed).empty() && never(report.coverage, &RuleCoverage::failed).empty();
}

}  // namespace

Result<int> check_policies(const std::vector<std::string>& files, bool json, std::ostream& out) {
    std::vector<PolicyFile> checked;
    for (const std::string& file : files) {
        ANCHOR_ASSIGN_OR_RETURN(PolicyFile one, read_policy_file(file));
        checked.push_back(std::move(one));
    }
    const bool readable = std::ranges::all_of(checked, [](const PolicyFile& each) { return each.policy != nullptr; });
    const auto conflicts = readable ? policy::conflicts(signed_set(checked)) : std::vector<std::string>();
    const bool good = readable && conflicts.empty();
    if (json) {
        Json list = Json::array();
        for (const PolicyFile& each : checked) list.push_back(checked_json(each));
        out << json_text({{"files", std::move(list)}, {"conflicts", conflicts}, {"passed", good}});
        return code_of(good);
    }
    for (const PolicyFile& each : checked) print_checked(each, out);
    for (const std::string& conflict : conflicts) out << "together: " << printable(conflict) << '\n';
    return code_of(good);
}

Result<int> test_policy(const PolicyTest& test, std::ostream& out) {
    ANCHOR_ASSIGN_OR_RETURN(const auto read, read_right_policies(files_of(test.policy, test.beside), out));
    ANCHOR_ASSIGN_OR_RETURN(const policy::PolicySet policies, together(read, out));
    const std::string file = test.cases.empty() ? cases_beside(test.policy) : test.cases;
    ANCHOR_ASSIGN_OR_RETURN(const std::string table, read_authors_file(file));
    std::vector<Mistake> mistakes;
    const auto report = policy::run_cases(policies, table, &mistakes);
    if (!report) {
        print_mistakes(file, mistakes, out);
        return rejected("the cases are not right");
    }
    if (test.json)
        out << json_text(report_json(*report));
    else
        print_report(*report, policies, out);
    return code_of(report->passed() && (!test.coverage || is_covered(*report)));
}

Result<int> show_policy(const std::string& file, std::ostream& out) {
    ANCHOR_ASSIGN_OR_RETURN(const auto read, read_right_policies({file}, out));
    const PolicyFile& shown = read.front();
    out << printable_lines(policy::outline(*shown.policy));
    if (!shown.draft) return exit_code::kDone;
    out << "\nsigned for " << printable(shown.draft->document.audience) << " of " << printable(shown.draft->document.tenant) << ", version "
        << shown.draft->document.version << ", by keys that were not checked\n";
    for (const std::string& kid : shown.signers) out << "  " << printable(kid) << '\n';
    return exit_code::kDone;
}

Result<int> compare_policies(const PolicyComparison& comparison, std::ostream& out) {
    ANCHOR_ASSIGN_OR_RETURN(const auto before, read_right_policies(files_of(comparison.before, comparison.beside), out));
    ANCHOR_ASSIGN_OR_RETURN(const auto after, read_right_policies(files_of(comparison.after, comparison.beside), out));
    auto lines = policy::diff(*before.front().policy, *after.front().policy);
    if (!comparison.beside.empty()) {
        ANCHOR_ASSIGN_OR_RETURN(const policy::PolicySet old_set, together(before, out));
        ANCHOR_ASSIGN_OR_RETURN(const policy::PolicySet new_set, together(after, out));
        for (const std::string& line : policy::diff(old_set, new_set)) lines.push_back("together " + line);
    }
    if (comparison.json) {
        out << json_text(lines);
        return exit_code::kDone;
    }
    for (const std::string& line : lines) out << printable(line) << '\n';
    if (lines.empty()) out << "nothing changes\n";
    return exit_code::kDone;
}

}  // namespace anchor::cli
