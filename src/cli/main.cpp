// SPDX-License-Identifier: Apache-2.0

// anchorctl: asks the daemon of this device, and reads logs, without any judgement of its own.

#include <CLI/CLI.hpp>
#include <iostream>

#include "action.h"
#include "agent_commands.h"
#include "exit_code.h"
#include "offline_commands.h"
#include "policy_options.h"
#include "reference_options.h"

namespace anchor::cli {
namespace {

// What the command line says. The actions refer to it, so it outlives them.
struct Arguments {
    AgentAccess agent;
    StatusOptions status;
    std::string name;
    std::string value;
    std::string file;
    std::vector<std::string> files;
    std::string pcrs;
    std::string folder;
    bool json = false;
    bool yaml = false;
    unsigned eventlog_version = 1;
    bool any_age = false;
    bool yes = false;
    Action action;
};

void add_status(CLI::App& app, Arguments& args, const Painter& paint) {
    auto* const command = app.add_subcommand("status", "How far this device is trusted, and why");
    command->add_flag("--json", args.status.json, "the status as JSON");
    command->add_flag("--watch", args.status.watch, "again whenever it changes");
    command->add_flag("--exit-code", args.status.exit_code, "0 trusted, 10 restricted, 11 unverified, 12 quarantined, 13 revoked");
    command->callback([&args, &paint] { args.action = [&] { return show_status(args.agent, args.status, std::cout, paint); }; });
}

void add_evidence(CLI::App& app, Arguments& args) {
    auto* const command = app.add_subcommand("evidence", "A quote of the TPM, for tpm2_checkquote");
    command->add_option("--nonce", args.value, "1 to 64 octets in hexadecimal")->required()->check(complaint_about_nonce);
    command->add_option("--out", args.folder, "folder for quote.msg, quote.sig, quote.pcrs, ak.pub")->required();
    command->callback([&args] { args.action = [&] { return fetch_evidence(args.agent, args.value, args.folder, std::cout); }; });
}

void add_orders(CLI::App& app, Arguments& args, const Painter& paint) {
    auto* const attest = app.add_subcommand("attest", "Let the registry judge this device now");
    attest->add_flag("--json", args.json, "the result as JSON");
    attest->callback([&args, &paint] { args.action = [&] { return attest_now(args.agent, args.json, std::cout, paint); }; });

    auto* const rotate = app.add_subcommand("rotate", "Replace the certificate of this device now");
    rotate->callback([&args] { args.action = [&] { return rotate_now(args.agent, std::cout); }; });

    auto* const reset = app.add_subcommand("reset", "Forget the owner: keys, policies and all; enrol again like a new device");
    reset->add_flag("--yes", args.yes, "needed: it cannot be undone");
    reset->callback([&args] { args.action = [&] { return reset_device(args.agent, args.yes, std::cout); }; });

    auto* const document = app.add_subcommand("import", "Take a signed document from a file instead of from the registry");
    document->add_option("FILE", args.file)->required();
    document->callback([&args] { args.action = [&] { return import_document(args.agent, args.file, std::cout); }; });

    auto* const telemetry = app.add_subcommand("telemetry", "Values that applications measure");
    telemetry->require_subcommand(1);
    auto* const put = telemetry->add_subcommand("put", "Set a value");
    put->add_option("NAME", args.name)->required();
    put->add_option("VALUE", args.value)->required();
    put->callback([&args] { args.action = [&] { return put_telemetry(args.agent, args.name, args.value); }; });

    auto* const peer = app.add_subcommand("verify-peer", "Whether another device's certificate is to be trusted: exit code 0 or 3");
    peer->add_option("CERT", args.file, "PEM with what leads to the anchors, or DER")->required();
    peer->add_flag("--any-age", args.any_age, "also where no revocation list that is in date is here");
    peer->callback([&args] { args.action = [&] { return verify_peer(args.agent, args.file, !args.any_age, std::cout); }; });

    auto* const access = app.add_subcommand("check-access", "Whether an access is allowed now: exit code 0 or 3");
    access->add_option("NAME", args.name)->required();
    access->callback([&args] { args.action = [&] { return check_access(args.agent, args.name, std::cout); }; });
}

constexpr const char* kLogFile = "boot log of UEFI firmware, or IMA list in binary or ASCII form; - is standard input";

LogForm form_of(const Arguments& args) {
    if (args.yaml) return LogForm::Yaml;
    return args.json ? LogForm::Json : LogForm::Table;
}

void add_logs(CLI::App& app, Arguments& args) {
    auto* const log = app.add_subcommand("log", "Boot logs and IMA lists, from files");
    log->require_subcommand(1);
    auto* const show = log->add_subcommand("show", "What a log says");
    show->add_option("FILE", args.file, kLogFile)->required();
    auto* const json = show->add_flag("--json", args.json, "as JSON");
    show->add_flag("--yaml", args.yaml, "as tpm2_eventlog prints it")->excludes(json);
    show->add_option("--eventlog-version", args.eventlog_version, "as of tpm2_eventlog: 2 takes keys, boot options and partitions apart")
        ->check(CLI::Range(1, 2))
        ->capture_default_str();
    show->callback([&args] { args.action = [&] { return show_log(args.file, form_of(args), args.eventlog_version, std::cout); }; });

    auto* const replay = log->add_subcommand("replay", "The registers that a log leads to");
    replay->add_option("FILE", args.file, kLogFile)->required();
    replay->add_option("--pcrs", args.pcrs, "file of registers to compare with, as tpm2_pcrread prints them");
    replay->callback([&args] {
        args.action = [&] { return replay_log(args.file, args.pcrs.empty() ? std::nullopt : std::optional(args.pcrs), std::cout); };
    });
    add_log_explain(*log, args.action);
}

void add_tables(CLI::App& app, Arguments& args) {
    auto* const claims = app.add_subcommand("claims", "The claims that policies can rest on");
    claims->add_option("TEXT", args.name, "only those with it in their names");
    claims->callback([&args] { args.action = [&] { return list_claims(args.name, std::cout); }; });

    auto* const audit = app.add_subcommand("audit", "The audit log");
    audit->require_subcommand(1);
    auto* const verify = audit->add_subcommand("verify", "Check the chain of its lines");
    verify->add_option("FILE", args.files, "the files of one log, oldest first")->required();
    verify->callback([&args] { args.action = [&] { return verify_audit_files(args.files, std::cout); }; });
}

int run(int argc, char** argv) {
    const Painter paint(colours_wanted());
    Arguments args;
    CLI::App app("anchorctl: the trust anchor of this device", "anchorctl");
    app.set_version_flag("--version", std::string("anchorctl " ANCHOR_VERSION));
    app.add_option("--socket", args.agent.socket, "the daemon's socket")->capture_default_str();
    app.require_subcommand(1);
    app.footer("Exit codes: 0 done, 1 failed, 2 usage, 3 refused or not trusted, 4 daemon not reachable.");
    add_status(app, args, paint);
    add_evidence(app, args);
    add_orders(app, args, paint);
    add_logs(app, args);
    add_tables(app, args);
    add_reference_commands(app, args.agent, args.action);
    add_policy_commands(app, args.agent, args.action);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& problem) {
        return app.exit(problem) == 0 ? exit_code::kDone : exit_code::kUsage;
    }
    const auto code = args.action();
    if (code) return *code;
    std::cerr << "anchorctl: " << printable(code.error().what) << '\n';
    return exit_code_of(code.error());
}

}  // namespace
}  // namespace anchor::cli

int main(int argc, char** argv) { return anchor::cli::run(argc, argv); }
