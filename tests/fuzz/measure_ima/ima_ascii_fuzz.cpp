// SPDX-License-Identifier: Apache-2.0

// The ASCII list: the same entries however it is cut, and every entry can be printed in every form.

#include "ima_list_reading.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace anchor;
    using namespace anchor::measure;
    const ByteView list(data, size);
    const ImaListFormat format{.encoding = ImaEncoding::Ascii};
    must_not_depend_on_chunks(list, format);
    static_cast<void>(ima_list_format_of(list));

    ImaReader reader(format, 0, 0, kFuzzMaxEntry);
    reader.feed(list);
    for (auto entry = reader.next(); entry && *entry != nullptr; entry = reader.next()) {
        std::string line;
        append_ima_ascii(line, **entry);
        if (line.find('\n') + 1 != line.size()) std::abort();
        append_ima_table_row(line, **entry);
        static_cast<void>(ima_template_hash(HashAlg::Sha1, **entry));
    }
    return 0;
}
