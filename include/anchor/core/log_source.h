// SPDX-License-Identifier: Apache-2.0
#pragma once

// LogSource: a log that grows while it is read and may be too large for memory, as a stream of octets. On the worker. Nothing of it
// is believed before it was replayed against the TPM.

#include <cstdint>
#include <memory>
#include <span>

#include <anchor/base/result.h>

namespace anchor {

class LogStream {
public:
    virtual ~LogStream() = default;
    /// The next octets, as many as there are and fit; 0 at the end of what is there now. Unavailable, Denied: the system's errors.
    [[nodiscard]] virtual Result<std::size_t> read(std::span<std::uint8_t> into) = 0;
};

class LogSource {
public:
    virtual ~LogSource() = default;
    /// The log from this octet on; behind its end there is nothing to read. Unavailable: there is no such log. Denied: nobody here may
    /// read it.
    [[nodiscard]] virtual Result<std::unique_ptr<LogStream>> open(std::uint64_t offset) = 0;
};

}  // namespace anchor
