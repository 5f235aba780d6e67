// SPDX-License-Identifier: Apache-2.0
#pragma once

// AuditLog: one JSON object a line, each with the digest of the line before it. Whoever changes, removes or inserts a line
// breaks the chain behind it; whoever cuts the end is caught by a checkpoint of the AK over the head (design: audit).
// What is written here never holds a secret.

#include <string>

#include <anchor/core/audit_sink.h>
#include <anchor/core/digest.h>
#include <anchor/core/disk.h>

namespace anchor::store {

class AuditLog final : public AuditSink {
public:
    static constexpr std::size_t kMaxFile = 4UL << 20U;  ///< then the file is put aside as "audit.1" and a new one goes on
    static constexpr std::size_t kMaxLine = 16UL * 1024;

    /// Goes on where the last run stopped; a last line that a power cut tore is put right. Corrupt: the chain is broken,
    /// and the error names the line. The log then starts a new file and its first line says so.
    [[nodiscard]] static Result<AuditLog> open(Disk& disk);

    Result<void> append(const AuditEvent& event) override;

    /// Number and digest of the last line: what a checkpoint signs.
    [[nodiscard]] std::uint64_t lines() const noexcept { return lines_; }
    [[nodiscard]] const Digest& head() const noexcept { return head_; }

private:
    explicit AuditLog(Disk& disk) : disk_(&disk) {}
    [[nodiscard]] Result<void> drop_half_line();

    Disk* disk_;
    std::uint64_t lines_ = 0;
    std::size_t octets_ = 0;
    bool uncertain_ = false;
    bool name_is_durable_ = false;  // a run that was killed may have made the file and not synced its name
    Digest head_{HashAlg::Sha256};
};

/// Where a log stands after all of its lines were checked.
struct AuditChain {
    std::uint64_t lines = 0;
    Digest head{HashAlg::Sha256};
    bool torn = false;      ///< the last line has no end: a power cut, the line never counted
    std::size_t whole = 0;  ///< octets of the lines that count
};

/// Checks a log, or the part of one that begins after `before`. Rejected: names the first line that does not fit.
[[nodiscard]] Result<AuditChain> verify_audit(std::string_view text, AuditChain before = {});

}  // namespace anchor::store
