// SPDX-License-Identifier: Apache-2.0
#include "boot_log.h"

#include <anchor/base/file.h>
#include <anchor/measure/event_log.h>

namespace anchor::daemon {

Result<Bytes> BootLog::read() const {
    auto own = read_file(path_, measure::kMaxEventLogSize);
    if (own || own.error().kind != ErrorKind::Denied) return own;
    const auto opened = opener_.open(kBootLog);
    // Our own failure says what is missing here; the opener's is only the reason why nobody helped.
    if (!opened) return denied(own.error().what + "; warden: " + opened.error().what, own.error().native);
    return read_all(opened->get(), measure::kMaxEventLogSize, path_);
}

}  // namespace anchor::daemon
