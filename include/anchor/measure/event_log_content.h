// SPDX-License-Identifier: Apache-2.0
#pragma once

// Whether the content of an event is what was measured. A PCR holds digests only: a log's contents may be rewritten
// freely as long as the digests stay, so that nobody may believe a content that is not Verified here.

#include <anchor/measure/event_log.h>

namespace anchor::measure {

enum class ContentVerdict : std::uint8_t {
    Verified,       ///< the digest is of this content, in every bank that we can compute
    Mismatch,       ///< the profile says that the digest is of the content, and it is not
    NotVerifiable,  ///< the digest is of something that is not in the log (code, a file), or the event is not extended
};

/// "verified", "mismatch", "not verifiable".
[[nodiscard]] std::string_view to_string(ContentVerdict verdict) noexcept;

/// PFP 1.06 §10.4.1, column "digest"; for EV_IPL and EV_EVENT_TAG what GRUB, shim, systemd and Linux do.
[[nodiscard]] ContentVerdict check_content(const EventLog& log, const BootEvent& event);

/// A separator whose digest is that of the error value 1: firmware could not measure what belongs into this register
/// (PFP §10.4.1, EV_SEPARATOR). Its content is an error number that nothing proves.
[[nodiscard]] bool is_error_separator(const EventLog& log, const BootEvent& event);

}  // namespace anchor::measure
