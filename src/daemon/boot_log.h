// SPDX-License-Identifier: Apache-2.0
#pragma once

// BootLog: the firmware's event log. On most machines only root may open it: where we may not, the warden opens it for us. What is
// in it proves nothing before it is replayed against the TPM, so it does not matter much who opened it.

#include <string>

#include <anchor/base/bytes.h>
#include <anchor/core/log_opener.h>

namespace anchor::daemon {

class BootLog {
public:
    /// The opener must outlive it.
    BootLog(std::string path, LogOpener& opener) : path_(std::move(path)), opener_(opener) {}

    /// On the worker. Unavailable: there is no log. Denied: neither we nor the opener may read it. Rejected: larger than any
    /// log that is judged.
    [[nodiscard]] Result<Bytes> read() const;

private:
    std::string path_;
    LogOpener& opener_;
};

}  // namespace anchor::daemon
