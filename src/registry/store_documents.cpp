// SPDX-License-Identifier: Apache-2.0
// Signed documents of the store.
#include <anchor/registry/store.h>

#include "database.h"

namespace anchor::registry {
namespace {

Result<StoredDocument> document_of(const Query& row) {
    const auto kind = protocol::document_kind_from(row.text(0));
    if (!kind) return corrupt("stored document of unknown kind \"" + row.text(0) + "\"");
    return StoredDocument{*kind, row.text(1), row.number(2), row.text(3), row.text(4), row.time(5)};
}

}  // namespace

Result<void> Store::save(const StoredDocument& document) {
    const std::string_view kind = to_string(document.kind);
    ANCHOR_RETURN_IF_ERROR(database_->run("INSERT INTO documents (kind, name, version, audience, text, issued) VALUES (?,?,?,?,?,?)", kind,
                                          document.name, document.version, document.audience, document.text, document.issued));
    if (protocol::is_offline(document.kind)) return {};
    return database_->run("DELETE FROM documents WHERE kind=? AND name=? AND version<?", kind, document.name, document.version);
}

Result<std::optional<StoredDocument>> Store::document(protocol::DocumentKind kind, std::string_view name, std::uint64_t version) {
    Query query = database_->query(
        "SELECT kind, name, version, audience, text, issued FROM documents WHERE kind=? AND name=? AND (?=0 OR version=?)"
        " ORDER BY version DESC LIMIT 1",
        to_string(kind), name, version, version);
    ANCHOR_ASSIGN_OR_RETURN(const bool found, query.step());
    if (!found) return std::optional<StoredDocument>();
    ANCHOR_ASSIGN_OR_RETURN(StoredDocument document, document_of(query));
    return std::optional(std::move(document));
}

Result<std::vector<StoredDocument>> Store::newest_documents() {
    Query query =
        database_->query("SELECT kind, name, max(version), audience, text, issued FROM documents GROUP BY kind, name ORDER BY kind, name");
    std::vector<StoredDocument> documents;
    while (true) {
        ANCHOR_ASSIGN_OR_RETURN(const bool found, query.step());
        if (!found) return documents;
        ANCHOR_ASSIGN_OR_RETURN(StoredDocument document, document_of(query));
        documents.push_back(std::move(document));
    }
}

}  // namespace anchor::registry
