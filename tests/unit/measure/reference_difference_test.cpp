// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/reference_difference.h>

#include "ima_list.h"

namespace anchor::measure {
namespace {

using Lines = std::vector<std::string>;

Digest digest_of(std::string_view text) { return crypto::hash(HashAlg::Sha256, as_bytes(text)); }
ReferenceEvent event_of(std::string_view text) { return {digest_of(text), "EV_IPL", std::string(text)}; }
std::string text_of(std::string_view text) { return "EV_IPL \"" + std::string(text) + "\" " + digest_of(text).text(); }

TEST(ReferenceDifferences, AreNoneBetweenEqualValuesWithOtherWords) {
    ReferenceValues values;
    values.boot.events[9] = {event_of("a")};
    ReferenceValues renamed = values;
    renamed.boot.events[9][0].what = "another word";

    EXPECT_EQ(reference_differences(values, renamed), Lines{});
}

TEST(ReferenceDifferences, NameTheEventInItsRegister) {
    ReferenceValues before;
    ReferenceValues after;
    before.boot.events[9] = {event_of("a"), event_of("quiet"), event_of("c")};
    after.boot.events[9] = {event_of("a"), event_of("debug"), event_of("c")};
    EXPECT_EQ(reference_differences(before, after), Lines{"PCR 9 event 2: was " + text_of("quiet") + ", becomes " + text_of("debug")});

    after.boot.events[9] = {event_of("a"), event_of("c")};
    EXPECT_EQ(reference_differences(before, after), Lines{"PCR 9 event 2: no longer accepted: " + text_of("quiet")});
    EXPECT_EQ(reference_differences(after, before), Lines{"PCR 9 event 2: newly accepted: " + text_of("quiet")});
}

TEST(ReferenceDifferences, SayWhichRegistersAreNoLongerJudged) {
    ReferenceValues before;
    ReferenceValues after;
    before.boot.pcrs[7] = {digest_of("a")};
    after.boot.pcrs[8] = {digest_of("a")};
    after.boot.events[8] = {};

    EXPECT_EQ(reference_differences(before, after),
              (Lines{"PCR 7: its value is no longer judged", "PCR 8: its value is newly judged", "PCR 8: its events are newly judged"}));
}

TEST(ReferenceDifferences, TellValuesImagesFirmwareTableAndKeys) {
    ReferenceValues before;
    ReferenceValues after;
    before.boot.pcrs[7] = {digest_of("a"), digest_of("b")};
    after.boot.pcrs[7] = {digest_of("b"), digest_of("c")};
    after.boot.images = {{digest_of("grub"), "grub"}};
    before.boot.min_firmware = "1.2";
    after.ima.table = name_of_table(as_bytes("table"));
    const Bytes pem = file_octets(std::string(ANCHOR_SOURCE_DIR) + "/tests/vectors/ima/p256.pub.pem");
    after.ima.signers = {{0x0a1b2c3d, crypto::PublicKey::from_pem(as_text(pem)).value(), "CN=build", true}};

    EXPECT_EQ(reference_differences(before, after),
              (Lines{"PCR 7: no longer accepted: " + digest_of("a").text(), "PCR 7: newly accepted: " + digest_of("c").text(),
                     "images: newly accepted: " + digest_of("grub").text() + " grub", "firmware: was 1.2 or newer, becomes any version",
                     "table of file digests: was none, becomes " + digest_of("table").text() + " of 5 octets",
                     "signers of files: newly accepted: key 0a1b2c3d, over SHA-1 too, CN=build"}));
}

}  // namespace
}  // namespace anchor::measure
