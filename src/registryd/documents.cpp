// SPDX-License-Identifier: Apache-2.0
// Policies and reference values: signed with the authority's keys, which are here only for this.
#include <filesystem>
#include <iostream>

#include <anchor/base/file.h>
#include <anchor/measure/ima_basis.h>
#include <anchor/policy/policy.h>
#include <anchor/protocol/signing.h>
#include <anchor/protocol/topics.h>
#include <anchor/registry/numbers.h>
#include <anchor/store/folder_shelf.h>
#include <anchor/trust/gate.h>

#include "operations.h"

namespace anchor::registryd {
namespace {

using protocol::DocumentKind;

constexpr std::size_t kLargestBody = 80UL * 1024;  // signed and in base64url it must still fit a message

Result<void> put_on_shelf(BlobShelf& shelf, const BlobName& name, const std::string& file) {
    ANCHOR_ASSIGN_OR_RETURN(const Bytes octets, read_file(file, kLargestBlob));
    if (measure::name_of_table(octets) != name) return rejected(file + ": is not the table that the reference values name");
    for (std::uint64_t have = 0; have < name.size;) {
        ANCHOR_ASSIGN_OR_RETURN(const std::uint64_t now, shelf.put(name, have, ByteView(octets).subspan(have)));
        if (now <= have) return unavailable(file + ": changed while it was published");
        have = now;
    }
    return {};
}

// Devices are judged by the table that the document names, and fetch it here: without it the document would only make claims unknown.
Result<void> check_table(RegistryFiles& files, const Json& body, const std::string& document, const std::string& given) {
    auto read = measure::reference_values_from(body);
    if (!read) return std::move(read).error().within(document);
    const auto& values = *read;
    if (!values.ima.table && !given.empty()) return rejected(given + ": the reference values name no table");
    if (!values.ima.table) return {};
    ANCHOR_ASSIGN_OR_RETURN(const auto shelf, store::FolderShelf::open(files.folder().blobs()));
    // What anchorctl made stands beside the document.
    const std::string beside = (std::filesystem::path(document).parent_path() / "ima.table").string();
    ANCHOR_ASSIGN_OR_RETURN(auto table, shelf->find(*values.ima.table));
    std::error_code error;
    if (table == nullptr && (!given.empty() || std::filesystem::exists(beside, error))) {
        ANCHOR_RETURN_IF_ERROR(put_on_shelf(*shelf, *values.ima.table, given.empty() ? beside : given));
        ANCHOR_ASSIGN_OR_RETURN(table, shelf->find(*values.ima.table));
    }
    if (table == nullptr) return denied("the table that the reference values name is not here: add it with --table");
    const auto opened = measure::ImaBasis::make(values.ima, std::move(table));
    return opened ? Result<void>() : Result<void>(opened.error());
}

// The document holds its own expiry; the policy's says it already.
Result<std::optional<WallTime>> expiry_of(DocumentKind kind, const Json& body) {
    if (kind != DocumentKind::Policy || !body.contains("not_after")) return std::optional<WallTime>();
    ANCHOR_ASSIGN_OR_RETURN(const std::string text, json_string(body, "not_after"));
    ANCHOR_ASSIGN_OR_RETURN(const WallTime time, from_rfc3339(text));
    return std::optional(time);
}

Result<std::string> sign_with(const protocol::Document& document, const std::string& key_folder) {
    ANCHOR_ASSIGN_OR_RETURN(auto keys, read_keys(key_folder, "authority-"));
    std::vector<crypto::JwsSigner> signers;
    for (auto& key : keys) signers.push_back({key.public_value().thumbprint(), key});
    return protocol::sign(document, signers);
}

// Everything but the version and the signatures.
Result<protocol::Document> document_of(RegistryFiles& files, DocumentKind kind, const std::string& file, const std::string& group,
                                       const std::string& table) {
    ANCHOR_ASSIGN_OR_RETURN(const std::string name, protocol::check_name("group", group));
    protocol::Document document{.kind = kind, .tenant = files.settings().tenant, .audience = protocol::audience_group(name), .name = name};
    ANCHOR_ASSIGN_OR_RETURN(const std::string text, read_text_file(file, kLargestBody));
    ANCHOR_ASSIGN_OR_RETURN(document.body, check_body(files, kind, text, file, table));
    ANCHOR_ASSIGN_OR_RETURN(document.not_after, expiry_of(kind, document.body));
    document.issued = files.clock().wall();
    return document;
}

}  // namespace

Result<Json> check_body(RegistryFiles& files, DocumentKind kind, const std::string& text, const std::string& file,
                        const std::string& table) {
    auto body = parse_json(text, {.octets = kLargestBody});
    if (!body) return std::move(body).error().within(file);
    if (kind == DocumentKind::Policy) {
        if (auto read = policy::parse_policy(text); !read) return std::move(read).error().within(file);
    }
    if (kind == DocumentKind::Reference) ANCHOR_RETURN_IF_ERROR(check_table(files, *body, file, table));
    return body;
}

Result<void> draft_document(RegistryFiles& files, DocumentKind kind, const std::string& file, const std::string& group,
                            const std::string& table, const std::string& out) {
    ANCHOR_ASSIGN_OR_RETURN(protocol::Document document, document_of(files, kind, file, group, table));
    ANCHOR_ASSIGN_OR_RETURN(const auto newest, files.store().document(kind, document.name, 0));
    document.version = registry::number_after(newest ? newest->version : 0, document.issued);
    return write_new(out, as_bytes(protocol::draft_text(document)), 0644);
}

Result<void> set_document(RegistryFiles& files, DocumentKind kind, const std::string& file, const std::string& group,
                          const std::string& key_folder, const std::string& table) {
    ANCHOR_ASSIGN_OR_RETURN(registry::Authority * authority, files.authority());
    ANCHOR_ASSIGN_OR_RETURN(protocol::Document document, document_of(files, kind, file, group, table));
    const std::string name = document.name;
    registry::Store& store = files.store();
    return store.atomically([&]() -> Result<void> {
        ANCHOR_ASSIGN_OR_RETURN(const auto newest, store.document(kind, name, 0));
        document.version = registry::number_after(newest ? newest->version : 0, document.issued);
        ANCHOR_ASSIGN_OR_RETURN(const std::string text, sign_with(document, key_folder));
        if (text.size() > protocol::kMaxMessage) return rejected(file + ": signed it is larger than a message may be");
        // A device would refuse what these keys may not sign; better to hear it now.
        const trust::Floors floors;
        const trust::Gate gate(authority->anchors());
        const auto accepted = gate.accept(text, kind, {files.settings().tenant, name, nullptr, floors, document.issued});
        if (!accepted) return denied("devices would refuse it: " + accepted.error().what);
        ANCHOR_RETURN_IF_ERROR(store.save({kind, name, document.version, document.audience, text, document.issued}));
        const std::string what = std::string(to_string(kind)) + " of group " + name + ", version " + std::to_string(document.version);
        std::cout << what << "\n";
        return store.audit("document", "", what, document.issued);
    });
}

}  // namespace anchor::registryd
