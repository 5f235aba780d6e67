// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/ima_basis.h>

#include <nlohmann/json.hpp>

#include <anchor/crypto/hash.h>

namespace anchor::measure {

Result<std::shared_ptr<const ImaBasis>> ImaBasis::make(const ImaReferenceValues& values, std::shared_ptr<const Blob> table,
                                                       std::string_view why_none) {
    auto basis = std::make_shared<ImaBasis>();
    const bool with_table = table != nullptr;
    if (with_table) {
        ANCHOR_ASSIGN_OR_RETURN(basis->table_, ImaTable::open(table->octets()));
        ANCHOR_RETURN_IF_ERROR(basis->table_->verify());
    } else if (values.table) {
        basis->no_table_ = why_none;
    }
    if (!values.signers.empty()) basis->keys_ = values.keys();
    basis->octets_ = std::move(table);
    const std::string spelled = canonical_json(to_json(ReferenceValues{{}, values}));
    basis->id_ = crypto::hash(HashAlg::Sha256, {as_bytes(spelled), as_bytes(with_table ? "with its table" : "alone")});
    return std::shared_ptr<const ImaBasis>(std::move(basis));
}

ImaReference ImaBasis::reference(const PcrValues* registers) const {
    return {.table = table_ ? &*table_ : nullptr, .keys = keys_ ? &*keys_ : nullptr, .registers = registers, .no_table = no_table_};
}

}  // namespace anchor::measure
