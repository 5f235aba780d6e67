// SPDX-License-Identifier: Apache-2.0
#include "equipment.h"

#include <unistd.h>

#include <anchor/base/file.h>
#include <parts/mosquitto.h>

namespace anchor::vm {
namespace {

bool readable(const std::string& path) { return ::access(path.c_str(), R_OK) == 0; }

}  // namespace

std::string kernel_file(const std::string& name) { return ANCHOR_VM_KERNEL "/" + name; }

std::string missing_equipment() {
#ifndef __x86_64__
    return "our programs are not built for the machine that is booted, an x86-64";
#else
    std::string missing;
    for (const char* program : {kQemu, "swtpm", "swtpm_setup", "sbsign", "openssl", "zstd", "strip", "ldd"}) {
        if (!parts::on_path(program)) missing += std::string(" ") + program;
    }
    for (const char* file : {kBusybox, kBootLoader, kFirmware, kVariables, kSecureFirmware, kSecureVariables, kSigningKey}) {
        if (!readable(file)) missing += std::string(" ") + file;
    }
    for (const char* file : {"vmlinuz", "efivarfs.ko", "e1000.ko"}) {
        if (!readable(kernel_file(file))) missing += " " + kernel_file(file);
    }
    if (!parts::Mosquitto::available()) missing += " mosquitto";
    if (!missing.empty()) missing = "to boot a kernel, this is missing here:" + missing + "; \"./dev test\" gets it on Debian";
    return missing;
#endif
}

}  // namespace anchor::vm
