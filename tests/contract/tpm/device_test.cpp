// SPDX-License-Identifier: Apache-2.0
#include <anchor/tpm/device.h>

#include <chrono>

#include <anchor/base/encoding.h>
#include <anchor/tpm/esys_endorser.h>
#include <anchor/tpm/esys_key_forge.h>
#include <anchor/tpmwire/credential.h>

#include "tpm_fixture.h"

namespace anchor::tpm {
namespace {

class DeviceOnSwtpm : public TpmFixture {
protected:
    [[nodiscard]] static bool activates(EsysEndorser& endorser, const KeyBlob& ak) {
        const auto ek = tpmwire::parse_public_area(endorser.endorsement().value().public_area).value();
        const Bytes name = tpmwire::name_of(tpmwire::parse_sized_public_area(ak.public_area).value());
        const auto credential = tpmwire::make_credential(ek, name, SecretBytes::copy_of(as_bytes("secret"))).value();
        return endorser.activate_credential(credential.id_object, credential.encrypted_secret).has_value();
    }
};

TEST_F(DeviceOnSwtpm, TellsWhatItIs) {
    const auto properties = device_->properties();

    ASSERT_TRUE(properties) << properties.error().what;
    EXPECT_EQ(properties->manufacturer, "IBM");
    EXPECT_EQ(properties->vendor, "SWTPM");
    EXPECT_EQ(properties->revision.substr(0, 2), "1.");
    EXPECT_EQ(told("TPM2_PT_MANUFACTURER"), 0x49424D00U);  // "IBM" and a zero
    EXPECT_EQ(properties->firmware_version,
              (std::uint64_t{told("TPM2_PT_FIRMWARE_VERSION_1")} << 32U) | told("TPM2_PT_FIRMWARE_VERSION_2"));
    EXPECT_EQ(properties->lockout_interval, Seconds{told("TPM2_PT_LOCKOUT_INTERVAL")});
    EXPECT_EQ(properties->lockout_recovery, Seconds{told("TPM2_PT_LOCKOUT_RECOVERY")});
    EXPECT_EQ(properties->key_algs.front(), KeyAlg::EcP256);
    EXPECT_EQ(properties->pcr_banks.size(), 3U);
}

TEST_F(DeviceOnSwtpm, CountsTheFailedTriesThatTheToolsCountToo) {
    const std::string folder = tpm_->scratch().path() + "/";
    ASSERT_TRUE(tpm_->tool("tpm2_createprimary -C o -G ecc -p right -c " + folder + "guarded").ok());
    ASSERT_TRUE(tpm_->tool("tpm2_flushcontext -t").ok());
    const std::uint32_t limit = told("TPM2_PT_MAX_AUTH_FAIL");
    ASSERT_GT(limit, 1U);

    for (std::uint32_t tries = 0; tries <= limit; ++tries) {
        const auto properties = device_->properties();
        ASSERT_TRUE(properties) << properties.error().what;
        EXPECT_EQ(properties->lockout_counter, tries);
        EXPECT_EQ(told("TPM2_PT_LOCKOUT_COUNTER"), tries);
        EXPECT_EQ(properties->lockout_limit, limit);
        EXPECT_EQ(properties->in_lockout, tries == limit) << tries;
        ASSERT_FALSE(tpm_->tool("tpm2_create -C " + folder + "guarded -P wrong -u " + folder + "u -r " + folder + "r").ok());
        ASSERT_TRUE(tpm_->tool("tpm2_flushcontext -t").ok());
    }
}

TEST_F(DeviceOnSwtpm, ReadsTheSameRegistersAsTheTools) {
    ASSERT_TRUE(tpm_->tool("tpm2_pcrextend 16:sha256=" + std::string(64, 'a')).ok());

    const auto pcrs = device_->all_pcrs();

    ASSERT_TRUE(pcrs) << pcrs.error().what;
    EXPECT_EQ(pcrs->size(), 3U * kPcrCount);
    const auto told = tpm_->tool("tpm2_pcrread sha256:16 -o " + tpm_->scratch().path("pcr"));
    ASSERT_TRUE(told.ok()) << told.output;
    EXPECT_EQ(to_hex(pcrs->find(HashAlg::Sha256, 16)->view()), to_hex(tpm_->scratch().read("pcr")));
    EXPECT_TRUE(pcrs->find(HashAlg::Sha384, 17)->all(0xFF));
}

TEST_F(DeviceOnSwtpm, RefusesABankThatIsNotAllocated) {
    EXPECT_EQ(failure(device_->pcrs({{HashAlg::Sha512, 1}})), "denied: the TPM does not have sha512:0");
}

TEST_F(DeviceOnSwtpm, CountsItsResets) {
    const auto before = device_->time();
    ASSERT_TRUE(before) << before.error().what;

    ASSERT_TRUE(tpm_->power_cut());

    const auto after = device_->time();
    ASSERT_TRUE(after) << after.error().what;
    EXPECT_EQ(after->clock.reset_count, before->clock.reset_count + 1);
    EXPECT_LE(after->time, after->clock.clock);
}

TEST_F(DeviceOnSwtpm, IsUnavailableWhileTheTpmIsOffAndComesBackByItself) {
    auto quoter = EsysQuoter::from(device_, attestation_key());
    ASSERT_TRUE(quoter);
    ASSERT_TRUE((*quoter)->quote({{HashAlg::Sha256, 1}}, as_bytes("before")));

    tpm_->power_off();
    const auto off = (*quoter)->quote({{HashAlg::Sha256, 1}}, as_bytes("off"));
    ASSERT_TRUE(tpm_->power_on());
    const auto back = (*quoter)->quote({{HashAlg::Sha256, 1}}, as_bytes("after"));

    ASSERT_FALSE(off);
    EXPECT_EQ(off.error().kind, ErrorKind::Unavailable) << off.error().what;
    EXPECT_TRUE(back) << back.error().what;
}

TEST_F(DeviceOnSwtpm, MayBeMadeBeforeThereIsATpm) {
    tpm_->power_off();
    const auto early = another_device();
    EXPECT_EQ(failure(early->time()).substr(0, 11), "unavailable");

    ASSERT_TRUE(tpm_->power_on());

    EXPECT_TRUE(early->time());
}

TEST_F(DeviceOnSwtpm, IsNotLockedOutByTenPowerCuts) {
    const KeyBlob ak = attestation_key();
    auto quoter = EsysQuoter::from(device_, ak.clone());
    EsysKeyForge forge(device_, ak.clone());
    const auto blob = forge.make(KeyAlg::EcP256);
    ASSERT_TRUE(blob) << blob.error().what;
    const auto key = forge.load(*blob);
    ASSERT_TRUE(key) << key.error().what;
    const auto low = EsysEndorser::open(device_, ak.clone(), "L-2").value();
    const auto high = EsysEndorser::open(device_, ak.clone(), "H-2").value();

    for (int cut = 0; cut < 10; ++cut) {
        ASSERT_TRUE((*quoter)->quote({{HashAlg::Sha256, 0xFF}}, as_bytes("n"))) << cut;
        ASSERT_TRUE((*key)->sign(SignatureScheme::Ecdsa, Digest(HashAlg::Sha256))) << cut;
        ASSERT_TRUE(activates(*low, ak)) << cut;
        ASSERT_TRUE(activates(*high, ak)) << cut;
        ASSERT_TRUE(tpm_->power_cut());
    }

    const auto properties = device_->properties();
    ASSERT_TRUE(properties);
    EXPECT_EQ(properties->lockout_counter, 0U);
    EXPECT_EQ(told("TPM2_PT_LOCKOUT_COUNTER"), 0U);
    EXPECT_FALSE(properties->in_lockout);
}

TEST_F(DeviceOnSwtpm, LeavesNoHandleBehindInTenThousandOperations) {
    const KeyBlob ak = attestation_key();
    auto quoter = EsysQuoter::from(device_, ak.clone());
    EsysKeyForge forge(device_, ak.clone());
    const auto blob = forge.make(KeyAlg::EcP256);
    ASSERT_TRUE(blob) << blob.error().what;
    const auto key = forge.load(*blob);
    ASSERT_TRUE(key) << key.error().what;

    for (int i = 0; i < 2500; ++i) {
        ASSERT_TRUE((*quoter)->quote({{HashAlg::Sha256, 0xFF}}, as_bytes("n"))) << i;
        ASSERT_TRUE((*key)->sign(SignatureScheme::Ecdsa, Digest(HashAlg::Sha256))) << i;
        ASSERT_TRUE(forge.certify(*blob, as_bytes("n"))) << i;
        ASSERT_TRUE(device_->time()) << i;
    }

    const std::string loaded = tpm_->tool("tpm2_getcap handles-transient").output;
    EXPECT_LE(std::ranges::count(loaded, '\n'), 2) << loaded;
    EXPECT_EQ(tpm_->tool("tpm2_getcap handles-loaded-session").output, "");
}

TEST_F(DeviceOnSwtpm, IsNotMisledByHandlesThatAResetGaveToOtherKeys) {
    const KeyBlob ak = attestation_key();
    auto quoter = EsysQuoter::from(device_, ak.clone());
    EsysKeyForge forge(device_, ak.clone());
    const KeyBlob first = forge.make(KeyAlg::EcP256).value();
    const KeyBlob second = forge.make(KeyAlg::EcP256).value();
    ASSERT_TRUE((*quoter)->quote({{HashAlg::Sha256, 1}}, as_bytes("n")));
    ASSERT_TRUE(tpm_->power_cut());

    ASSERT_TRUE(forge.load(first));  // takes the place that the AK had before the reset
    const auto quote = (*quoter)->quote({{HashAlg::Sha256, 1}}, as_bytes("n"));
    ASSERT_TRUE(tpm_->power_cut());
    const auto key = forge.load(second);

    EXPECT_TRUE(quote) << quote.error().what;
    ASSERT_TRUE(key) << key.error().what;
    EXPECT_TRUE((*key)->sign(SignatureScheme::Ecdsa, Digest(HashAlg::Sha256)));
    EXPECT_TRUE((*quoter)->quote({{HashAlg::Sha256, 1}}, as_bytes("n")));
}

TEST_F(DeviceOnSwtpm, UsesTheStorageRootThatAnOwnerMadePersistent) {
    const Bytes name = device_->storage_root_name().value();
    const auto folder = tpm_->scratch().path() + "/";
    ASSERT_TRUE(tpm_->tool("tpm2_evictcontrol -C o -c " + storage_root_of_the_tools() + " 0x81000001").ok());
    ASSERT_TRUE(tpm_->tool("tpm2_flushcontext -t").ok());
    ASSERT_TRUE(tpm_->tool("tpm2_readpublic -c 0x81000001 -n " + folder + "name").ok());

    const auto pinned = another_device({.storage_root_name = name});
    const auto ak = make_attestation_key(*pinned, KeyAlg::EcP256);

    EXPECT_EQ(to_hex(tpm_->scratch().read("name")), to_hex(name));
    ASSERT_TRUE(ak) << ak.error().what;
    EXPECT_TRUE(EsysQuoter::from(pinned, ak->clone()).value()->quote({{HashAlg::Sha256, 1}}, as_bytes("n")));
}

TEST_F(DeviceOnSwtpm, NoticesThatTheTpmWasCleared) {
    const auto root = device_->storage_root_name();
    ASSERT_TRUE(root) << root.error().what;
    auto quoter = EsysQuoter::from(device_, attestation_key());
    ASSERT_TRUE((*quoter)->quote({{HashAlg::Sha256, 1}}, as_bytes("before")));

    ASSERT_TRUE(tpm_->tool("tpm2_clear -c p").ok());

    const auto after = (*quoter)->quote({{HashAlg::Sha256, 1}}, as_bytes("after"));
    EXPECT_EQ(failure(after), "stale: the storage root key is another one: the TPM was cleared or replaced");
    device_->pin_storage_root(std::nullopt);
    EXPECT_NE(device_->storage_root_name().value(), *root);
    EXPECT_EQ(failure((*quoter)->quote({{HashAlg::Sha256, 1}}, as_bytes("after"))).substr(0, 38), "stale: the key was made by another TPM");
}

TEST_F(DeviceOnSwtpm, RefusesAStorageRootThatIsNotThePinnedOne) {
    const auto pinned = another_device({.storage_root_name = Bytes(34, 0)});

    EXPECT_EQ(failure(pinned->storage_root_name()), "stale: the storage root key is another one: the TPM was cleared or replaced");
}

}  // namespace
}  // namespace anchor::tpm
