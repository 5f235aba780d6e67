// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/boot_claims.h>

#include <gtest/gtest.h>

#include "boot_vectors.h"
#include "event_log_builder.h"

namespace anchor::measure {
namespace {

Claims claims_of(ByteView octets, const PcrValues& quoted) {
    const EventLog log = parse_event_log(octets);
    Claims claims;
    claim_boot(log, compare_replay(log, replay(log), quoted), SteadyTime{}, claims);
    return claims;
}

std::string text_of(const Claims& claims, std::string_view name) {
    const Claim* claim = claims.find(name);
    return claim == nullptr ? "not set" : to_text(claim->value);
}

PcrValues without(const PcrValues& values, HashAlg bank) {
    PcrValues kept;
    for (const auto& [key, value] : values) {
        if (key.bank != bank) kept.set(key.index, value);
    }
    return kept;
}

struct RealBoot {
    Bytes octets = octets_of(own_vector("debian12-ovmf-secureboot.eventlog.bin"));
    PcrValues pcrs = pcrs_of(own_vector("debian12-ovmf-secureboot.pcrs.txt"));
};

TEST(BootClaims, OfARealBoot) {
    const RealBoot boot;
    const Claims claims = claims_of(boot.octets, boot.pcrs);

    EXPECT_EQ(text_of(claims, "boot.log_replays"), "true");
    EXPECT_EQ(text_of(claims, "boot.secure_boot"), "true");
    EXPECT_EQ(text_of(claims, "boot.setup_mode"), "false");
    EXPECT_EQ(text_of(claims, "boot.exit_boot_services"), "true");
    EXPECT_EQ(text_of(claims, "boot.forged_events"), "0");
    EXPECT_EQ(text_of(claims, "boot.deployed_mode"), "unknown: firmware did not measure DeployedMode");
    EXPECT_EQ(claims.find("boot.secure_boot")->source, "tpm");
}

TEST(BootClaims, AreAllSetWithTheirTypes) {
    const RealBoot boot;
    Claims unknown;
    claim_boot_unknown("the kernel has no log", SteadyTime{}, unknown);

    for (const Claims& claims : {claims_of(boot.octets, boot.pcrs), claims_of({}, boot.pcrs), claims_of(boot.octets, {}), unknown}) {
        EXPECT_EQ(claims.size(), boot_claims().size());
        for (const BootClaim& known : boot_claims()) {
            ASSERT_NE(claims.find(known.name), nullptr) << known.name;
            EXPECT_TRUE(fits(claims.find(known.name)->value, known.type)) << known.name;
        }
    }
}

TEST(BootClaims, AreUnknownWithoutLogOrQuote) {
    const RealBoot boot;

    EXPECT_EQ(text_of(claims_of({}, boot.pcrs), "boot.secure_boot"), "unknown: the event log is empty");
    EXPECT_EQ(text_of(claims_of(boot.octets, {}), "boot.secure_boot"), "unknown: no quote proves the boot log");
    EXPECT_EQ(text_of(claims_of(boot.octets, {}), "boot.log_replays"), "unknown: no quote proves the boot log");
}

TEST(BootClaims, AreNotProvenBySha1Alone) {
    const RealBoot boot;
    PcrValues sha1 = boot.pcrs;
    for (const HashAlg bank : {HashAlg::Sha256, HashAlg::Sha384, HashAlg::Sha512}) sha1 = without(sha1, bank);

    EXPECT_EQ(text_of(claims_of(boot.octets, sha1), "boot.secure_boot"), "unknown: PCR 7 is not quoted in a bank stronger than SHA-1");
}

TEST(BootClaims, LoseOnlyWhatRestsOnARegisterThatDiffers) {
    RealBoot boot;
    boot.pcrs.set(4, crypto::hash(HashAlg::Sha256, as_bytes("another kernel")));
    const Claims claims = claims_of(boot.octets, boot.pcrs);

    EXPECT_EQ(text_of(claims, "boot.log_replays"), "false");
    EXPECT_EQ(text_of(claims, "boot.secure_boot"), "true");
    EXPECT_TRUE(text_of(claims, "boot.images").starts_with("unknown: sha256 PCR 4 does not replay")) << text_of(claims, "boot.images");
    EXPECT_NE(text_of(claims, "boot.replay_problems").find("sha256 PCR 4 does not replay"), std::string::npos);
}

TEST(BootClaims, DoNotBelieveAnEmptyListWhereTheRegisterIsNotEmpty) {
    const auto built = LogBuilder::agile().separator(4);
    const EventLog log = parse_event_log(built.octets());
    PcrValues quoted = replay(log).values;
    quoted.set(2, Digest(HashAlg::Sha256));
    EXPECT_EQ(text_of(claims_of(built.octets(), quoted), "boot.option_roms"), "[]");

    quoted.set(2, crypto::hash(HashAlg::Sha256, as_bytes("a driver")));
    EXPECT_EQ(text_of(claims_of(built.octets(), quoted), "boot.option_roms"),
              "unknown: sha256 PCR 2: the log has no event for this register");
}

}  // namespace
}  // namespace anchor::measure
