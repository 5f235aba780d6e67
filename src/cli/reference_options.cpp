// SPDX-License-Identifier: Apache-2.0
#include "reference_options.h"

#include <iostream>
#include <memory>

#include "reference_compare.h"
#include "reference_make.h"

namespace anchor::cli {
namespace {

struct Options {
    MakeReference make;
    bool no_events = false;
    std::string alg = "sha256";
    std::string root;
    std::string reference;
    std::string other;
    std::string table;
    Measured measured;
};
using Shared = std::shared_ptr<Options>;

Result<int> carry_out(Options& args) {
    MakeReference& order = args.make;
    order.events = !args.no_events;
    order.files.alg = hash_alg_from(args.alg).value_or(HashAlg::Sha256);
    order.files.root = args.root;
    while (order.files.root.ends_with('/')) order.files.root.pop_back();
    return make_reference(order, std::cout, std::cerr);
}

void add_measured_sources(CLI::App& make, MakeReference& order, bool& no_events) {
    make.add_flag("--this-device", order.this_device,
                  "boot log, registers and IMA list of this device, as root or as an operator of its daemon");
    make.add_option("--log", order.log, "boot log of the golden device");
    make.add_option("--pcrs", order.pcrs, "its registers, as tpm2_pcrread prints them: what they do not confirm is not taken");
    make.add_option("--ima", order.ima_lists, "its IMA list; may be given more than once");
    make.add_option("--registers", order.registers, "e.g. sha256:0-7,9,14; without it: all that the log extends, but 10");
    make.add_flag("--no-events", no_events, "only the values of registers: smaller, and nobody can say which event differs");
    make.add_option("--firmware", order.min_firmware, "the oldest firmware version that is accepted");
}

void add_file_sources(CLI::App& make, Options& args) {
    MakeReference& order = args.make;
    make.add_option("--tree", order.trees, "every file below this folder of the device");
    make.add_option("--dpkg", order.packages, "every file of the packages that are installed")
        ->expected(0, 1)
        ->default_str("/var/lib/dpkg");
    make.add_option("--list", order.checksums, "what sha256sum and its like print");
    make.add_option("--root", args.root, "where the device's / is, for an image that is mounted here");
    make.add_option("--alg", args.alg, "digest of files, the one of ima_hash=")
        ->check(CLI::IsMember({"sha1", "sha256", "sha384", "sha512"}));
    make.add_flag("--skip-unreadable", order.files.skip_unreadable, "leave out files that cannot be read");
    make.add_flag("--all-file-systems", order.files.all_file_systems, "walk into what is mounted below a --tree");
    make.add_option("--exclude", order.exclude, "a path that nobody judges");
    make.add_option("--exclude-below", order.exclude_below, "a folder that nobody judges");
    make.add_option("--key", order.keys, "certificate or public key that may sign files");
    make.add_flag("--sha1-signatures", order.sha1_signatures, "signatures of these keys count also where they rest on SHA-1");
}

void add_make(CLI::App& group, const Shared& args, const AgentAccess& agent, Action& action) {
    auto* const make = group.add_subcommand("make", "Reference values of a golden device: reference.json and ima.table");
    make->add_option("--out", args->make.folder, "folder for both")->required();
    add_measured_sources(*make, args->make, args->no_events);
    add_file_sources(*make, *args);
    make->callback([args, &agent, &action] {
        if (const std::string complaint = complaint_about(args->make); !complaint.empty()) throw CLI::ValidationError("make", complaint);
        args->make.agent = agent;
        action = [args] { return carry_out(*args); };
    });
}

void add_diff(CLI::App& group, const Shared& args, Action& action) {
    auto* const diff = group.add_subcommand("diff", "What changed between two documents: exit code 0 or 3");
    diff->add_option("A", args->reference, "the reference.json of before")->required();
    diff->add_option("B", args->other, "the one after")->required();
    diff->callback([args, &action] { action = [args] { return diff_references(args->reference, args->other, std::cout); }; });
}

void add_check(CLI::App& group, const Shared& args, Action& action) {
    auto* const check = group.add_subcommand("check", "Whether measurements are as the reference says: exit code 0 or 3");
    check->add_option("REFERENCE", args->reference, "the reference.json to judge by")->required();
    check->add_option("--log", args->measured.log, "boot log");
    check->add_option("--pcrs", args->measured.pcrs, "registers, as tpm2_pcrread prints them");
    check->add_option("--ima", args->measured.ima, "IMA list");
    check->add_option("--table", args->table, "the table of file digests; without it: ima.table beside the reference");
    check->callback([args, &action] {
        if (args->measured.log.empty() && args->measured.pcrs.empty() && args->measured.ima.empty()) {
            throw CLI::ValidationError("check", "nothing to check: --log, --pcrs or --ima");
        }
        action = [args] { return check_reference(args->reference, args->table, args->measured, std::cout); };
    });
}

}  // namespace

void add_reference_commands(CLI::App& app, const AgentAccess& agent, Action& action) {
    auto* const group = app.add_subcommand("reference", "Reference values: what devices are judged by");
    group->require_subcommand(1);
    const auto args = std::make_shared<Options>();
    add_make(*group, args, agent, action);
    add_diff(*group, args, action);
    add_check(*group, args, action);
}

void add_log_explain(CLI::App& log, Action& action) {
    auto* const explain = log.add_subcommand("explain", "What in a log is not as reference values say: exit code 0 or 3");
    const auto order = std::make_shared<ExplainLog>();
    explain->add_option("FILE", order->file, "boot log, or IMA list in binary or ASCII form; - is standard input")->required();
    explain->add_option("--against", order->against, "the reference.json to judge by")->required();
    explain->add_option("--pcrs", order->pcrs, "registers that have to confirm the log, as tpm2_pcrread prints them");
    explain->add_option("--table", order->table, "the table of file digests; without it: ima.table beside the reference");
    explain->callback([order, &action] { action = [order] { return explain_log(*order, std::cout); }; });
}

}  // namespace anchor::cli
