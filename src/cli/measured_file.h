// SPDX-License-Identifier: Apache-2.0
#pragma once

// Files with measurements: boot logs, IMA lists, registers. An errno of a file becomes Unavailable without a native code: it is
// no failure of the way to the daemon, which it would be for the exit code.

#include <functional>
#include <optional>
#include <string>

#include <anchor/core/pcr.h>
#include <anchor/measure/ima_reader.h>

namespace anchor::cli {

template <class T>
[[nodiscard]] Result<T> of_a_file(Result<T> read) {
    if (read) return read;
    return unavailable(read.error().what);
}

/// Nothing where the file is no IMA list.
[[nodiscard]] Result<std::optional<measure::ImaListFormat>> ima_format_of(const std::string& file);

/// The file's octets, chunk by chunk, until it ends or the visitor has had enough; its errors are passed on.
[[nodiscard]] Result<void> visit_chunks(const std::string& file, const std::function<Result<bool>(ByteView)>& visitor);

/// A list of a million entries is a stream: each entry goes as it comes, until the visitor has had enough. Rejected: the file
/// ends within an entry.
[[nodiscard]] Result<void> visit_ima_entries(const std::string& file, measure::ImaListFormat format,
                                             const std::function<bool(const measure::ImaEntry&)>& visitor);

/// A boot log of at most measure::kMaxEventLogSize.
[[nodiscard]] Result<Bytes> read_boot_log(const std::string& file);
/// Registers as pcr_values_from() reads them.
[[nodiscard]] Result<PcrValues> read_registers(const std::string& file);
/// The register of IMA in one bank, SHA-256 first; empty where it is not among them. Registers of several banks are read one after the
/// other, and while programs run each stands for another beginning of the list; only a quote is of one moment.
[[nodiscard]] PcrValues ima_register_of(const PcrValues& registers);

}  // namespace anchor::cli
