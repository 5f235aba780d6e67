// SPDX-License-Identifier: Apache-2.0
#pragma once

// Swtpm: a TPM of one test's own, with its state in a folder that goes with it. It serves one client at a time: who holds
// a connection makes tools wait.

#include <memory>
#include <string>

#include <anchor/base/result.h>
#include <parts/command.h>
#include <parts/scratch.h>

namespace anchor::parts {

struct SwtpmOptions {
    /// Which endorsement certificate the maker left, made by a CA of this test's own: RSA-2048 (low range, NV index
    /// 0x01C00002), P-384 (high range, 0x01C00016), or none.
    enum class Certificate { None, Rsa2048, EccP384 } certificate = Certificate::None;
    std::string pcr_banks = "sha1,sha256,sha384";
};

class Swtpm {
public:
    /// Whether this machine has the programs: swtpm, swtpm_setup and, for the tests that use it, tpm2.
    [[nodiscard]] static bool available();
    /// A new TPM, started up. Unavailable, with the output of what failed.
    [[nodiscard]] static Result<std::unique_ptr<Swtpm>> start(const SwtpmOptions& options = {});

    /// For Tss2_TctiLdr_Initialize and TPM2TOOLS_TCTI.
    [[nodiscard]] std::string tcti() const { return "swtpm:path=" + socket(); }
    /// Certificates of the maker's CA, PEM: the root and the one that issued the EK certificate. With a certificate only.
    [[nodiscard]] std::string root_certificate() const { return scratch_.path("ca/swtpm-localca-rootca-cert.pem"); }
    [[nodiscard]] std::string issuer_certificate() const { return scratch_.path("ca/issuercert.pem"); }
    /// A folder for files of the test; it goes with the TPM.
    [[nodiscard]] const Scratch& scratch() const noexcept { return scratch_; }

    /// Kills it without TPM2_Shutdown and leaves it off.
    void power_off();
    /// Starts it again with TPM2_Startup(CLEAR).
    [[nodiscard]] Result<void> power_on();
    /// Both: what a mains failure is.
    [[nodiscard]] Result<void> power_cut();

    /// Runs a program of tpm2-tools in words ("tpm2_pcrread sha256:0"), split at spaces, in this TPM.
    [[nodiscard]] CommandResult tool(const std::string& words) const;

private:
    Swtpm() : scratch_("swtpm") {}
    [[nodiscard]] std::string socket() const { return scratch_.path("tpm.sock"); }
    [[nodiscard]] Result<void> manufacture(const SwtpmOptions& options);

    Scratch scratch_;  // outlives the process that writes into it
    Process process_;
};

}  // namespace anchor::parts
