// SPDX-License-Identifier: Apache-2.0
#pragma once

// LogPieces: the logs of boot and IMA as this daemon may read them, piece by piece, for operators who are not root. They prove nothing:
// who takes them replays them, as we do.

#include <functional>
#include <string_view>

#include <anchor/core/log_source.h>
#include <anchor/core/worker.h>

#include "boot_log.h"

namespace anchor::daemon {

class LogPieces {
public:
    /// All must outlive it and what it gives to the worker.
    LogPieces(Worker& worker, const BootLog& boot, LogSource& ima) : worker_(worker), boot_(boot), ima_(ima) {}

    /// The octets from an offset on, at most kPiece of them; empty at the end of what there is now. `log` is "boot" or "ima". Rejected:
    /// another one. Unavailable, Denied: it cannot be read.
    void read(std::string_view log, std::uint64_t offset, std::function<void(const Result<Bytes>&)> done);

    static constexpr std::size_t kPiece = 256UL * 1024;  ///< in base64 it fits an answer

private:
    Worker& worker_;
    const BootLog& boot_;
    LogSource& ima_;
};

}  // namespace anchor::daemon
