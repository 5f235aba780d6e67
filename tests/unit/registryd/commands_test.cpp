// SPDX-License-Identifier: Apache-2.0

// The commands by which an operator says who may enrol, as they are typed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <anchor/base/encoding.h>
#include <anchor/crypto/certificate_builder.h>
#include <anchor/crypto/hash.h>
#include <anchor/crypto/private_key.h>
#include <anchor/tpmwire/templates.h>
#include <parts/command.h>
#include <parts/scratch.h>
#include <registryd/init.h>
#include <registryd/registry_files.h>

namespace anchor::registryd {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr int kUsage = 2;
constexpr int kRefused = 3;
const DeviceId kDevice = DeviceId::parse(std::string(26, 'a')).value();

class RegistryCommands : public testing::Test {
protected:
    RegistryCommands() {
        const auto made = init({.folder = scratch_.path("registry"), .tenant = "acme"});
        EXPECT_TRUE(made) << made.error().what;
    }
    [[nodiscard]] parts::CommandResult typed(const parts::Arguments& words) const {
        parts::Arguments command{REGISTRY_PROGRAM, "--dir", scratch_.path("registry")};
        command.insert(command.end(), words.begin(), words.end());
        return parts::run(command);
    }
    [[nodiscard]] std::string file(const std::string& name, ByteView octets) { return scratch_.write(name, octets); }
    [[nodiscard]] std::unique_ptr<RegistryFiles> files() const { return RegistryFiles::open(scratch_.path("registry")).value(); }
    [[nodiscard]] bool is_listed(const Digest& digest) const { return files()->store().list_of(digest.view()).value().has_value(); }

    parts::Scratch scratch_{"commands"};
};

std::string hex_of(const Digest& digest) { return to_hex(digest.view()); }

TEST_F(RegistryCommands, ListAnEndorsementKeyByDigestByPublicAreaAndByCertificate) {
    auto key = crypto::SoftwareKey::generate(KeyAlg::EcP256).value();
    tpmwire::PublicArea area = tpmwire::endorsement_profiles().front().area;
    area.unique = to_bytes(key.public_value().x());
    area.unique_y = to_bytes(key.public_value().y());
    const Bytes octets = tpmwire::marshal(area);
    const WallTime now = std::chrono::floor<Seconds>(files()->clock().wall());
    const auto certificate = crypto::CertificateBuilder::root(key, "EK", {now, now + std::chrono::hours(1)}).value();
    const Digest told = crypto::hash(HashAlg::Sha256, as_bytes("told by telephone"));
    const Digest of_area = crypto::hash(HashAlg::Sha256, octets);
    EXPECT_THAT(typed({"ek", "list"}).output, HasSubstr("No EK is listed."));

    EXPECT_EQ(typed({"ek", "add", hex_of(told), "--note", "press 4"}).output, "listed " + hex_of(told) + "\n");
    EXPECT_EQ(typed({"ek", "add", file("ek.pub", octets)}).output, "listed " + hex_of(of_area) + "\n");
    EXPECT_EQ(typed({"ek", "add", file("ek.pem", as_bytes(certificate.pem()))}).output,
              "listed " + hex_of(certificate.fingerprint()) + "\n");

    const auto list = typed({"ek", "list"});
    EXPECT_EQ(list.exit_code, 0);
    EXPECT_THAT(list.output, HasSubstr(hex_of(told) + "  press 4\n"));
    EXPECT_THAT(list.output, HasSubstr(hex_of(of_area)));
    for (const Digest& one : {told, of_area, certificate.fingerprint()}) EXPECT_TRUE(is_listed(one));
    EXPECT_THAT(typed({"audit", "--act", "ek listed"}).output, HasSubstr(hex_of(told) + " press 4"));
}

TEST_F(RegistryCommands, ListNothingThatIsNoEndorsementKey) {
    const auto no_key = typed({"ek", "add", file("note.txt", as_bytes("press 4"))});
    EXPECT_EQ(no_key.exit_code, kRefused);
    EXPECT_THAT(no_key.output, HasSubstr("neither an EK certificate nor a TPM's public area"));
    EXPECT_NE(typed({"ek", "add", scratch_.path("nowhere")}).exit_code, 0);
    EXPECT_EQ(typed({"ek", "add"}).exit_code, kUsage);

    EXPECT_THAT(typed({"ek", "list"}).output, HasSubstr("No EK is listed."));
}

TEST_F(RegistryCommands, ApproveTheDeviceThatWaitsAndNoOther) {
    const WallTime now = files()->clock().wall();
    ASSERT_TRUE(files()->store().ask_approval(kDevice, "{}", now));
    EXPECT_THAT(typed({"devices"}).output, HasSubstr(kDevice.text() + "  waits for approval since "));

    const auto other = typed({"approve", std::string(26, 'b')});
    EXPECT_EQ(other.exit_code, kRefused);
    EXPECT_THAT(other.output, HasSubstr("no device " + std::string(26, 'b') + " waits for approval"));
    EXPECT_EQ(typed({"approve", "press"}).exit_code, kRefused);
    EXPECT_FALSE(files()->store().is_approved(kDevice).value());

    const auto done = typed({"approve", kDevice.text()});
    EXPECT_EQ(done.exit_code, 0) << done.output;
    EXPECT_TRUE(files()->store().is_approved(kDevice).value());
    EXPECT_THAT(typed({"devices"}).output, Not(HasSubstr("waits")));
    EXPECT_THAT(typed({"audit", "--device", kDevice.text()}).output, HasSubstr("approved"));
}

TEST_F(RegistryCommands, TellWhatApplicationsOfADeviceSaid) {
    registry::DeviceRecord record{.id = kDevice};
    record.standing.number = 1;
    const auto opened = files();
    ASSERT_TRUE(opened->store().save(record));
    EXPECT_EQ(typed({"telemetry", kDevice.text()}).output, "Nothing has come.\n");
    const WallTime came = from_rfc3339("2026-11-24T08:00:00Z").value();
    for (const char* mode : {"auto", "öst\x1b[2J"}) {
        const Json claim = {{"type", "string"}, {"value", mode}, {"age", 3000}, {"source", "app:plc"}};
        const Json body = {{"at", "2026-11-23T12:00:00Z"}, {"claims", {{"plc.mode", claim}}}, {"left_out", 2}};
        ASSERT_TRUE(opened->store().keep_telemetry(kDevice, canonical_json(body), came));
    }

    const auto all = typed({"telemetry", kDevice.text()});
    EXPECT_EQ(all.exit_code, 0);
    EXPECT_THAT(all.output, HasSubstr("The device's own word, not verified:\n"));
    EXPECT_THAT(all.output, HasSubstr("\"auto\"  (3s old, app:plc)"));
    EXPECT_THAT(all.output, HasSubstr("öst?[2J")) << "nothing in it steers a terminal";
    EXPECT_THAT(all.output, HasSubstr("and 2 more that did not fit"));

    const auto last = typed({"telemetry", kDevice.text(), "--json", "--newest", "1"});
    const Json entry = parse_json(last.output).value();
    EXPECT_EQ(entry["claims"]["plc.mode"]["value"], "öst\x1b[2J") << "exactly, for a script";
    EXPECT_EQ(entry["came"], "2026-11-24T08:00:00Z");
    EXPECT_THAT(last.output, Not(HasSubstr("\x1b")));
    EXPECT_EQ(typed({"telemetry", std::string(26, 'b')}).exit_code, kRefused);
}

}  // namespace
}  // namespace anchor::registryd
