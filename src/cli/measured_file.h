// SPDX-License-Identifier: Apache-2.0
#pragma once

// Files with measurements: boot logs, IMA lists, registers. An errno of a file becomes Unavailable without a native code: it is
// no failure of the way to the daemon, which it would be for the exit code.

#include <functional>
#include <optional>
#include <string>

#include <anchor/base/unique_fd.h>
#include <anchor/core/pcr.h>
#include <anchor/measure/event_log.h>
#include <anchor/measure/ima_reader.h>

namespace anchor::cli {

template <class T>
[[nodiscard]] Result<T> of_a_file(Result<T> read) {
    if (read) return read;
    return unavailable(read.error().what);
}

/// A log that is read once, from front to back: it may be a pipe, and "-" is standard input.
class MeasuredFile {
public:
    [[nodiscard]] static Result<MeasuredFile> open(const std::string& file);

    /// For people.
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    /// By its first octets; nothing where it is no IMA list.
    [[nodiscard]] const std::optional<measure::ImaListFormat>& ima_format() const noexcept { return format_; }

    // Each of these reads all of it: call one of them, once.

    /// The octets, chunk by chunk, until they end or the visitor has had enough; its errors are passed on.
    [[nodiscard]] Result<void> visit_chunks(const std::function<Result<bool>(ByteView)>& visitor);
    /// A list of a million entries is a stream: each entry goes as it comes, until the visitor has had enough. Rejected, with the name of
    /// the file: it is no IMA list, or ends within an entry.
    [[nodiscard]] Result<void> visit_ima_entries(const std::function<bool(const measure::ImaEntry&)>& visitor);
    /// Rejected where it is larger than measure::kMaxEventLogSize.
    [[nodiscard]] Result<Bytes> boot_log();

private:
    MeasuredFile(UniqueFd fd, std::string name) : fd_(std::move(fd)), name_(std::move(name)) {}
    [[nodiscard]] Result<std::size_t> read_some(std::span<std::uint8_t> into);

    UniqueFd fd_;
    std::string name_;
    Bytes beginning_;  // what was read to recognise it
    std::optional<measure::ImaListFormat> format_;
};

/// The log, as far as it could be read. Rejected where that is not even one event: then it is no boot log. Borrows from the octets.
[[nodiscard]] Result<measure::EventLog> boot_log_from(ByteView octets, const std::string& name);

/// Registers as pcr_values_from() reads them.
[[nodiscard]] Result<PcrValues> read_registers(const std::string& file);
/// The register of IMA in one bank, SHA-256 first; empty where it is not among them. Registers of several banks are read one after the
/// other, and while programs run each stands for another beginning of the list; only a quote is of one moment.
[[nodiscard]] PcrValues ima_register_of(const PcrValues& registers);

}  // namespace anchor::cli
