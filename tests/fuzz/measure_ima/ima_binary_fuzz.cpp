// SPDX-License-Identifier: Apache-2.0

// The binary list: the first octet chooses byte order and digest, the rest is the list.

#include <anchor/measure/ima_replay.h>

#include "ima_list_reading.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace anchor;
    using namespace anchor::measure;
    if (size == 0) return 0;
    const ByteView list(data + 1, size - 1);
    const ImaListFormat format{ImaEncoding::Binary, (data[0] & 4U) != 0, static_cast<HashAlg>(data[0] & 3U)};
    must_not_depend_on_chunks(list, format);
    static_cast<void>(ima_list_format_of(list));

    ImaReader reader(format, 0, 0, kFuzzMaxEntry);
    ImaReplay replay({HashAlg::Sha1, HashAlg::Sha256});
    reader.feed(list);
    for (auto entry = reader.next(); entry && *entry != nullptr; entry = reader.next()) {
        std::string text;
        replay.extend(**entry);
        append_ima_ascii(text, **entry);
        append_ima_table_row(text, **entry);
    }
    return 0;
}
