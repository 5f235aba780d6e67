// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reference values as they lie on disk: the document, and beside it the table of file digests that it names.

#include <memory>
#include <optional>
#include <string>

#include <anchor/measure/ima_table.h>
#include <anchor/measure/reference_values.h>

namespace anchor::cli {

inline constexpr std::string_view kReferenceFile = "reference.json";
inline constexpr std::string_view kTableFile = "ima.table";

/// A table, mapped: its octets cost no heap. It is the one that its document names.
class MappedTable {
public:
    /// Unavailable: cannot be read. Rejected: no sound table, or not the one of that name.
    [[nodiscard]] static Result<MappedTable> open(const std::string& file, const measure::ImaTableName& name);
    [[nodiscard]] const measure::ImaTable& table() const noexcept { return *table_; }

private:
    struct Unmap {
        std::size_t size;
        void operator()(const void* octets) const noexcept;
    };
    MappedTable(const void* octets, std::size_t size) : octets_(octets, Unmap{size}) {}
    std::unique_ptr<const void, Unmap> octets_;
    std::optional<measure::ImaTable> table_;
};

struct ReferenceFile {
    measure::ReferenceValues values;
    std::optional<MappedTable> table;
};

/// Reads the document and, where it names a table, that one: from `table`, or from the file ima.table beside the document where
/// that is empty.
[[nodiscard]] Result<ReferenceFile> open_reference(const std::string& file, const std::string& table);
/// The document alone.
[[nodiscard]] Result<measure::ReferenceValues> read_reference(const std::string& file);

}  // namespace anchor::cli
