// SPDX-License-Identifier: Apache-2.0
#pragma once

// TpmFixture: a software TPM of one test's own, our Device on it, and an attestation key. After each test, nothing of
// ours may be left in the TPM.

#include <memory>

#include <gtest/gtest.h>

#include <anchor/tpm/device.h>
#include <anchor/tpm/esys_quoter.h>
#include <parts/swtpm.h>

namespace anchor::tpm {

class TpmFixture : public testing::Test {
protected:
    void SetUp() override;
    void TearDown() override;

    /// Another TPM instead of the plain one, with a Device of its own.
    void manufacture(const parts::SwtpmOptions& options);
    /// A Device on the same TPM, as a second program or a restart has it.
    [[nodiscard]] std::shared_ptr<Device> another_device(DeviceSettings settings = {}) const;
    [[nodiscard]] KeyBlob attestation_key(KeyAlg alg = KeyAlg::EcP256) const;
    /// What tpm2_getcap says of a property ("TPM2_PT_LOCKOUT_COUNTER").
    [[nodiscard]] std::uint32_t told(const std::string& property) const;
    /// Our storage root (EC P-256), made by the tools: the file of its context.
    [[nodiscard]] std::string storage_root_of_the_tools() const;
    /// Transient objects and sessions in the TPM, as tpm2_getcap lists them: one line each.
    [[nodiscard]] std::string leftovers() const;

    std::unique_ptr<parts::Swtpm> tpm_;
    std::shared_ptr<Device> device_;
};

/// "kind: what" of a failure, for comparison by reading.
template <class T>
[[nodiscard]] std::string failure(const Result<T>& result) {
    return result ? "no failure" : std::string(to_string(result.error().kind)) + ": " + result.error().what;
}

}  // namespace anchor::tpm
