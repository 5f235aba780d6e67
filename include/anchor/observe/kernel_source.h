// SPDX-License-Identifier: Apache-2.0
#pragma once

// The claims os.*: what the running kernel says about itself, read below a root so that fixtures can stand in. The kernel is
// believed here; what is proven by the TPM are the claims boot.* and ima.*.

#include <functional>
#include <string>

#include <anchor/base/result.h>
#include <anchor/core/claim_source.h>

namespace anchor::observe {

/// A file system's room, as statvfs(3) says it.
struct DiskRoom {
    std::uint64_t octets = 0;
    std::uint64_t free = 0;  ///< for programs without privileges
    bool read_only = false;
};

/// Reads below `root` ("" on a device): lockdown, taint, Secure Boot, boot id, uptime, memory, temperature.
class KernelSource final : public ClaimSource {
public:
    explicit KernelSource(std::string root = "") : root_(std::move(root)) {}
    [[nodiscard]] std::string_view name() const noexcept override { return "kernel"; }
    void collect(SteadyTime now, Claims& into) override;

private:
    std::string root_;
};

/// The claims os.disk_*: the file system that holds the state.
class DiskSource final : public ClaimSource {
public:
    using Look = std::function<Result<DiskRoom>(const std::string& folder)>;
    explicit DiskSource(std::string folder, Look look = look_at_disk) : folder_(std::move(folder)), look_(std::move(look)) {}
    [[nodiscard]] std::string_view name() const noexcept override { return "disk"; }
    void collect(SteadyTime now, Claims& into) override;

    /// Asks the system. Unavailable or Denied where the folder can't be looked at.
    [[nodiscard]] static Result<DiskRoom> look_at_disk(const std::string& folder);

private:
    std::string folder_;
    Look look_;
};

}  // namespace anchor::observe
