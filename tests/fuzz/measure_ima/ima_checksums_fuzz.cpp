// SPDX-License-Identifier: Apache-2.0

// Lists of checksums as programs print them, and file lists of packages: whatever the text is, it is refused with a line, or what was read
// makes a table that is in order.

#include <anchor/measure/ima_table_builder.h>
#include <fuzz/must.h>

namespace {

using namespace anchor;
using namespace anchor::measure;
using fuzz::must;

// Every second path is no file.
class SomeFiles final : public FileDigests {
public:
    Result<std::optional<HashedFile>> hash(const std::string& path, HashAlg alg) override {
        if (path.size() % 2 == 0) return std::optional<HashedFile>();
        return std::optional(HashedFile{path, Digest(alg)});
    }
};

void check_table(ImaTableBuilder& builder) {
    const auto file = builder.build();
    must(file.has_value());
    const auto table = ImaTable::open(*file);
    must(table.has_value() && table->verify().has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = as_text(ByteView(data, size));
    ImaTableBuilder sums;
    const auto added = sums.add_checksums(text);
    must(added.has_value() || !added.error().what.empty());
    check_table(sums);
    ImaTableBuilder package;
    SomeFiles files;
    (void)package.add_dpkg_list(text, HashAlg::Sha256, files);
    check_table(package);
    return 0;
}
