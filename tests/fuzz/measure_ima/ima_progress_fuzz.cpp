// SPDX-License-Identifier: Apache-2.0

// Stored progress: what is accepted is written again as the same, and can be gone on from.

#include <cstdlib>

#include <nlohmann/json.hpp>

#include <anchor/measure/ima_progress.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace anchor;
    using namespace anchor::measure;
    const auto json = parse_json(as_text(ByteView(data, size)));
    if (!json) return 0;
    const auto progress = ima_progress_from(*json);
    if (!progress) {
        if (progress.error().kind != ErrorKind::Corrupt) std::abort();
        return 0;
    }
    const Json once = to_json(*progress);
    const auto again = ima_progress_from(once);
    if (!again || to_json(*again) != once) std::abort();
    static_cast<void>(progress->goes_on(progress->reset_count, progress->basis, {}));
    const ImaReport report = progress->with(progress->report(), 8);
    static_cast<void>(ImaVerifier::after_trim(progress->checkpoint, {}).report());
    return report.entries == progress->checkpoint.entries ? 0 : (std::abort(), 0);
}
