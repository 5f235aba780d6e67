// SPDX-License-Identifier: Apache-2.0
#include "tpm_fixture.h"

#include <cstdlib>

namespace anchor::tpm {

void TpmFixture::SetUp() {
    if (!parts::Swtpm::available()) GTEST_SKIP() << "needs swtpm, swtpm_setup and tpm2-tools";
    ::setenv("TSS2_LOG", "all+none", 1);  // the stack's own lines beside expected failures tell nothing
    manufacture({});
}

void TpmFixture::manufacture(const parts::SwtpmOptions& options) {
    device_.reset();
    auto tpm = parts::Swtpm::start(options);
    ASSERT_TRUE(tpm) << tpm.error().what;
    tpm_ = std::move(*tpm);
    device_ = another_device();
}

void TpmFixture::TearDown() {
    if (!tpm_) return;
    const std::weak_ptr<Device> gone = device_;
    device_.reset();
    ASSERT_TRUE(gone.expired()) << "the test still holds the device";
    EXPECT_EQ(leftovers(), "");
}

std::shared_ptr<Device> TpmFixture::another_device(DeviceSettings settings) const {
    settings.tcti = tpm_->tcti();
    return Device::at(std::move(settings));
}

KeyBlob TpmFixture::attestation_key(KeyAlg alg) const {
    auto made = make_attestation_key(*device_, alg);
    EXPECT_TRUE(made) << made.error().what;
    return made ? std::move(*made) : KeyBlob{};
}

std::uint32_t TpmFixture::told(const std::string& property) const {
    const std::string all = tpm_->tool("tpm2_getcap properties-fixed").output + tpm_->tool("tpm2_getcap properties-variable").output;
    const auto number = all.find("0x", all.find(property + ":"));
    EXPECT_NE(number, std::string::npos) << property << " is not among\n" << all;
    return number == std::string::npos ? 0U : static_cast<std::uint32_t>(std::stoul(all.substr(number), nullptr, 16));
}

std::string TpmFixture::storage_root_of_the_tools() const {
    Bytes unique(260);  // x and y of 32 zeros: this tool reads its own structure, two of a size and 128 octets
    unique[0] = unique[130] = 32;
    tpm_->scratch().write("unique", unique);
    const std::string root = tpm_->scratch().path("srk");
    const auto made = tpm_->tool("tpm2_createprimary -C o -G ecc256:aes128cfb -c " + root + " -u " + tpm_->scratch().path("unique") +
                                 " -a fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda|restricted|decrypt");
    EXPECT_TRUE(made.ok()) << made.output;
    return root;
}

std::string TpmFixture::leftovers() const {
    return tpm_->tool("tpm2_getcap handles-transient").output + tpm_->tool("tpm2_getcap handles-loaded-session").output +
           tpm_->tool("tpm2_getcap handles-saved-session").output;
}

}  // namespace anchor::tpm
