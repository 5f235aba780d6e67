// SPDX-License-Identifier: Apache-2.0
#pragma once

// VirtualMachine: a PC with UEFI firmware and a TPM of its own, all of it software (QEMU without KVM, OVMF, swtpm). It keeps its TPM and
// the variables of its firmware from one boot to the next, as a machine does, and forgets everything else. What it boots is
// Debian's kernel and the given initial file system, whose init carries out what run() asks for (guest/init).

#include <memory>
#include <string>

#include <anchor/base/bytes.h>
#include <anchor/base/result.h>
#include <anchor/base/unique_fd.h>
#include <parts/command.h>
#include <parts/scratch.h>

#include "initramfs.h"

namespace anchor::vm {

/// How firmware comes to the kernel.
enum class BootPath : std::uint8_t {
    Direct,      ///< QEMU hands kernel, command line and initial file system to firmware; Secure Boot is off
    SecureBoot,  ///< firmware checks the signature of systemd-boot on a disk, and of the kernel that it starts
};

class VirtualMachine {
public:
    /// Builds it, switched off. Unavailable, with the output of the tool that failed.
    [[nodiscard]] static Result<std::unique_ptr<VirtualMachine>> build(BootPath path, const Initramfs& initramfs);

    /// Boots and waits until init is ready. Unavailable, with the end of what the machine printed.
    [[nodiscard]] Result<void> switch_on(const std::string& more_command_line = "");
    /// A clean shutdown; what hangs is killed.
    void switch_off();
    ~VirtualMachine() = default;
    VirtualMachine(const VirtualMachine&) = delete;
    VirtualMachine& operator=(const VirtualMachine&) = delete;

    /// Carries out a line in the shell that is the machine's first process: variables, open files and programs in the background stay.
    /// Exit code 124 where no answer came within `deadline`.
    [[nodiscard]] parts::CommandResult run(const std::string& line, std::chrono::milliseconds deadline = std::chrono::minutes(5));
    /// The octets of a file; empty where it can't be read.
    [[nodiscard]] Bytes read(const std::string& path);
    /// Writes a file. Unavailable, with what the shell says.
    [[nodiscard]] Result<void> write(const std::string& path, ByteView octets);
    /// Everything that the kernel and init have printed since it was built.
    [[nodiscard]] std::string console() const;

    static const std::string kCommandLine;  ///< what every boot has, in front of `more_command_line`

private:
    explicit VirtualMachine(BootPath path) : scratch_("vm"), path_(path) {}

    [[nodiscard]] Result<void> make_tpm();
    [[nodiscard]] Result<void> make_disk();
    [[nodiscard]] Result<void> sign(const std::string& from, const std::string& to) const;
    [[nodiscard]] Result<void> power_tpm();
    [[nodiscard]] parts::Arguments command(const std::string& command_line) const;
    [[nodiscard]] Result<void> connect();
    [[nodiscard]] Result<parts::CommandResult> answer(std::chrono::milliseconds deadline);
    [[nodiscard]] Error lost(const std::string& what) const;

    parts::Scratch scratch_;  // outlives the processes that write into it
    BootPath path_;
    parts::Process tpm_;
    parts::Process qemu_;
    UniqueFd line_;  // to the second serial port
};

}  // namespace anchor::vm
