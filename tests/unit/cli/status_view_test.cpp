// SPDX-License-Identifier: Apache-2.0
#include "cli/status_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sample_status.h"

namespace anchor::cli {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string view(const Json& status, bool colours = false) {
    return view_status(status, from_rfc3339("2027-03-01T09:00:00Z").value(), Painter(colours));
}

TEST(StatusView, IsReadFromTheLevelDownwards) {
    EXPECT_EQ(view(sample_status()), R"(Trust         restricted, since 2027-03-01T08:00:00Z (1 hour ago)
Why           the boot chain changed

  PCR 9 is not among the accepted values
    contraindicated by baseline/boot-known; boot.pcr_match = false
  the IMA list could not be read
    could not be judged by baseline/ima

This device   judges restricted
Registry      trusted, expires 2027-03-01T12:00:00Z (in 3 hours)
Standing      active (number 4)

Device        abcdefghijklmnopqrstuvwxyz
Tenant        acme
Key           in the TPM
Certificate   CN=abc, serial 01ff
              valid until 2027-03-31T09:00:00Z (in 30 days)
TPM           IFX, firmware 7.85
Connection    to broker.example:8883 since 2027-03-01T07:59:00Z (1 hour ago)
Attestation   2027-03-01T08:59:00Z (1 minute ago): trusted
Policies      baseline 3, local 1
Version       0.1.0
)");
}

TEST(StatusView, SaysWhatIsMissingOnANewDevice) {
    Json status = sample_status();
    status["registry"] = nullptr;
    status["tpm"] = nullptr;
    status["attestation"] = nullptr;
    status["policies"] = Json::array();
    status["identity"]["certificate"] = nullptr;
    status["identity"]["enrolled"] = false;
    status["identity"]["hardware_bound"] = false;
    status["connection"] = {{"connected", false}, {"broker", "b:1"}, {"since", nullptr}, {"last_error", "no route to host"}};

    const std::string text = view(status);

    for (const char* part : {"has not judged this device", "none, or it does not answer", "Attestation   none yet",
                             "none: nothing is allowed", "Certificate   none", "acme, not enrolled yet",
                             "in software: this identity can be copied", "Connection    none to b:1\n              no route to host\n"}) {
        EXPECT_THAT(text, HasSubstr(part));
    }
}

TEST(StatusView, ShowsAnExpiredCertificateAndALockedTpm) {
    Json status = sample_status();
    status["identity"]["certificate"]["not_after"] = "2027-02-27T09:00:00Z";
    status["tpm"]["in_lockout"] = true;
    status["tpm"]["lockout_counter"] = 32;

    EXPECT_THAT(view(status), HasSubstr("expired 2027-02-27T09:00:00Z (2 days ago)"));
    EXPECT_THAT(view(status), HasSubstr("in lockout after 32 failed tries"));
}

TEST(StatusView, LetsNobodySteerTheTerminal) {
    Json status = sample_status();
    status["because"] = "x\033[2J\nTrust         trusted";
    status["findings"][0]["inputs"][0]["value"] =
        "a\x7f\xc2\x9b"
        "b";

    EXPECT_THAT(view(status), Not(HasSubstr("\033")));
    EXPECT_THAT(view(status), HasSubstr("Why           x?[2J?Trust         trusted\n"));
    EXPECT_THAT(view(status), HasSubstr("= a???b"));
}

TEST(StatusView, NeverFailsForWhatIsNotThere) {
    for (const char* odd :
         {"null", "[]", "{}", R"({"findings":[1,null,{}],"policies":[[]],"identity":[],"connection":1,"tpm":{"present":true}})"}) {
        EXPECT_THAT(view(parse_json(odd).value()), StartsWith("Trust         unknown, since unknown\n")) << odd;
    }
}

TEST(StatusView, UsesColoursOnlyWhereTheyAreWanted) {
    EXPECT_THAT(view(sample_status(), true), HasSubstr("\033[1;33mrestricted\033[0m"));
    EXPECT_THAT(view(sample_status(), false), Not(HasSubstr("\033")));
}

}  // namespace
}  // namespace anchor::cli
