// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reads a list in one piece and in small pieces, and compares: where chunks end must not matter.

#include <algorithm>
#include <cstdlib>
#include <string>

#include <anchor/measure/ima_reader.h>
#include <anchor/measure/ima_render.h>

namespace anchor::measure {

inline constexpr std::size_t kFuzzMaxEntry = 4096;

struct ListReading {
    std::string text;  // the entries as JSON lines
    std::string error;
    std::size_t waiting = 0;
};

inline ListReading read_in_chunks(ByteView list, ImaListFormat format, std::size_t chunk) {
    ListReading reading;
    ImaReader reader(format, 0, 0, kFuzzMaxEntry);
    for (std::size_t at = 0; at < list.size(); at += chunk) {
        reader.feed(list.subspan(at, std::min(chunk, list.size() - at)));
        for (;;) {
            const auto entry = reader.next();
            if (!entry) {
                reading.error = entry.error().what;
                return reading;
            }
            if (*entry == nullptr) break;
            append_ima_json(reading.text, **entry);
        }
    }
    reading.waiting = reader.waiting();
    return reading;
}

inline void must_not_depend_on_chunks(ByteView list, ImaListFormat format) {
    const ListReading whole = read_in_chunks(list, format, list.size() + 1);
    for (const std::size_t chunk : {std::size_t{1}, std::size_t{7}, std::size_t{64}}) {
        const ListReading pieces = read_in_chunks(list, format, chunk);
        if (pieces.text != whole.text || pieces.error != whole.error || pieces.waiting != whole.waiting) std::abort();
    }
}

}  // namespace anchor::measure
