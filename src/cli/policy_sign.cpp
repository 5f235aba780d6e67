// SPDX-License-Identifier: Apache-2.0
#include "policy_sign.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <ostream>

#include <anchor/base/file.h>
#include <anchor/base/secret_bytes.h>
#include <anchor/base/unique_fd.h>
#include <anchor/crypto/private_key.h>
#include <anchor/protocol/signing.h>
#include <anchor/protocol/topics.h>
#include <anchor/trust/gate.h>

#include "exit_code.h"
#include "policy_file.h"
#include "terminal.h"

namespace anchor::cli {
namespace {

constexpr std::size_t kMaxKeyFile = 16UL * 1024;

Result<SecretBytes> read_secret(const std::string& file) {
    const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!fd.valid()) return unavailable(from_errno(file, errno).what);
    struct stat found {};
    if (::fstat(fd.get(), &found) != 0) return unavailable(from_errno(file, errno).what);
    if ((found.st_mode & (S_IRWXG | S_IRWXO)) != 0) return denied(file + ": others may read or change it; chmod go-rwx");
    ANCHOR_ASSIGN_OR_RETURN(Bytes octets, read_all(fd.get(), kMaxKeyFile, file));
    return SecretBytes(std::move(octets));
}

Result<SecretBytes> read_pass_phrase(const std::string& file) {
    if (file.empty()) return SecretBytes();
    ANCHOR_ASSIGN_OR_RETURN(const SecretBytes secret, read_secret(file));
    ByteView line = secret.view();
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line = line.first(line.size() - 1);
    return SecretBytes(Bytes(line.begin(), line.end()));
}

Result<std::vector<crypto::SoftwareKey>> read_keys(const SignOptions& options) {
    ANCHOR_ASSIGN_OR_RETURN(const SecretBytes pass_phrase, read_pass_phrase(options.pass_phrase));
    std::vector<crypto::SoftwareKey> keys;
    for (const std::string& file : options.keys) {
        ANCHOR_ASSIGN_OR_RETURN(const SecretBytes secret, read_secret(file));
        auto key = crypto::SoftwareKey::parse(secret.view(), pass_phrase.view());
        if (!key) return std::move(key).error().within(file);
        keys.push_back(std::move(key).value());
    }
    return keys;
}

// Whom the options mean; empty where they say nothing.
Result<std::string> audience_of(const SignOptions& options) {
    if (options.fleet) return protocol::audience_fleet();
    if (!options.group.empty()) {
        ANCHOR_ASSIGN_OR_RETURN(const std::string group, protocol::check_name("group", options.group));
        return protocol::audience_group(group);
    }
    if (options.device.empty()) return std::string();
    ANCHOR_ASSIGN_OR_RETURN(const DeviceId device, DeviceId::parse(options.device));
    return protocol::audience_device(device);
}

Result<protocol::Document> new_document(const SignOptions& options, const PolicyFile& policy, const std::string& audience, WallTime now) {
    if (options.tenant.empty() || audience.empty()) return denied("whom is it for? --tenant, and one of --group, --device and --fleet");
    ANCHOR_ASSIGN_OR_RETURN(const std::string tenant, protocol::check_name("tenant", options.tenant));
    protocol::Document document{.kind = protocol::DocumentKind::Policy, .tenant = tenant, .audience = audience};
    document.name = options.name.empty() ? (options.group.empty() ? policy.policy->name : options.group) : options.name;
    document.version = policy.policy->version;
    document.issued = now;
    document.not_after = policy.policy->not_after;
    ANCHOR_ASSIGN_OR_RETURN(document.body, parse_json(policy.text, {.octets = policy::kMaxOctets}));
    return document;
}

// A further signer may say what he expects to sign.
Result<void> compare(const SignOptions& options, const std::string& audience, const protocol::Document& draft) {
    const auto differs = [](std::string_view wanted, std::string_view got) { return !wanted.empty() && wanted != got; };
    if (differs(options.tenant, draft.tenant)) return rejected("the document is for the tenant \"" + draft.tenant + "\"");
    if (differs(audience, draft.audience)) return rejected("the document is for \"" + draft.audience + "\"");
    if (differs(options.name, draft.name)) return rejected("the document has the name \"" + draft.name + "\"");
    return {};
}

// A set that vouches for itself. Whether it is the one in force, whoever brings the file has to know; devices know it anyway.
Result<protocol::AnchorSet> read_anchors(const std::string& file) {
    ANCHOR_ASSIGN_OR_RETURN(const std::string text, read_authors_file(file));
    const auto read = [&text]() -> Result<protocol::AnchorSet> {
        ANCHOR_ASSIGN_OR_RETURN(const protocol::Draft draft, protocol::draft_from(text));
        if (draft.document.kind != protocol::DocumentKind::Anchors) return rejected("no trust-anchor set");
        ANCHOR_ASSIGN_OR_RETURN(const protocol::AnchorSet set, protocol::anchor_set_from(draft.document.version, draft.document.body));
        return trust::Gate::first(text, set.keys_of(protocol::DocumentKind::Anchors), draft.document.tenant);
    };
    auto set = read();
    if (!set) return std::move(set).error().within(file);
    return set;
}

// What is to be signed: a new document, or one with signatures already.
Result<protocol::Draft> begin(const SignOptions& options, const PolicyFile& policy, WallTime now) {
    ANCHOR_ASSIGN_OR_RETURN(const std::string audience, audience_of(options));
    if (policy.draft) {
        ANCHOR_RETURN_IF_ERROR(compare(options, audience, policy.draft->document));
        return *policy.draft;
    }
    ANCHOR_ASSIGN_OR_RETURN(const protocol::Document document, new_document(options, policy, audience, now));
    return protocol::draft_from(protocol::draft_text(document));
}

Result<void> write_new(const std::string& path, std::string_view text) {
    const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
    if (!fd.valid()) return errno == EEXIST ? denied(path + " is there already") : unavailable(from_errno(path, errno).what);
    auto written = write_all(fd.get(), as_bytes(text), path);
    return written ? Result<void>() : unavailable(written.error().what);
}

}  // namespace

Result<int> sign_policy(const SignOptions& options, WallTime now, std::ostream& out) {
    ANCHOR_ASSIGN_OR_RETURN(const auto read, read_right_policies({options.file}, out));
    ANCHOR_ASSIGN_OR_RETURN(auto keys, read_keys(options));
    ANCHOR_ASSIGN_OR_RETURN(const protocol::AnchorSet anchors, read_anchors(options.anchors));
    ANCHOR_ASSIGN_OR_RETURN(protocol::Draft draft, begin(options, read.front(), now));
    std::string text;
    for (crypto::SoftwareKey& key : keys) {
        ANCHOR_ASSIGN_OR_RETURN(text, protocol::add_signature(draft, key, &anchors));
        ANCHOR_ASSIGN_OR_RETURN(draft, protocol::draft_from(text));
    }
    ANCHOR_ASSIGN_OR_RETURN(const auto counts, protocol::count_signatures(draft, &anchors));
    ANCHOR_RETURN_IF_ERROR(write_new(options.out, text));
    for (const std::string& line : protocol::in_words(draft, &anchors)) out << line << '\n';
    for (const protocol::SignatureCount& count : counts) {
        for (const std::string& kid : count.kids) out << "signed by " << printable(kid) << '\n';
        out << count.kids.size() << " of " << count.needed << " signatures that devices ask for\n";
    }
    return exit_code::kDone;
}

}  // namespace anchor::cli
