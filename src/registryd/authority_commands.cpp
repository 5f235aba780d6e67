// SPDX-License-Identifier: Apache-2.0
#include "authority_commands.h"

#include <CLI/CLI.hpp>

#include "anchors.h"
#include "sign.h"

namespace anchor::registryd {
namespace {

using Act = std::function<Result<void>()>;

// The options live as long as what they are for.
template <class Options>
std::shared_ptr<Options> kept() {
    return std::make_shared<Options>();
}

Act with_files(const std::string& folder, std::function<Result<void>(RegistryFiles&)> act) {
    return [&folder, act = std::move(act)]() -> Result<void> {
        ANCHOR_ASSIGN_OR_RETURN(const auto files, RegistryFiles::open(folder));
        return act(*files);
    };
}

void add_key_options(CLI::App& command, KeyName& key) {
    command.add_option("--key", key.key, "A file with a private key, or a PKCS#11 URI (RFC 7512)")->required();
    command.add_option("--pin-file", key.pin_file, "File with the token's PIN (default: asked at the terminal)");
    command.add_option("--tcti", key.tcti, "The TPM, where the key is one of a TPM")->capture_default_str();
}

void add_keys(CLI::App& app, Act& act) {
    auto* keys = app.add_subcommand("keys", "Keys of the authority: on machines that need not be the registry's");
    keys->require_subcommand(1);
    const auto make = kept<NewKey>();
    auto* make_command = keys->add_subcommand("make", "Make a key: BASE.key is secret, BASE.pem is public");
    make_command->add_option("BASE", make->base, "Path without ending")->required();
    make_command->add_option("--algorithm", make->algorithm, "ec-p256, ec-p384")->capture_default_str();
    make_command->add_option("--tpm", make->tcti, "Make it in this TPM (a TCTI, such as device:/dev/tpmrm0): no other can use it");
    make_command->callback([&act, make] { act = [make] { return make_signer(*make); }; });
    const auto show = kept<std::pair<KeyName, std::string>>();
    auto* show_command = keys->add_subcommand("show", "Tell a key's id, and its public half");
    add_key_options(*show_command, show->first);
    show_command->add_option("--out", show->second, "File for the public half");
    show_command->callback([&act, show] { act = [show] { return show_signer(show->first, show->second); }; });
}

void add_sign(CLI::App& app, Act& act) {
    const auto options = kept<SignOptions>();
    auto* command = app.add_subcommand("sign", "Add one signature to a document, offline: says in words what is signed, and asks");
    command->add_option("FILE", options->file, "A draft, or a document with signatures already")->required();
    auto* show = command->add_flag("--show", options->show_only, "Only say what would be signed, and who has signed");
    command->add_option("--anchors", options->anchors, "The trust-anchor set in force, a signed document");
    auto* key = command->add_option("--key", options->key.key, "A file with a private key, or a PKCS#11 URI (RFC 7512)");
    command->add_option("--pin-file", options->key.pin_file, "File with the token's PIN (default: asked at the terminal)");
    command->add_option("--tcti", options->key.tcti, "The TPM, where the key is one of a TPM")->capture_default_str();
    auto* out = command->add_option("--out", options->out, "File for the document with one signature more");
    command->add_flag("--yes", options->sure, "Do not ask");
    key->needs(out)->excludes(show);
    command->callback([&act, options, key] {
        if (!options->show_only && key->count() == 0) throw CLI::RequiredError("--show, or --key and --out");
        act = [options] { return sign(*options); };
    });
}

void add_anchors(CLI::App& app, const std::string& folder, Act& act) {
    auto* anchors = app.add_subcommand("anchors", "The trust-anchor set: who may sign what, and which roots count");
    anchors->require_subcommand(1);
    const auto json = std::make_shared<bool>(false);
    auto* show = anchors->add_subcommand("show", "The set in force");
    show->add_flag("--json", *json, "For scripts");
    show->callback([&, json] { act = with_files(folder, [json](RegistryFiles& files) { return show_anchors(files, *json); }); });
    const auto changes = kept<AnchorChanges>();
    auto* propose = anchors->add_subcommand("propose", "Write the next set as a draft, to be signed by keys elsewhere");
    propose->add_option("--add-key", changes->add_keys, "PEM file: a key that may sign what is signed off this host");
    propose->add_option("--remove-key", changes->remove_keys, "Id of such a key");
    propose->add_option("--threshold", changes->threshold, "How many of them it takes");
    propose->add_option("--add-online", changes->add_online, "PEM file: a key for this host");
    propose->add_option("--remove-online", changes->remove_online, "Id of such a key");
    propose->add_option("--add-root", changes->add_roots, "PEM file: a root for brokers and devices");
    propose->add_option("--remove-root", changes->remove_roots, "PEM file: a root that no longer counts");
    propose->add_option("--out", changes->out, "File for the draft")->required();
    propose->callback(
        [&, changes] { act = with_files(folder, [changes](RegistryFiles& files) { return propose_anchors(files, *changes); }); });
}

void add_publish(CLI::App& app, const std::string& folder, Act& act) {
    const auto given = kept<std::pair<std::string, bool>>();
    auto* command = app.add_subcommand("publish", "Put a signed document in force: a trust-anchor set, a policy, reference values");
    command->add_option("FILE", given->first, "The document, signed by enough keys")->required();
    command->add_flag("--leave-behind", given->second, "Publish a set that some devices or policies can't follow");
    command->callback(
        [&, given] { act = with_files(folder, [given](RegistryFiles& files) { return publish(files, given->first, given->second); }); });
}

void add_issuing(CLI::App& app, const std::string& folder, Act& act) {
    auto* issuing = app.add_subcommand("issuing", "Replace the CA that certifies devices, and roots");
    issuing->require_subcommand(1);
    const auto out = kept<std::string>();
    auto* request = issuing->add_subcommand("request", "On this host: a new key, and a request for its certificate");
    request->add_option("--out", *out, "File for the request")->required();
    request->callback([&, out] { act = with_files(folder, [out](RegistryFiles& files) { return request_issuing(files, *out); }); });
    const auto wanted = kept<IssuingCertificate>();
    auto* certify = issuing->add_subcommand("certify", "Offline: certify a request with the root's key");
    certify->add_option("REQUEST", wanted->request, "The request, PEM")->required();
    certify->add_option("--root", wanted->root, "The root's certificate")->required();
    certify->add_option("--out", wanted->out, "File for the certificate")->required();
    certify->add_option("--years", wanted->years, "How long, at most as long as the root")
        ->capture_default_str()
        ->check(CLI::Range(1, 100));
    add_key_options(*certify, wanted->root_key);
    certify->callback([&act, wanted] { act = [wanted] { return certify_issuing(*wanted); }; });
    const auto certificate = kept<std::string>();
    auto* install = issuing->add_subcommand("install", "On this host: use the new certificate from now on");
    install->add_option("CERTIFICATE", *certificate, "PEM")->required();
    install->callback([&, certificate] {
        act = with_files(folder, [certificate](RegistryFiles& files) { return install_issuing(files, *certificate); });
    });
    const auto root = kept<NewRoot>();
    auto* make = issuing->add_subcommand("root", "Offline: a new root, and the new one certified by the old one");
    make->add_option("--name", root->name, "Its common name")->required();
    make->add_option("--out", root->out, "File for its certificate")->required();
    make->add_option("--years", root->years, "How long")->capture_default_str()->check(CLI::Range(1, 100));
    add_key_options(*make, root->key);
    auto* old = make->add_option("--old-root", root->old_root, "The old root's certificate");
    auto* old_key = make->add_option("--old-key", root->old_key.key, "The old root's key");
    auto* cross = make->add_option("--cross-out", root->cross_out, "File for the cross certificate, which brokers show");
    old->needs(old_key)->needs(cross);
    make->callback([&act, root] { act = [root] { return make_root(*root); }; });
}

}  // namespace

void add_authority_commands(CLI::App& app, const std::string& folder, Act& act) {
    add_keys(app, act);
    add_sign(app, act);
    add_anchors(app, folder, act);
    add_publish(app, folder, act);
    add_issuing(app, folder, act);
}

}  // namespace anchor::registryd
