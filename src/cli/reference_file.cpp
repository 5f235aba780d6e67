// SPDX-License-Identifier: Apache-2.0
#include "reference_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>

#include <nlohmann/json.hpp>

#include <anchor/base/file.h>

#include "measured_file.h"

namespace anchor::cli {
namespace {

constexpr std::size_t kLargestDocument = 4UL << 20U;

std::string beside(const std::string& file, std::string_view name) {
    const std::size_t slash = file.rfind('/');
    return (slash == std::string::npos ? std::string() : file.substr(0, slash + 1)) + std::string(name);
}

}  // namespace

void MappedTable::Unmap::operator()(const void* octets) const noexcept { ::munmap(const_cast<void*>(octets), size); }

Result<MappedTable> MappedTable::open(const std::string& file, const measure::ImaTableName& name) {
    const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    struct stat found {};
    if (!fd.valid() || ::fstat(fd.get(), &found) != 0) return unavailable(from_errno(file, errno).what);
    if (!S_ISREG(found.st_mode) || found.st_size <= 0 || static_cast<std::uint64_t>(found.st_size) != name.size) {
        return rejected(file + ": not the table that the reference values name: expected " + std::to_string(name.size) + " octets");
    }
    const auto size = static_cast<std::size_t>(found.st_size);
    void* const octets = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
    if (octets == MAP_FAILED) return unavailable(from_errno(file, errno).what);
    MappedTable mapped(octets, size);
    const ByteView view(static_cast<const std::uint8_t*>(octets), size);
    if (measure::name_of_table(view) != name) return rejected(file + ": not the table that the reference values name");
    auto table = measure::ImaTable::open(view);
    if (!table) return std::move(table).error().within(file);
    if (auto sound = table->verify(); !sound) return std::move(sound).error().within(file);
    mapped.table_ = *table;
    return mapped;
}

Result<measure::ReferenceValues> read_reference(const std::string& file) {
    ANCHOR_ASSIGN_OR_RETURN(const std::string text, of_a_file(read_text_file(file, kLargestDocument)));
    auto document = parse_json(text, {.octets = kLargestDocument});
    if (!document) return std::move(document).error().within(file);
    auto values = measure::reference_values_from(*document);
    if (!values) return std::move(values).error().within(file);
    return values;
}

Result<ReferenceFile> open_reference(const std::string& file, const std::string& table) {
    ReferenceFile reference;
    ANCHOR_ASSIGN_OR_RETURN(reference.values, read_reference(file));
    if (!reference.values.ima.table) {
        if (!table.empty()) return rejected(file + ": names no table");
        return reference;
    }
    auto opened = MappedTable::open(table.empty() ? beside(file, kTableFile) : table, *reference.values.ima.table);
    if (!opened) return std::move(opened).error();
    reference.table = std::move(opened).value();
    return reference;
}

}  // namespace anchor::cli
