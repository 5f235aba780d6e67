// SPDX-License-Identifier: Apache-2.0
#include "policy_options.h"

#include <iostream>
#include <memory>

#include "policy_commands.h"
#include "policy_explain.h"
#include "policy_sign.h"

namespace anchor::cli {
namespace {

struct PolicyArguments {
    std::vector<std::string> files;
    std::string file;
    bool json = false;
    PolicyTest test;
    PolicyComparison comparison;
    ExplainOptions explain;
    SignOptions sign;
};

using Shared = std::shared_ptr<PolicyArguments>;

void add_check(CLI::App& group, const Shared& args, Action& action) {
    auto* const command = group.add_subcommand("check", "All mistakes of policies, with line and column; several have to fit together");
    command->add_option("FILE", args->files)->required();
    command->add_flag("--json", args->json, "for scripts");
    command->callback([args, &action] { action = [args] { return check_policies(args->files, args->json, std::cout); }; });
}

void add_test(CLI::App& group, const Shared& args, Action& action) {
    auto* const command = group.add_subcommand("test", "Run golden cases against a policy");
    command->add_option("FILE", args->test.policy)->required();
    command->add_option("CASES", args->test.cases, "NAME.cases.json beside NAME.json where it is not given");
    command->add_option("--with", args->test.beside, "another policy that is in force beside it; may be given several times")
        ->allow_extra_args(false);
    command->add_flag("--coverage", args->test.coverage, "fail where a rule is never shown to pass, or to fail");
    command->add_flag("--json", args->test.json, "for scripts");
    command->callback([args, &action] { action = [args] { return test_policy(args->test, std::cout); }; });
}

void add_show(CLI::App& group, const Shared& args, Action& action) {
    auto* const show = group.add_subcommand("show", "A policy for people, signed or not");
    show->add_option("FILE", args->file)->required();
    show->callback([args, &action] { action = [args] { return show_policy(args->file, std::cout); }; });

    auto* const diff = group.add_subcommand("diff", "What changes from one policy to another");
    PolicyComparison& comparison = args->comparison;
    diff->add_option("BEFORE", comparison.before)->required();
    diff->add_option("AFTER", comparison.after)->required();
    diff->add_option("--with", comparison.beside, "another policy that is in force before and after; may be given several times")
        ->allow_extra_args(false);
    diff->add_flag("--json", comparison.json, "for scripts");
    diff->callback([args, &action] { action = [args] { return compare_policies(args->comparison, std::cout); }; });
}

void add_explain(CLI::App& group, const AgentAccess& agent, const Shared& args, Action& action) {
    auto* const command =
        group.add_subcommand("explain", "What keeps a better level away: on this device, or with given policies and claims");
    auto* const claims = command->add_option("--claims", args->explain.claims, "claims for the policies, as cases write them");
    command->add_option("FILE", args->explain.policies, "policies in place of those in force here")->needs(claims);
    claims->needs(command->get_option("FILE"));
    command->add_option("--level", args->explain.level, "the level that is wanted")->check(complaint_about_level)->capture_default_str();
    command->add_flag("--json", args->explain.json, "for scripts");
    command->callback([args, &agent, &action] { action = [args, &agent] { return explain_level(agent, args->explain, std::cout); }; });
}

WallTime now() { return std::chrono::time_point_cast<Milliseconds>(std::chrono::system_clock::now()); }

void add_sign(CLI::App& group, const Shared& args, Action& action) {
    SignOptions& sign = args->sign;
    auto* const command = group.add_subcommand("sign", "Sign a policy, or add a signature to a signed one");
    command->add_option("FILE", sign.file)->required();
    command->add_option("--key", sign.keys, "private key, PEM; may be given several times")->required()->allow_extra_args(false);
    command->add_option("--pass-phrase-file", sign.pass_phrase, "file with the pass phrase of the keys");
    command->add_option("--anchors", sign.anchors, "the trust-anchor set in force, as published")->required();
    command->add_option("--tenant", sign.tenant, "the fleet's owner");
    auto* const for_group = command->add_option("--group", sign.group, "for the devices of a group");
    auto* const for_device = command->add_option("--device", sign.device, "for one device")->excludes(for_group);
    command->add_flag("--fleet", sign.fleet, "for all devices")->excludes(for_group)->excludes(for_device);
    command->add_option("--name", sign.name, "name of the document; the group's or the policy's where it is not given");
    command->add_option("--out", sign.out, "a new file for the signed document")->required();
    command->callback([args, &action] { action = [args] { return sign_policy(args->sign, now(), std::cout); }; });
}

}  // namespace

void add_policy_commands(CLI::App& app, const AgentAccess& agent, Action& action) {
    const auto args = std::make_shared<PolicyArguments>();
    auto* const group = app.add_subcommand("policy", "For authors of policies: check, test, show, explain, diff, sign");
    group->require_subcommand(1);
    add_check(*group, args, action);
    add_test(*group, args, action);
    add_show(*group, args, action);
    add_explain(*group, agent, args, action);
    add_sign(*group, args, action);
}

}  // namespace anchor::cli
