// SPDX-License-Identifier: Apache-2.0
#pragma once

// A TPM in software and the tools of others, for one test.

#include <gtest/gtest.h>

#include <anchor/tpmwire/public_area.h>
#include <parts/swtpm.h>

namespace anchor::tpmwire {

class WithATpm : public testing::Test {
protected:
    void SetUp() override {
        if (!parts::Swtpm::available()) GTEST_SKIP() << "needs swtpm, swtpm_setup and tpm2-tools";
        auto started = parts::Swtpm::start();
        ASSERT_TRUE(started) << started.error().what;
        tpm_ = std::move(started).value();
    }

    [[nodiscard]] std::string path(const std::string& file) const { return tpm_->scratch().path(file); }
    /// The tools leave what they loaded in the TPM, which has three slots.
    void flush() {
        for (const char* what : {"-t", "-l", "-s"}) static_cast<void>(tpm_->tool(std::string("tpm2_flushcontext ") + what));
    }
    /// @ stands for the folder of this test.
    [[nodiscard]] std::string in_folder(std::string words) const {
        for (auto at = words.find('@'); at != std::string::npos; at = words.find('@')) words.replace(at, 1, path(""));
        return words;
    }
    /// Runs a tool that must succeed.
    void must(const std::string& words) {
        const auto result = tpm_->tool(in_folder(words));
        ASSERT_TRUE(result.ok()) << words << "\n" << result.output;
    }
    [[nodiscard]] PublicArea area_of(const std::string& key) {
        must("tpm2_readpublic -c @" + key + ".ctx -f tss -o @" + key + ".pub");
        flush();
        return parse_sized_public_area(tpm_->scratch().read(key + ".pub")).value();
    }
    /// A restricted signing key under an owner's storage key: @ak.ctx.
    void make_attestation_key(const std::string& algorithm, const std::string& hash) {
        must("tpm2_createprimary -C o -G ecc256 -c @srk.ctx");
        flush();
        must("tpm2_create -C @srk.ctx -g " + hash + " -G " + algorithm +
             " -u @ak.tpub -r @ak.tprv -a fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda|restricted|sign");
        flush();
        must("tpm2_load -C @srk.ctx -u @ak.tpub -r @ak.tprv -c @ak.ctx");
        flush();
    }

    std::unique_ptr<parts::Swtpm> tpm_;
};

}  // namespace anchor::tpmwire
