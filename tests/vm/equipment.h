// SPDX-License-Identifier: Apache-2.0
#pragma once

// Equipment: the foreign programs and files that a virtual machine takes, and where they are on this one.

#include <string>

namespace anchor::vm {

inline constexpr const char* kQemu = "qemu-system-x86_64";
inline constexpr const char* kBusybox = "/bin/busybox";  ///< linked statically
inline constexpr const char* kBootLoader = "/usr/lib/systemd/boot/efi/systemd-bootx64.efi";

// Debian's package ovmf. Everybody has the snakeoil key: it proves nothing but that signatures are checked.
inline constexpr const char* kFirmware = "/usr/share/OVMF/OVMF_CODE_4M.fd";
inline constexpr const char* kVariables = "/usr/share/OVMF/OVMF_VARS_4M.fd";
inline constexpr const char* kSecureFirmware = "/usr/share/OVMF/OVMF_CODE_4M.secboot.fd";
inline constexpr const char* kSecureVariables = "/usr/share/OVMF/OVMF_VARS_4M.snakeoil.fd";
inline constexpr const char* kSigningKey = "/usr/share/ovmf/PkKek-1-snakeoil.key";
inline constexpr const char* kSigningCertificate = "/usr/share/ovmf/PkKek-1-snakeoil.pem";
inline constexpr const char* kSigningPassphrase = "snakeoil";

/// A file of Debian's stock kernel: "vmlinuz", or the name of a module. `./dev test` unpacks them into the cache folder.
[[nodiscard]] std::string kernel_file(const std::string& name);

/// What is missing on this machine, in words and with what would help; empty where nothing is.
[[nodiscard]] std::string missing_equipment();

}  // namespace anchor::vm
