// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a measured boot log says about the boot, for those who judge it. Only contents that are what was measured are
// believed, and of the firmware's own statements only those before its separator: whoever runs later can extend a register
// too, and write down that Secure Boot is on. All of it holds only if the log replays to quoted registers.

#include <variant>

#include <anchor/core/claim.h>
#include <anchor/measure/event_log_details.h>

namespace anchor::measure {

/// A value, or unknown with its cause.
template <class T>
using Fact = std::variant<Unknown, T>;

/// Something whose octets are not in the log: an image, a file, a command line that only its digest tells.
struct MeasuredObject {
    std::uint32_t event = 0;
    std::uint32_t pcr = 0;
    std::string name;  ///< device path, file name, section; written by whoever wrote the log, not measured
    std::vector<Digest> digests;
};

/// A key that firmware or shim has used to let an image run (PFP §3.3.4.8). An event that stands where keys are measured, but whose
/// content nothing proves, is one too: "event 12", with its own digest as fingerprint.
struct BootAuthority {
    std::uint32_t event = 0;
    std::string variable;                 ///< "db", "MokList", "Shim": where the key stands
    std::string subject;                  ///< of the certificate; empty for hashes
    Digest fingerprint{HashAlg::Sha256};  ///< SHA-256 over the certificate, or over the data where it is none
};

struct KernelCommandLine {
    std::uint32_t event = 0;
    std::uint32_t pcr = 0;
    std::string text;
};

struct BootFacts {
    Fact<bool> secure_boot;
    Fact<bool> setup_mode;  ///< no platform key: anybody may change the keys
    Fact<bool> audit_mode;  ///< unknown on firmware that does not measure it, as are the next
    Fact<bool> deployed_mode;
    Fact<bool> debug_mode;               ///< "UEFI Debug Mode" was measured: a debugger may be attached
    Fact<bool> dma_protection_disabled;  ///< measured before images were run
    Fact<std::string> firmware_version;  ///< EV_S_CRTM_VERSION
    Fact<bool> exit_boot_services;       ///< the loader has handed over to the system, successfully
    Fact<Guid> boot_disk;                ///< GUID of the partition table that was booted from

    std::vector<BootAuthority> authorities;
    std::vector<MeasuredObject> images;           ///< boot loaders and kernels, in the order they ran: all of PCR 4 but proven texts
    std::vector<MeasuredObject> option_roms;      ///< drivers of add-in cards: all of PCR 2 but proven texts
    std::vector<MeasuredObject> initrds;          ///< as Linux or systemd-stub measured them
    std::vector<MeasuredObject> files;            ///< read by GRUB, among them kernel and initrd
    std::vector<MeasuredObject> kernel_sections;  ///< of a unified kernel image
    std::vector<KernelCommandLine> command_lines;
    std::vector<MeasuredObject> load_options;  ///< command lines of which only the digest is known (Linux' EFI stub)

    std::vector<std::uint32_t> error_separators;  ///< numbers of the events
    std::vector<std::uint32_t> mismatches;        ///< events whose content is not what was measured
};

[[nodiscard]] BootFacts boot_facts(const EventLog& log);

/// The value, or nullptr where it is unknown.
template <class T>
[[nodiscard]] const T* known(const Fact<T>& fact) noexcept {
    return std::get_if<T>(&fact);
}

}  // namespace anchor::measure
