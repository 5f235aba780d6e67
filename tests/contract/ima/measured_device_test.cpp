// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <anchor/measure/ima_table_builder.h>
#include <anchor/measure/reference_values.h>
#include <unit/measure/ima_list.h>

#include "measured_device.h"

namespace anchor::ima {
namespace {

using measure::ImaEntry;

constexpr std::string_view kPolicy = R"({"policy": "programs", "version": 1,
  "rules": [
    {"id": "boot", "about": "hardware", "require": "boot.pcrs_match && boot.log_replays",
     "otherwise": "contraindicated", "if_unknown": "contraindicated", "because": "The boot is not the approved one."},
    {"id": "programs", "about": "executables", "require": "ima.clean && ima.boot_aggregate_matches && ima.entries > 1000",
     "otherwise": "contraindicated", "if_unknown": "warning", "because": "Something ran that nobody approved."}],
  "levels": {"recover_after": "0s", "recovery": "local"}})";

// The recorded list, cut before its first violation and right behind it.
struct Recorded {
    Recorded() {
        const Bytes all = measure::boot_vector("debian12-ovmf-ima-sig.ima.bin");
        std::size_t begin = all.size();
        std::size_t end = all.size();
        measure::ImaTableBuilder builder;
        EXPECT_TRUE(measure::read_list(all, {}, [&](const ImaEntry& entry) {
            if (entry.violation() && begin == all.size()) {
                begin = entry.offset;
                end = entry.offset + entry.size;
            }
            if (const auto digest = entry.digest.value(); digest && !entry.violation()) builder.add(entry.path, *digest);
        }));
        healthy.assign(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(begin));
        violation.assign(all.begin() + static_cast<std::ptrdiff_t>(begin), all.begin() + static_cast<std::ptrdiff_t>(end));
        table = builder.build().value();
    }
    [[nodiscard]] std::string reference(const std::string& registers) const {
        const auto name = measure::name_of_table(table);
        return "{\"pcrs\":" + registers + ",\"ima\":{\"table\":{\"digest\":\"" + name.sha256.text() +
               "\",\"size\":" + std::to_string(name.size) + "}}}";
    }
    Bytes healthy;
    Bytes violation;
    Bytes table;
};

Bytes unknown_program(const std::string& path = "/usr/local/bin/implant") {
    measure::ListWriter writer;
    writer.file(path, "implant");
    return writer.list;
}

class MeasuredDeviceTest : public testing::Test {
protected:
    void SetUp() override {
        if (!MeasuredDevice::available()) GTEST_SKIP() << "needs swtpm, swtpm_setup, tpm2-tools and mosquitto";
        const auto booted = device_.boot();
        ASSERT_TRUE(booted) << booted.error().what;
        const auto measured = device_.measure(recorded_.healthy);
        ASSERT_TRUE(measured) << measured.error().what;
        const auto served = device_.start_registry(std::string(kPolicy), recorded_.reference(device_.registers()), recorded_.table);
        ASSERT_TRUE(served) << served.error().what;
        ASSERT_TRUE(device_.start_device());
    }

    Recorded recorded_;
    MeasuredDevice device_;
};

const std::string kTrusted = R"("level":"trusted")";
const std::string kLocallyTrusted = R"("local_level":"trusted")";
const std::string kLocallyQuarantined = R"("local_level":"quarantined")";

TEST_F(MeasuredDeviceTest, IsTrustedWithARealListAndNotBehindAnUnknownProgram) {
    ASSERT_EQ(device_.wait_for({kLocallyTrusted, R"("registry":{)", kTrusted}), "") << device_.logs();
    ASSERT_EQ(device_.wait_for_registry(kTrusted), "") << device_.logs();
    ASSERT_TRUE(device_.measure(unknown_program()));

    EXPECT_EQ(device_.wait_for({kLocallyQuarantined, "/usr/local/bin/implant: unknown file"}), "") << device_.logs();
    EXPECT_EQ(device_.wait_for_registry(R"("level":"quarantined")"), "") << device_.logs();
}

// The whole way of a table: golden device, authority, registry, device, judgement, and at last out of the way.
TEST_F(MeasuredDeviceTest, IsJudgedByTheTableOfAGoldenDeviceOnceItHasFetchedIt) {
    ASSERT_EQ(device_.wait_for({kLocallyTrusted}), "") << device_.logs();
    const auto before = device_.published();
    ASSERT_TRUE(device_.measure(unknown_program("/usr/local/bin/update")));
    ASSERT_EQ(device_.wait_for({kLocallyQuarantined, "/usr/local/bin/update: unknown file"}), "") << device_.logs();
    const auto accepted = device_.accept_what_was_measured();
    ASSERT_TRUE(accepted) << accepted.error().what;

    EXPECT_EQ(device_.wait_for({kTrusted, kLocallyTrusted, R"("waiting":[])"}), "") << device_.logs();
    EXPECT_EQ(device_.published().size(), 2U) << "nobody has tidied yet";
    ASSERT_TRUE(device_.let_the_registry_age());
    EXPECT_EQ(device_.wait_for_tables(1), "") << device_.logs();
    EXPECT_NE(device_.published(), before);
    EXPECT_EQ(device_.fetched(), device_.published());
    ASSERT_TRUE(device_.measure(unknown_program()));
    EXPECT_EQ(device_.wait_for({kLocallyQuarantined, "/usr/local/bin/implant: unknown file"}), "") << device_.logs();
}

TEST_F(MeasuredDeviceTest, NamesAFileThatChangedWhileItWasMeasured) {
    ASSERT_EQ(device_.wait_for({kLocallyTrusted}), "") << device_.logs();
    ASSERT_TRUE(device_.measure(recorded_.violation));

    EXPECT_EQ(device_.wait_for({kLocallyQuarantined, "changed while it was measured"}), "") << device_.logs();
}

TEST_F(MeasuredDeviceTest, GoesOnWhereTheKernelTrimmedItsListAlsoAfterARestart) {
    ASSERT_EQ(device_.wait_for({kLocallyTrusted}), "") << device_.logs();
    device_.stop_device();
    device_.write_list({});
    ASSERT_TRUE(device_.extend(unknown_program()));
    device_.write_list(unknown_program());
    ASSERT_TRUE(device_.start_device());

    EXPECT_EQ(device_.wait_for({kLocallyQuarantined, "/usr/local/bin/implant: unknown file"}), "") << device_.logs();
}

TEST_F(MeasuredDeviceTest, SaysWhatIsMissingWhereTheListDoesNotReachTheQuotedRegister) {
    ASSERT_EQ(device_.wait_for({kLocallyTrusted}), "") << device_.logs();
    ASSERT_TRUE(device_.extend(unknown_program()));

    EXPECT_EQ(device_.wait_for({R"("local_level":"restricted")", "does not replay to the quoted PCR 10"}), "") << device_.logs();
    device_.write_list({});
    EXPECT_EQ(device_.wait_for({"the IMA list is empty"}), "") << device_.logs();
}

}  // namespace
}  // namespace anchor::ima
