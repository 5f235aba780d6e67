// SPDX-License-Identifier: Apache-2.0
#include "policy_explain.h"

#include <ostream>

#include <nlohmann/json.hpp>

#include <anchor/policy/cases.h>
#include <anchor/policy/evaluator.h>
#include <anchor/policy/explanation.h>
#include <anchor/policy/explanation_json.h>
#include <anchor/protocol/bodies.h>

#include "agent_call.h"
#include "exit_code.h"
#include "policy_file.h"
#include "printable_lines.h"

namespace anchor::cli {
namespace {

constexpr SteadyTime kMoment{std::chrono::hours{24 * 365 * 30}};  // old enough for every age that a person can write

void print(const policy::Explanation& explanation, std::ostream& out) { out << printable_lines(to_text(explanation)); }

void print_json(const Json& json, std::ostream& out) { out << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n'; }

// The level in force also follows from the owner's and the registry's word, and gets better only after a while.
void print_difference(const Json& decision, const policy::Explanation& explanation, std::ostream& out) {
    const auto in_force = policy::level_in(decision, "in_force");
    if (!in_force || *in_force == explanation.level) return;
    out << "This device is " << to_string(*in_force) << ": " << printable(json_string(decision, "because").value_or("")) << '\n'
        << "Its policies alone, by what was seen last:\n";
}

Result<int> explain_this_device(const AgentAccess& agent, const ExplainOptions& options, std::ostream& out) {
    ANCHOR_ASSIGN_OR_RETURN(const Json answer, call_agent(agent, "GetDecision", {{"wanted", options.level}}));
    const Json decision = answer.value("decision", Json::object());
    if (!decision.contains("explanation"))
        return unavailable("this daemon tells findings, no conditions: give its policies, and claims with --claims");
    if (options.json) {
        print_json(decision, out);
        return exit_code::kDone;
    }
    ANCHOR_ASSIGN_OR_RETURN(const auto explanation,
                            policy::explanation_from(decision.value("explanation", Json::object()), protocol::finding_from));
    print_difference(decision, explanation, out);
    print(explanation, out);
    return exit_code::kDone;
}

Result<int> explain_claims(const ExplainOptions& options, std::ostream& out) {
    ANCHOR_ASSIGN_OR_RETURN(const auto read, read_right_policies(options.policies, out));
    const policy::PolicySet policies = signed_set(read);
    ANCHOR_ASSIGN_OR_RETURN(const std::string text, read_authors_file(options.claims));
    std::vector<policy::Mistake> mistakes;
    const auto claims = policy::claims_from(policies, text, kMoment, &mistakes);
    if (!claims) {
        print_mistakes(options.claims, mistakes, out);
        return rejected("the claims are not right");
    }
    policy::Evaluator evaluator(policies);
    const auto explanation = policy::explain(policies, evaluator.evaluate(*claims, kMoment), *level_from(options.level));
    if (options.json)
        print_json(policy::to_json(explanation, protocol::to_json), out);
    else
        print(explanation, out);
    return exit_code::kDone;
}

}  // namespace

std::string complaint_about_level(const std::string& level) {
    return level_from(level) ? std::string() : "expected trusted, restricted, unverified, quarantined or revoked";
}

Result<int> explain_level(const AgentAccess& agent, const ExplainOptions& options, std::ostream& out) {
    return options.policies.empty() ? explain_this_device(agent, options, out) : explain_claims(options, out);
}

}  // namespace anchor::cli
