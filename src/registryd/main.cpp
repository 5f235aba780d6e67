// SPDX-License-Identifier: Apache-2.0
// anchor-registry: the command line, and which act it means.
#include <CLI/CLI.hpp>
#include <iostream>

#include "audit_list.h"
#include "authority_commands.h"
#include "batches.h"
#include "depart.h"
#include "init.h"
#include "operations.h"
#include "put_aside.h"
#include "rotate.h"
#include "serve.h"
#include "telemetry_list.h"

namespace anchor::registryd {
namespace {

using protocol::DocumentKind;

enum Exit { kDone = 0, kFailed = 1, kUsage = 2, kRefused = 3 };

int report(const Result<void>& done) {
    if (done) return kDone;
    std::cerr << "anchor-registry: " << done.error().what << "\n";
    const ErrorKind kind = done.error().kind;
    return kind == ErrorKind::Rejected || kind == ErrorKind::Denied ? kRefused : kFailed;
}

// Everything that the commands can be given.
struct Given {
    InitOptions init{.folder = "/var/lib/anchor-registry"};
    std::string device, what, note, list, reason, group = "default", file, keys, table, draft;
    PutAside order;
    RotationOrder rotation;
    AuditWish audit;
    TelemetryWish telemetry;
    Depart depart;
    NewBatch batch;
    unsigned worker = 1;
    bool json = false;
};

using Act = std::function<Result<void>()>;

Act with_files(Given& given, std::function<Result<void>(RegistryFiles&)> act) {
    return [&given, act = std::move(act)]() -> Result<void> {
        ANCHOR_ASSIGN_OR_RETURN(const auto files, RegistryFiles::open(given.init.folder));
        return act(*files);
    };
}

void add_init(CLI::App& app, Given& given, Act& act) {
    auto* command = app.add_subcommand("init", "Make a new registry: authorities, keys, claim bundle, broker configuration");
    auto& options = given.init;
    command->add_option("--tenant", options.tenant, "Name of the fleet's owner: a-z, 0-9 and inner -")->required();
    command->add_option("--host", options.host, "Name or address under which devices reach the broker")->capture_default_str();
    command->add_option("--bind", options.bind_address, "Address that the broker listens on")->capture_default_str();
    command->add_option("--enroll-port", options.enroll_port, "Port for devices with a claim certificate")->capture_default_str();
    command->add_option("--enroll-registry-port", options.enroll_registry_port, "Port for the registry, at the broker for enrolment")
        ->capture_default_str();
    command->add_option("--fleet-port", options.fleet_port, "Port for devices with their own certificate")->capture_default_str();
    command->add_option("--user", options.user, "User that \"serve\" runs as, where root runs this (default: who runs this)");
    command->add_option("--broker-user", options.broker_user, "User that the fleet's broker runs as (default: who runs this)");
    command->add_option("--enroll-broker-user", options.enroll_broker_user,
                        "User that the broker for enrolment runs as (default: as --broker-user)");
    command->add_option("--authority-keys", options.authority_keys, "How many keys sign policies and reference values")
        ->capture_default_str();
    command->add_option("--authority-public", options.authority_public,
                        "PEM files of such keys that were made elsewhere: none is made here");
    command->add_option("--authority-folder", options.authority_folder, "Where keys go that must not stay here (default: \"authority\")");
    command->add_option("--threshold", options.threshold, "How many of them it takes")->capture_default_str();
    command->add_option("--batch", options.batch, "Name of the first batch of devices")->capture_default_str();
    command->add_flag("--allow-uncertified-ek", options.allow_uncertified_ek, "Let TPMs without an EK certificate enrol");
    command->add_flag("--allow-software-keys", options.allow_software_keys, "Let devices without a TPM enrol");
    command->add_flag("--require-approval", options.require_approval, "Each new device waits for an operator");
    command->callback([&] { act = [&] { return init(given.init); }; });
}

void add_selection(CLI::App& command, Selection& who) {
    command.add_option("--label", who.labels, "All devices with this label, NAME=VALUE; may be said more than once");
    command.add_option("--batch", who.batch, "All devices that enrolled with this claim");
    command.add_option("--group", who.group, "All devices of this group");
    command.add_option("--standing", who.standing, "All devices that are active, suspended or revoked");
    command.add_option("--level", who.level, "All devices that the registry judged so last");
    command.add_option("--ek-manufacturer", who.ek_manufacturer, "All devices whose EK certificate was issued by somebody of that name");
}

void add_devices(CLI::App& app, Given& given, Act& act) {
    auto* devices = app.add_subcommand("devices", "List the devices; \"devices show ID\" tells all about one");
    devices->add_flag("--json", given.json, "For scripts");
    add_selection(*devices, given.order.who);
    auto* show = devices->add_subcommand("show", "All about one device");
    show->add_option("ID", given.device, "The device")->required();
    show->add_flag("--json", given.json, "For scripts");
    devices->callback([&, show] {
        act = with_files(given, [&given, show](RegistryFiles& files) {
            return show->parsed() ? show_device(files, given.device, given.json) : list_devices(files, given.order.who, given.json);
        });
    });
    auto* approve_one = app.add_subcommand("approve", "Let a device enrol that waits for approval");
    approve_one->add_option("ID", given.device, "The device")->required();
    approve_one->callback([&] { act = with_files(given, [&given](RegistryFiles& files) { return approve(files, given.device); }); });
    auto* group = app.add_subcommand("group", "Put a device into a group: its policy and its reference values");
    group->add_option("ID", given.device, "The device")->required();
    group->add_option("GROUP", given.group, "The group")->required();
    group->callback(
        [&] { act = with_files(given, [&given](RegistryFiles& files) { return set_group(files, given.device, given.group); }); });
}

crypto::CrlReason code_of(const std::string& word) {
    if (word == "key-compromise") return crypto::CrlReason::KeyCompromise;
    return word == "retired" ? crypto::CrlReason::CessationOfOperation : crypto::CrlReason::PrivilegeWithdrawn;
}

CLI::App* add_order(CLI::App& app, Selection& who, bool& yes, const char* name, const char* about) {
    auto* command = app.add_subcommand(name, about);
    command->add_option("ID", who.devices, "The devices");
    add_selection(*command, who);
    command->add_flag("--yes", yes, "Needed where the devices are not named one by one");
    return command;
}

CLI::App* add_order(CLI::App& app, Given& given, const char* name, const char* about) {
    return add_order(app, given.order.who, given.order.yes, name, about);
}

void add_rotate(CLI::App& app, Given& given, Act& act) {
    RotationOrder& order = given.rotation;
    auto* command = add_order(app, order.who, order.yes, "rotate", "Have devices take new certificates before their time");
    command->add_flag("--all", order.all, "Everyone who is active");
    command->add_option("--within", order.within, "Until when, from now: 1m to 366d")->capture_default_str();
    command->callback([&] { act = with_files(given, [&order](RegistryFiles& files) { return order_rotation(files, order); }); });
}

void add_audit(CLI::App& app, Given& given, Act& act) {
    AuditWish& wish = given.audit;
    auto* command = app.add_subcommand("audit", "What was done and what came, the oldest first");
    command->add_option("--device", wish.device, "Of this device");
    command->add_option("--act", wish.act, "Of this kind, such as \"revoked\"");
    command->add_option("--since", wish.since, "From then on: 2026-11-23T12:00:00Z, or 2h for two hours ago");
    command->add_option("--until", wish.until, "Before then, likewise");
    command->add_option("--newest", wish.newest, "So many of the newest");
    command->add_flag("--json", wish.json, "For scripts: one object a line");
    command->callback([&] { act = with_files(given, [&wish](RegistryFiles& files) { return list_audit(files, wish); }); });
}

void add_telemetry(CLI::App& app, Given& given, Act& act) {
    TelemetryWish& wish = given.telemetry;
    auto* command = app.add_subcommand("telemetry", "What applications on a device said, by the device's own word, the oldest first");
    command->add_option("ID", wish.device, "The device")->required();
    command->add_option("--newest", wish.newest, "So many of the newest");
    command->add_flag("--json", wish.json, "For scripts: one object a line");
    command->callback([&] { act = with_files(given, [&wish](RegistryFiles& files) { return list_telemetry(files, wish); }); });
}

void add_put_aside(CLI::App& app, Given& given, Act& act) {
    auto* suspend_some = add_order(app, given, "suspend", "Put devices aside until \"resume\": their certificates are on hold");
    suspend_some->add_option("--reason", given.order.reason, "Why, in words")->required();
    suspend_some->callback([&] { act = with_files(given, [&given](RegistryFiles& files) { return suspend(files, given.order); }); });

    auto* revoke_some = add_order(app, given, "revoke", "Put devices aside for good: only a reinstatement, k of n, ends that");
    revoke_some->add_option("--reason", given.order.reason, "Why, in words")->required();
    revoke_some->add_option("--code", given.what, "What stands on the lists")
        ->check(CLI::IsMember({"key-compromise", "retired", "withdrawn"}))
        ->default_str("withdrawn");
    revoke_some->callback([&] {
        act = with_files(given, [&given](RegistryFiles& files) {
            given.order.code = code_of(given.what);
            return revoke(files, given.order);
        });
    });

    auto* resume_some = add_order(app, given, "resume", "End suspensions");
    resume_some->callback([&] { act = with_files(given, [&given](RegistryFiles& files) { return resume(files, given.order); }); });

    auto* back = app.add_subcommand("reinstate", "End a revocation; the device enrols again, with a new key");
    back->add_option("ID", given.device, "The device")->required();
    back->add_option("--reason", given.reason, "Why, in words");
    back->add_option("--keys", given.keys, "Folder with authority-*.key (default: the registry's own \"authority\")");
    back->add_option("--out", given.what, "Write the signed document here as well, for \"anchorctl import\"");
    auto* draft = back->add_option("--draft", given.draft, "Do not sign: write it to this file, for \"sign\"");
    back->add_option("--document", given.file, "Take a document that was signed elsewhere")->excludes(draft);
    back->callback([&] {
        act = with_files(given, [&given](RegistryFiles& files) {
            if (!given.file.empty()) return take_reinstatement(files, given.device, given.file);
            if (!given.draft.empty()) return draft_reinstatement(files, given.device, given.reason, given.draft);
            return reinstate(files, given.device, given.reason, given.keys.empty() ? files.folder().authority() : given.keys, given.what);
        });
    });

    auto* crl = app.add_subcommand("crl", "Renew and show the revocation lists; the broker's is written as well");
    crl->add_option("--out", given.file, "Write full list and delta here, PEM, for \"anchorctl import\"");
    crl->callback([&] { act = with_files(given, [&given](RegistryFiles& files) { return show_lists(files, given.file); }); });
}

CLI::App* add_departure(CLI::App& app, Given& given, Act& act, const char* name, const char* about) {
    auto* command = app.add_subcommand(name, about);
    Depart& order = given.depart;
    command->add_option("ID", order.device, "The device")->required();
    command->add_option("--reason", order.reason, "Why, in words");
    command->add_option("--keys", order.key_folder, "Folder with authority-*.key (default: the registry's own \"authority\")");
    command->add_option("--draft", order.draft, "Do not sign: write it to this file, for \"sign\"");
    command->add_option("--document", order.document, "Take an order that was signed elsewhere");
    command->add_option("--out", order.out, "Write the signed order here as well, for \"anchorctl import\"");
    command->callback([&] { act = with_files(given, [&given](RegistryFiles& files) { return depart(files, given.depart); }); });
    return command;
}

void add_departures(CLI::App& app, Given& given, Act& act) {
    auto* transfer = add_departure(app, given, act, "transfer", "Hand a device over to another owner's registry");
    transfer->add_option("--to", given.depart.bundle, "The other owner's claim bundle; nothing secret of it is told");
    transfer->get_option("--document")->excludes(transfer->get_option("--to"));
    transfer->parse_complete_callback([transfer] {
        if (transfer->count("--to") + transfer->count("--document") == 0) throw CLI::RequiredError("--to");
    });
    add_departure(app, given, act, "retire", "End a device: it forgets its keys, and they are revoked");
}

void add_endorsements(CLI::App& app, Given& given, Act& act) {
    auto* ek = app.add_subcommand("ek", "Whose endorsement keys may enrol");
    ek->require_subcommand(1);
    auto* add = ek->add_subcommand("add", "List one EK");
    add->add_option("WHAT", given.what, "SHA-256 in hex of its public area or certificate, or a file with either")->required();
    add->add_option("--note", given.note, "Whose it is, for people");
    add->add_option("--list", given.list, "The list that rules know it by");
    add->callback([&] {
        act = with_files(given, [&given](RegistryFiles& files) { return list_endorsement(files, given.what, given.note, given.list); });
    });
    auto* shipment = ek->add_subcommand("import", "List what a manufacturer has delivered: CSV with a column ek_sha256 or ek_certificate");
    shipment->add_option("FILE", given.file, "The shipment list")->required();
    shipment->add_option("--note", given.note, "Before what the other columns say, for people");
    shipment->add_option("--list", given.list, "The list that rules know them by");
    shipment->callback([&] {
        act = with_files(given, [&given](RegistryFiles& files) { return import_endorsements(files, given.file, given.note, given.list); });
    });
    ek->add_subcommand("list", "Show the listed EKs")->callback([&] { act = with_files(given, show_endorsements); });
    auto* roots = ek->add_subcommand("roots", "Manufacturers whose EK certificates count");
    roots->require_subcommand(1);
    roots->add_subcommand("list", "Show them, by the fingerprints that rules name")->callback([&] { act = with_files(given, show_roots); });
    auto* add_root = roots->add_subcommand("add", "Add certificates, PEM or DER");
    add_root->add_option("PATH", given.file, "A file, or a folder of files")->required();
    add_root->callback([&] { act = with_files(given, [&given](RegistryFiles& files) { return add_roots(files, given.file); }); });
}

void add_batches(CLI::App& app, Given& given, Act& act) {
    auto* batch = app.add_subcommand("batch", "Claim bundles: what devices are born with");
    batch->require_subcommand(1);
    auto* make = batch->add_subcommand("make", "Make the bundle of one more batch");
    make->add_option("NAME", given.batch.name, "Its name: a-z, 0-9 and inner -")->required();
    make->add_option("--keys", given.batch.key_folder, "Folder with claims.key (default: the registry's own \"authority\")");
    make->add_option("--out", given.batch.out, "File for the bundle (default: claim-NAME.json in the registry's folder)");
    make->callback([&] { act = with_files(given, [&given](RegistryFiles& files) { return make_batch(files, given.batch); }); });
    auto* list = batch->add_subcommand("list", "Show the batches");
    list->add_flag("--json", given.json, "For scripts");
    list->callback([&] { act = with_files(given, [&given](RegistryFiles& files) { return list_batches(files, given.json); }); });
    auto* end = batch->add_subcommand("end", "Let a batch enrol nobody any more; devices that have enrolled stay");
    end->add_option("NAME", given.batch.name, "The batch")->required();
    end->add_option("--reason", given.reason, "Why, in words")->required();
    end->callback(
        [&] { act = with_files(given, [&given](RegistryFiles& files) { return end_batch(files, given.batch.name, given.reason); }); });
}

void add_document(CLI::App& app, Given& given, Act& act, DocumentKind kind, const char* about) {
    auto* command = app.add_subcommand(std::string(to_string(kind)), about);
    command->require_subcommand(1);
    auto* set = command->add_subcommand("set", "Sign a file with the authority keys and put it in force for a group");
    set->add_option("FILE", given.file, "The body, JSON")->required();
    set->add_option("--group", given.group, "For which devices")->capture_default_str();
    set->add_option("--keys", given.keys, "Folder with authority-*.key (default: the registry's own \"authority\")");
    if (kind == DocumentKind::Reference) {
        set->add_option("--table", given.table, "The table of file digests that they name (default: ima.table beside the file)");
    }
    set->add_option("--draft", given.draft, "Do not sign: write it to this file, for \"sign\" and \"publish\"");
    set->callback([&, kind] {
        act = with_files(given, [&given, kind](RegistryFiles& files) {
            if (!given.draft.empty()) return draft_document(files, kind, given.file, given.group, given.table, given.draft);
            return set_document(files, kind, given.file, given.group, given.keys.empty() ? files.folder().authority() : given.keys,
                                given.table);
        });
    });
}

int run(int count, char** words) {
    CLI::App app(
        "The registry of a fleet: enrols devices, judges their Evidence, publishes policies and reference values.\n"
        "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 refused.");
    Given given;
    Act act;
    app.add_option("--dir", given.init.folder, "The registry's folder")->capture_default_str();
    app.require_subcommand(1);
    app.fallthrough();
    add_init(app, given, act);
    auto* serving = app.add_subcommand("serve", "Answer devices until SIGTERM");
    serving->add_option("--worker", given.worker, "Which of several processes that share the work this is, 1 to 8")->capture_default_str();
    serving->callback([&] { act = [&] { return serve(given.init.folder, given.worker); }; });
    add_devices(app, given, act);
    add_put_aside(app, given, act);
    add_rotate(app, given, act);
    add_audit(app, given, act);
    add_telemetry(app, given, act);
    add_departures(app, given, act);
    add_endorsements(app, given, act);
    add_batches(app, given, act);
    add_authority_commands(app, given.init.folder, act);
    add_document(app, given, act, DocumentKind::Policy, "Policies of groups");
    add_document(app, given, act, DocumentKind::Reference, "Reference values of groups");
    try {
        app.parse(count, words);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? kDone : kUsage;
    }
    return report(act());
}

}  // namespace
}  // namespace anchor::registryd

int main(int count, char** words) { return anchor::registryd::run(count, words); }
