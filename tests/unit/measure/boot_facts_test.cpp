// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/boot_facts.h>

#include <gtest/gtest.h>

#include "boot_vectors.h"
#include "event_log_builder.h"

namespace anchor::measure {
namespace {

constexpr auto kConfig = EventType::EfiVariableDriverConfig;

Bytes secure_boot(const Bytes& data) { return LogBuilder::variable(kGlobalGuid, "SecureBoot", data); }

BootFacts facts_of(const LogBuilder& built) { return boot_facts(parse_event_log(built.octets())); }

std::string why(const Fact<bool>& fact) {
    const auto* unknown = std::get_if<Unknown>(&fact);
    return unknown == nullptr ? "known" : unknown->why;
}

TEST(BootFacts, OfARealBootWithSecureBoot) {
    const Bytes octets = octets_of(own_vector("debian12-ovmf-secureboot.eventlog.bin"));
    const BootFacts facts = boot_facts(parse_event_log(octets));

    EXPECT_EQ(facts.secure_boot, Fact<bool>(true));
    EXPECT_EQ(facts.setup_mode, Fact<bool>(false));
    EXPECT_EQ(facts.debug_mode, Fact<bool>(false));
    EXPECT_EQ(facts.exit_boot_services, Fact<bool>(true));
    EXPECT_EQ(facts.initrds.size(), 1U);
    EXPECT_TRUE(facts.error_separators.empty());
    EXPECT_TRUE(facts.mismatches.empty());
}

TEST(BootFacts, OfARealBootWithoutSecureBoot) {
    const Bytes octets = octets_of(own_vector("debian12-ovmf.eventlog.bin"));
    const BootFacts facts = boot_facts(parse_event_log(octets));

    EXPECT_EQ(facts.secure_boot, Fact<bool>(false));
    EXPECT_EQ(facts.setup_mode, Fact<bool>(true));
    ASSERT_EQ(facts.images.size(), 1U);
    EXPECT_EQ(facts.images[0].digests.size(), 4U);
    EXPECT_EQ(facts.load_options.size(), 1U) << "the kernel's EFI stub measures its command line without writing it down";
}

TEST(BootFacts, AreUnknownWithoutALog) {
    const BootFacts facts = boot_facts(parse_event_log({}));

    EXPECT_EQ(why(facts.secure_boot), "the event log is empty");
    EXPECT_EQ(why(facts.exit_boot_services), "the event log is empty");
}

TEST(SecureBootFact, FollowsTheMeasuredVariable) {
    EXPECT_EQ(facts_of(LogBuilder::agile().event(7, kConfig, secure_boot({1})).separator(7)).secure_boot, Fact<bool>(true));
    EXPECT_EQ(facts_of(LogBuilder::agile().event(7, kConfig, secure_boot({0})).separator(7)).secure_boot, Fact<bool>(false));
    EXPECT_EQ(facts_of(LogBuilder::agile().event(7, kConfig, secure_boot({})).separator(7)).secure_boot, Fact<bool>(false));
}

TEST(SecureBootFact, IsNotBelievedAfterTheSeparator) {
    const auto facts = facts_of(LogBuilder::agile().event(7, kConfig, secure_boot({0})).separator(7).event(7, kConfig, secure_boot({1})));

    EXPECT_EQ(facts.secure_boot, Fact<bool>(false)) << "the system can extend PCR 7 too";
}

TEST(SecureBootFact, IsUnknownWhereTheContentIsNotWhatWasMeasured) {
    const auto facts = facts_of(LogBuilder::agile().event(7, kConfig, secure_boot({1}), secure_boot({0})).separator(7));

    EXPECT_EQ(why(facts.secure_boot), "the content of event 1 is not what was measured");
    EXPECT_EQ(facts.mismatches, std::vector<std::uint32_t>{1});
}

TEST(SecureBootFact, IsUnknownWhereItWasMeasuredTwice) {
    const auto facts = facts_of(LogBuilder::agile().event(7, kConfig, secure_boot({1})).event(7, kConfig, secure_boot({0})).separator(7));

    EXPECT_EQ(why(facts.secure_boot), "SecureBoot was measured twice, with different values");
}

TEST(SecureBootFact, IsUnknownWithoutASeparator) {
    const auto facts = facts_of(LogBuilder::agile().event(7, kConfig, secure_boot({1})));

    EXPECT_EQ(why(facts.secure_boot), "the log has no separator for PCR 7: what firmware measured can't be told from what came later");
}

TEST(SecureBootFact, IsUnknownAfterAnErrorSeparator) {
    const Bytes error{1, 0, 0, 0};
    const auto facts =
        facts_of(LogBuilder::agile().event(7, kConfig, secure_boot({1})).event(7, EventType::Separator, as_bytes("code 7"), error));

    EXPECT_EQ(why(facts.secure_boot), "firmware could not measure PCR 7: event 2 is an error separator");
    EXPECT_EQ(facts.error_separators, std::vector<std::uint32_t>{2});
}

TEST(SecureBootFact, IsUnknownForAnotherOwnersVariableOfThatName) {
    const Bytes foreign = LogBuilder::variable(kSecurityGuid, "SecureBoot", Bytes{1});
    const auto facts = facts_of(LogBuilder::agile().event(7, kConfig, foreign).separator(7));

    EXPECT_EQ(why(facts.secure_boot), "firmware did not measure SecureBoot");
}

TEST(SecureBootFact, IsUnknownForAValueThatThereIsNot) {
    const auto facts = facts_of(LogBuilder::agile().event(7, kConfig, secure_boot({2})).separator(7));

    EXPECT_EQ(why(facts.secure_boot), "SecureBoot has a value that is neither 0 nor 1");
}

TEST(BootFacts, TellDebugMode) {
    const auto facts = facts_of(LogBuilder::agile().event(7, EventType::EfiAction, "UEFI Debug Mode").separator(7));

    EXPECT_EQ(facts.debug_mode, Fact<bool>(true));
    EXPECT_EQ(facts.dma_protection_disabled, Fact<bool>(false));
}

TEST(BootFacts, DoNotHideDebugModeBehindAnotherText) {
    const auto facts =
        facts_of(LogBuilder::agile().event(7, EventType::EfiAction, as_bytes("harmless"), as_bytes("UEFI Debug Mode")).separator(7));

    EXPECT_EQ(why(facts.debug_mode), "the content of event 1 is not what was measured");
}

TEST(BootFacts, DoNotHideDebugModeBehindAnotherType) {
    constexpr std::string_view debug = "UEFI Debug Mode";
    const auto renamed = facts_of(LogBuilder::agile().event(7, kConfig, debug).separator(7));
    const auto hidden = facts_of(LogBuilder::agile().event(7, EventType::PostCode, as_bytes("harmless"), as_bytes(debug)).separator(7));

    EXPECT_EQ(renamed.debug_mode, Fact<bool>(true));
    EXPECT_EQ(why(hidden.debug_mode), "event 1 may be anything: nothing proves its content");
}

// UEFI_IMAGE_LOAD_EVENT of a driver in an option ROM.
Bytes driver_at(const Bytes& path) {
    Bytes content;
    for (const std::uint64_t field : {0xB6BF9018UL, 133'728UL, 0UL, path.size()}) LogBuilder::put(content, field, 8);
    append(content, path);
    return content;
}

TEST(BootFacts, ListTheDriversOfOptionRomsByDigestAndPath) {
    const Bytes rom = from_hex("02010c00d041030a000000000101060000030408180000000000005c010000000000ff7f0400000000007fff0400").value();
    const auto facts = facts_of(LogBuilder::agile()
                                    .event(2, EventType::EfiBootServicesDriver, driver_at(rom), as_bytes("network driver"))
                                    .event(2, EventType::EfiRuntimeServicesDriver, driver_at({}), as_bytes("runtime driver"))
                                    .event(2, EventType::EfiBootServicesDriver, driver_at({1, 1, 0xFF, 0}), as_bytes("broken path"))
                                    .separator(2));

    ASSERT_EQ(facts.option_roms.size(), 3U);
    EXPECT_EQ(facts.option_roms[0].name, "PciRoot(0x0)/Pci(0x3,0x0)/Offset(0x15c00,0x47fff)");
    EXPECT_EQ(facts.option_roms[0].digests, (std::vector<Digest>{crypto::hash(HashAlg::Sha1, as_bytes("network driver")),
                                                                 crypto::hash(HashAlg::Sha256, as_bytes("network driver"))}));
    EXPECT_EQ(facts.option_roms[1].name, "");
    EXPECT_EQ(facts.option_roms[2].digests[1], crypto::hash(HashAlg::Sha256, as_bytes("broken path")));
    EXPECT_TRUE(facts.images.empty() && facts.mismatches.empty());
}

TEST(BootFacts, DoNotLoseCodeWhoseEventWasRewritten) {
    const auto facts = facts_of(LogBuilder::agile()
                                    .event(2, EventType::EfiBootServicesDriver, {}, as_bytes("driver"))
                                    .separator(2)
                                    .event(4, EventType::EfiAction, "Calling EFI Application from Boot Option")
                                    .separator(4)
                                    .event(4, EventType::PostCode, as_bytes("harmless"), as_bytes("loader"))
                                    .event(4, EventType::EfiAction, as_bytes("harmless"), as_bytes("kernel")));

    ASSERT_EQ(facts.option_roms.size(), 1U);
    EXPECT_EQ(facts.option_roms[0].digests[1], crypto::hash(HashAlg::Sha256, as_bytes("driver")));
    ASSERT_EQ(facts.images.size(), 2U);
    EXPECT_EQ(facts.images[0].digests[1], crypto::hash(HashAlg::Sha256, as_bytes("loader")));
    EXPECT_EQ(facts.images[0].name, "EV_POST_CODE");
    EXPECT_EQ(facts.images[1].digests[1], crypto::hash(HashAlg::Sha256, as_bytes("kernel")));
}

TEST(BootFacts, DoNotLoseAKeyWhoseEventWasRewritten) {
    const Bytes key = LogBuilder::variable(kSecurityGuid, "db", as_bytes("a key of somebody"));
    const auto facts = facts_of(LogBuilder::agile()
                                    .event(7, kConfig, LogBuilder::variable(kSecurityGuid, "db", {}))
                                    .separator(7)
                                    .event(7, EventType::EfiVariableAuthority, key)
                                    .event(7, kConfig, key)
                                    .event(7, EventType::Action, key)
                                    .event(7, EventType::PostCode, as_bytes("harmless"), key));

    ASSERT_EQ(facts.authorities.size(), 4U);
    EXPECT_EQ(facts.authorities[0].variable, "db");
    EXPECT_EQ(facts.authorities[1].fingerprint, facts.authorities[0].fingerprint);
    EXPECT_EQ(facts.authorities[2].fingerprint, facts.authorities[0].fingerprint);
    EXPECT_EQ(facts.authorities[3].variable, "event 6");
    EXPECT_EQ(facts.authorities[3].fingerprint, crypto::hash(HashAlg::Sha256, key));
    const auto moved = facts_of(LogBuilder::agile().event(7, EventType::PostCode, as_bytes("x"), Bytes(4, 0)).event(7, kConfig, key));
    ASSERT_EQ(moved.authorities.size(), 1U) << "where the separator is hidden, that shows";
    EXPECT_EQ(moved.authorities[0].variable, "event 1");
}

TEST(BootFacts, OfAUnifiedKernelImageNameItsPartsAndTheCommandLine) {
    Bytes initrd;
    LogBuilder::put(initrd, TaggedEvent::kLinuxInitrd, 4);
    LogBuilder::put(initrd, 13, 4);
    append(initrd, as_bytes("Linux initrd"));
    initrd.push_back(0);
    const auto facts = facts_of(LogBuilder::agile()
                                    .event(11, EventType::Ipl, LogBuilder::wide(".linux"), as_bytes("kernel"))
                                    .event(11, EventType::Ipl, LogBuilder::wide(".initrd"), as_bytes("initrd"))
                                    .event(12, EventType::Ipl, LogBuilder::wide("root=/dev/vda2 ro"))
                                    .event(9, EventType::EventTag, initrd, as_bytes("initrd"))
                                    .event(14, EventType::Ipl, as_bytes("MokList"), as_bytes("keys")));

    ASSERT_EQ(facts.kernel_sections.size(), 2U);
    EXPECT_EQ(facts.kernel_sections[1].name, ".initrd");
    EXPECT_EQ(facts.kernel_sections[1].digests[1], crypto::hash(HashAlg::Sha256, as_bytes("initrd")));
    ASSERT_EQ(facts.command_lines.size(), 1U);
    EXPECT_EQ(facts.command_lines[0].text, "root=/dev/vda2 ro");
    ASSERT_EQ(facts.initrds.size(), 1U);
    EXPECT_EQ(facts.initrds[0].pcr, 9U);
    EXPECT_TRUE(facts.mismatches.empty());
}

TEST(BootFacts, OfAForeignMachineWithAnOptionRomNameIt) {
    const std::string path = foreign_vector("event-arch-linux.bin");
    if (path.empty()) GTEST_SKIP() << "eventlog/event-arch-linux.bin is not on this machine";
    const Bytes octets = octets_of(path);
    const BootFacts facts = boot_facts(parse_event_log(octets));

    ASSERT_EQ(facts.option_roms.size(), 1U);
    EXPECT_EQ(facts.option_roms[0].name, "PciRoot(0x0)/Pci(0x1,0x0)/Pci(0x0,0x0)/Offset(0xf250,0x201ff)");
    EXPECT_EQ(facts.option_roms[0].digests.at(1).text(), "sha256:2de50158a70fa60bcb0eff4f8ad5d5a8d6e4a808bfbe5446b74464163191a8bf");
}

TEST(BootFacts, BelieveOnlyCommandLinesThatWereMeasured) {
    const auto facts = facts_of(LogBuilder::agile()
                                    .event(8, EventType::Ipl, as_bytes("kernel_cmdline: /vmlinuz quiet"), as_bytes("/vmlinuz quiet"))
                                    .event(12, EventType::Ipl, LogBuilder::wide("quiet splash"))
                                    .event(8, EventType::Ipl, as_bytes("kernel_cmdline: /vmlinuz"), as_bytes("/vmlinuz init=/bin/sh")));

    ASSERT_EQ(facts.command_lines.size(), 2U);
    EXPECT_EQ(facts.command_lines[0].text, "/vmlinuz quiet");
    EXPECT_EQ(facts.command_lines[1].text, "quiet splash");
    EXPECT_EQ(facts.mismatches, std::vector<std::uint32_t>{3});
}

TEST(BootFacts, TellHandOverOnlyWhereItSucceeded) {
    const auto failed = facts_of(LogBuilder::agile().event(5, EventType::EfiAction, "Exit Boot Services Returned with Failure"));
    const auto done = facts_of(LogBuilder::agile().event(5, EventType::EfiAction, "Exit Boot Services Returned with Success"));

    EXPECT_EQ(failed.exit_boot_services, Fact<bool>(false));
    EXPECT_EQ(done.exit_boot_services, Fact<bool>(true));
}

TEST(BootFacts, OfAForeignMachineNameItsAuthorities) {
    const std::string path = foreign_vector("real-pcrs-8-9.bin");
    if (path.empty()) GTEST_SKIP() << "eventlog/real-pcrs-8-9.bin is not on this machine";
    const Bytes octets = octets_of(path);
    const BootFacts facts = boot_facts(parse_event_log(octets));

    EXPECT_EQ(facts.secure_boot, Fact<bool>(true));
    ASSERT_EQ(facts.authorities.size(), 3U);
    EXPECT_EQ(facts.authorities[0].variable, "db");
    EXPECT_EQ(facts.authorities[1].variable, "Shim");
    EXPECT_EQ(facts.authorities[2].variable, "MokList");
    EXPECT_TRUE(facts.mismatches.empty());
    EXPECT_EQ(facts.images.size(), 6U);
    EXPECT_FALSE(facts.command_lines.empty());
}

}  // namespace
}  // namespace anchor::measure
