// SPDX-License-Identifier: Apache-2.0
#pragma once

// ImaList: the kernel's IMA list as a stream. Where only root may open it, the warden opens it for us; what is in it proves nothing
// before it is replayed against the TPM.

#include <string>

#include <anchor/core/log_opener.h>
#include <anchor/core/log_source.h>

namespace anchor::daemon {

class ImaList final : public LogSource {
public:
    /// The opener must outlive it.
    ImaList(std::string path, LogOpener& opener) : path_(std::move(path)), opener_(opener) {}

    Result<std::unique_ptr<LogStream>> open(std::uint64_t offset) override;

private:
    std::string path_;
    LogOpener& opener_;
};

}  // namespace anchor::daemon
