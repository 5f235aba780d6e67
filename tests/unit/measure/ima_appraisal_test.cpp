// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/ima_appraisal.h>

#include <gmock/gmock.h>

#include <anchor/measure/ima_replay.h>
#include <anchor/measure/ima_table_builder.h>

#include "ima_list.h"

namespace anchor::measure {
namespace {

using testing::HasSubstr;

constexpr ImaListFormat kBinary{};

Digest sha256(std::string_view content) { return crypto::hash(HashAlg::Sha256, as_bytes(content)); }

Bytes table_of_true() {
    ImaTableBuilder builder;
    builder.add("/bin/true", sha256("true"));
    builder.add(".ima", sha256("certificate"));
    EXPECT_TRUE(builder.exclude(ImaRule::ExcludePrefix, "/tmp/").has_value());
    return builder.build().value();
}

ImaFindings findings_of(ByteView list, const ImaReference& reference) {
    ImaAppraiser appraiser(reference);
    ImaReplay replay({HashAlg::Sha256});
    EXPECT_TRUE(read_list(list, kBinary, [&](const ImaEntry& entry) { appraiser.appraise(entry, replay.extend(entry)); }));
    return appraiser.findings();
}

TEST(ImaAppraiser, TellsKnownChangedUnknownAndExcludedFilesApart) {
    const Bytes file = table_of_true();
    const ImaTable table = ImaTable::open(file).value();
    ListWriter writer;
    writer.file("/bin/true", "true");
    writer.file("/bin/true", "evil");
    writer.file("/bin/new", "new");
    writer.file("/tmp/new", "new");

    const ImaFindings found = findings_of(writer.list, {.table = &table});

    EXPECT_EQ(found.files, 4U);
    EXPECT_EQ(found.known, 1U);
    EXPECT_EQ(found.excluded, 1U);
    EXPECT_EQ(found.count(ImaCause::ChangedFile), 1U);
    EXPECT_EQ(found.count(ImaCause::UnknownFile), 1U);
    ASSERT_EQ(found.offenders.size(), 2U);
    EXPECT_EQ(to_text(found.offenders[0]),
              "entry 1, /bin/true: changed file: expected " + sha256("true").text() + ", found " + sha256("evil").text());
    EXPECT_EQ(to_text(found.offenders[1]), "entry 2, /bin/new: unknown file: found " + sha256("new").text());
}

TEST(ImaAppraiser, ExcusesNoViolationByItsPath) {
    const Bytes file = table_of_true();
    const ImaTable table = ImaTable::open(file).value();
    ListWriter writer;
    writer.violation("/tmp/excluded");

    const ImaFindings found = findings_of(writer.list, {.table = &table});

    EXPECT_EQ(found.count(ImaCause::Violation), 1U);
    EXPECT_EQ(found.excluded, 0U);
}

TEST(ImaAppraiser, BelievesNoEntryThatIsNotWhatWasMeasured) {
    const Bytes file = table_of_true();
    const ImaTable table = ImaTable::open(file).value();
    ListWriter writer;
    writer.raw("ima-ng", Digest::from(HashAlg::Sha1, Bytes(20, 7)).value(), [&] {
        Bytes data = writer.digest("sha256", sha256("true").view());
        append(data, writer.name("/bin/true"));
        return data;
    }());

    const ImaFindings found = findings_of(writer.list, {.table = &table});

    EXPECT_EQ(found.count(ImaCause::ForgedEntry), 1U);
    EXPECT_EQ(found.known, 0U);
}

TEST(ImaAppraiser, JudgesMeasuredMemoryByContentAndReference) {
    const Bytes file = table_of_true();
    const ImaTable table = ImaTable::open(file).value();
    ListWriter writer;
    const auto buffer = [&](std::string_view name, std::string_view label, std::string_view content) {
        writer.entry("ima-buf", {writer.digest("sha256", sha256(label).view()), writer.name(name), writer.field(as_bytes(content))});
    };
    buffer(".ima", "certificate", "certificate");
    buffer(".ima", "another", "another");
    buffer("kexec-cmdline", "ro quiet", "ro quiet init=/bin/sh");
    buffer("dm_table_load", "linear", "linear");

    const ImaFindings found = findings_of(writer.list, {.table = &table});

    EXPECT_EQ(found.keys, 2U);
    EXPECT_EQ(found.known, 1U);
    EXPECT_EQ(found.count(ImaCause::UnknownBuffer), 2U);
    EXPECT_EQ(found.count(ImaCause::WrongBuffer), 1U);
    EXPECT_EQ(found.device_mapper, 1U);
    EXPECT_EQ(found.command_lines, 1U);
}

PcrValues registers_with(HashAlg bank, unsigned upto) {
    PcrValues registers;
    for (unsigned pcr = 0; pcr <= upto; ++pcr) registers.set(pcr, crypto::hash(bank, Bytes{static_cast<std::uint8_t>(pcr)}));
    return registers;
}

Digest aggregate_over(const PcrValues& registers, HashAlg bank, HashAlg alg, unsigned upto) {
    Bytes all;
    for (unsigned pcr = 0; pcr <= upto; ++pcr) append(all, registers.find(bank, pcr)->view());
    return crypto::hash(alg, all);
}

TEST(ImaBootAggregate, IsFoundInEveryBankAndRange) {
    for (const HashAlg bank : {HashAlg::Sha1, HashAlg::Sha256, HashAlg::Sha384}) {
        const PcrValues registers = registers_with(bank, 9);
        for (const HashAlg alg : {bank, HashAlg::Sha256}) {
            for (const unsigned last : {7U, 9U}) {
                const Digest value = aggregate_over(registers, bank, alg, last);

                const auto check = check_boot_aggregate({{}, to_string(alg), alg, value.view()}, registers);

                EXPECT_EQ(check.state, ImaBootAggregate::Matches);
                EXPECT_EQ(check.bank, bank);
                EXPECT_EQ(check.last_pcr, last);
            }
        }
    }
}

TEST(ImaBootAggregate, SaysWhyItDoesNotMatch) {
    const PcrValues registers = registers_with(HashAlg::Sha256, 9);
    const Digest other = sha256("another boot");
    const Digest zero(HashAlg::Sha256);

    EXPECT_EQ(check_boot_aggregate({{}, "sha256", HashAlg::Sha256, other.view()}, registers).state, ImaBootAggregate::Differs);
    EXPECT_EQ(check_boot_aggregate({{}, "sha256", HashAlg::Sha256, zero.view()}, registers).state, ImaBootAggregate::Zero);
    EXPECT_EQ(check_boot_aggregate({{}, "sha256", HashAlg::Sha256, other.view()}, registers_with(HashAlg::Sha256, 6)).state,
              ImaBootAggregate::NotCheckable);
    EXPECT_EQ(check_boot_aggregate({{}, "sm3", std::nullopt, other.view()}, registers).state, ImaBootAggregate::NotCheckable);
}

TEST(ImaBootAggregate, IsNotCalledWrongWhereTheRegistersOfItsKernelAreNotKnown) {
    const Digest of_sha1 = aggregate_over(registers_with(HashAlg::Sha1, 9), HashAlg::Sha1, HashAlg::Sha1, 7);
    const Digest of_sha256 = aggregate_over(registers_with(HashAlg::Sha256, 9), HashAlg::Sha256, HashAlg::Sha256, 9);
    const auto state = [](const Digest& aggregate, const PcrValues& registers) {
        return check_boot_aggregate({{}, to_string(aggregate.alg()), aggregate.alg(), aggregate.view()}, registers).state;
    };

    EXPECT_EQ(state(of_sha1, registers_with(HashAlg::Sha256, 9)), ImaBootAggregate::NotCheckable);
    EXPECT_EQ(state(of_sha256, registers_with(HashAlg::Sha384, 9)), ImaBootAggregate::NotCheckable);
    EXPECT_EQ(state(of_sha256, registers_with(HashAlg::Sha256, 7)), ImaBootAggregate::NotCheckable);
    EXPECT_EQ(state(sha256("another boot"), registers_with(HashAlg::Sha256, 9)), ImaBootAggregate::Differs);
}

TEST(ImaAppraiser, BindsTheListToTheBootOfTheRegisters) {
    const PcrValues registers = registers_with(HashAlg::Sha256, 9);
    const Digest right = aggregate_over(registers, HashAlg::Sha256, HashAlg::Sha256, 9);
    const auto list_with = [](const Digest& aggregate) {
        ListWriter writer;
        writer.entry("ima-ng", {writer.digest("sha256", aggregate.view()), writer.name("boot_aggregate")});
        return writer.list;
    };

    EXPECT_EQ(findings_of(list_with(right), {.registers = &registers}).offending(), 0U);
    EXPECT_EQ(findings_of(list_with(sha256("other")), {.registers = &registers}).count(ImaCause::WrongBootAggregate), 1U);
}

TEST(ImaAppraiser, TakesALaterBootAggregateForAKexecOnlyWhereItIsTheSame) {
    const Bytes file = table_of_true();
    const ImaTable table = ImaTable::open(file).value();
    ListWriter writer;
    writer.entry("ima-ng", {writer.digest("sha256", sha256("aggregate").view()), writer.name("boot_aggregate")});
    writer.entry("ima-ng", {writer.digest("sha256", sha256("aggregate").view()), writer.name("boot_aggregate")});
    writer.file("boot_aggregate", "a file that poses as one");

    const ImaFindings found = findings_of(writer.list, {.table = &table});

    EXPECT_EQ(found.restarts, 1U);
    EXPECT_EQ(found.count(ImaCause::UnknownFile), 1U);
}

TEST(ImaAppraiser, KeepsCountingWhenItStopsRemembering) {
    const Bytes file = table_of_true();
    const ImaTable table = ImaTable::open(file).value();
    ListWriter writer;
    for (int i = 0; i < 100; ++i) writer.file("/bin/" + std::to_string(i), "x");

    ImaFindings found = findings_of(writer.list, {.table = &table, .offenders_kept = 3});
    found.add(ImaFindings(found), 5);

    EXPECT_EQ(found.count(ImaCause::UnknownFile), 200U);
    EXPECT_EQ(found.offenders.size(), 5U);
}

TEST(ImaAppraiser, LeavesFilesUnjudgedWithoutAReference) {
    ListWriter writer;
    writer.file("/bin/true", "true");

    const ImaFindings found = findings_of(writer.list, {});

    EXPECT_EQ(found.unjudged, 1U);
    EXPECT_EQ(found.offending(), 0U);
}

TEST(ImaAppraiser, AsksTheKeysAboutSignedFiles) {
    const std::string folder = std::string(ANCHOR_SOURCE_DIR) + "/tests/vectors/ima/";
    const Bytes content = file_octets(folder + "file");
    const Bytes signature = file_octets(folder + "p256-sha256.sig");
    ImaKeys keys;
    keys.add(crypto::PublicKey::from_pem(as_text(file_octets(folder + "p256.pub.pem"))).value());
    ImaKeys strangers;
    strangers.add(crypto::PublicKey::from_pem(as_text(file_octets(folder + "p384.pub.pem"))).value());
    const Bytes table_file = table_of_true();
    const ImaTable table = ImaTable::open(table_file).value();
    ListWriter writer;
    const auto signed_file = [&](const Digest& digest) {
        writer.entry("ima-sig", {writer.digest("sha256", digest.view()), writer.name("/opt/app"), writer.field(signature)});
    };
    signed_file(sha256(as_text(content)));
    signed_file(sha256("evil"));

    const ImaFindings trusted = findings_of(writer.list, {.table = &table, .keys = &keys});
    const ImaFindings unknown = findings_of(writer.list, {.keys = &strangers});

    EXPECT_EQ(trusted.signed_ok, 1U);
    EXPECT_EQ(trusted.count(ImaCause::WrongSignature), 1U);
    EXPECT_EQ(unknown.count(ImaCause::UnknownKey), 2U);
    EXPECT_THAT(to_text(unknown.offenders[0]), HasSubstr("signed by an unknown key: found key "));
}

TEST(ImaOffender, LetsNoControlCharacterThrough) {
    const ImaOffender offender{ImaCause::UnknownFile, 1, "/tmp/\x1b[2J\n\xc2\x9b\xff\\\u00e4", {}, {}};

    EXPECT_EQ(to_text(offender), "entry 1, /tmp/\\x1b[2J\\x0a\\xc2\\x9b\\xff\\\\\u00e4: unknown file");
}

}  // namespace
}  // namespace anchor::measure
