// SPDX-License-Identifier: Apache-2.0
#include "blob_tidying.h"

#include <anchor/measure/reference_values.h>
#include <anchor/trust/gate.h>

namespace anchor::registryd {
namespace {

Result<std::optional<BlobName>> table_of(const registry::StoredDocument& stored, const protocol::AnchorSet& anchors,
                                         const std::string& tenant) {
    const trust::Floors no_floors;
    const trust::Recipient reader{tenant, stored.name, nullptr, no_floors, {}};
    ANCHOR_ASSIGN_OR_RETURN(const auto verified, trust::Gate(anchors).accept(stored.text, stored.kind, reader));
    ANCHOR_ASSIGN_OR_RETURN(const auto values, measure::reference_values_from(verified.document().body));
    return values.ima.table;
}

}  // namespace

Result<void> tidy_blobs(RegistryFiles& files, store::FolderShelf& shelf) {
    ANCHOR_ASSIGN_OR_RETURN(auto kept, shelf.put_since(files.clock().wall() - kUnnamedBlobsStay));
    ANCHOR_ASSIGN_OR_RETURN(registry::Authority * authority, files.authority());
    ANCHOR_ASSIGN_OR_RETURN(const auto documents, files.store().newest_documents());
    for (const auto& stored : documents) {
        if (stored.kind != protocol::DocumentKind::Reference) continue;
        ANCHOR_ASSIGN_OR_RETURN(const auto table, table_of(stored, authority->anchors(), files.settings().tenant));
        if (table) kept.push_back(*table);
    }
    return shelf.keep_only(kept);
}

}  // namespace anchor::registryd
