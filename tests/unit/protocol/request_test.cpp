// SPDX-License-Identifier: Apache-2.0
#include <anchor/protocol/request.h>

#include <gtest/gtest.h>

#include <anchor/crypto/hash.h>

#include "samples.h"

namespace anchor::protocol {
namespace {

Request sample() { return {"attest.nonce", "acme", sample_device(), Bytes(16, 7), {{"reason", "boot"}}}; }

TEST(Request, IsReadBackAsItWasWritten) {
    const Request read = request_from(encode(sample())).value();

    EXPECT_EQ(encode(read), encode(sample()));
    EXPECT_EQ(read.body["reason"], "boot");
}

TEST(Request, RefusesAShortIdAndUnknownMembers) {
    Request request = sample();
    request.id.pop_back();
    EXPECT_EQ(request_from(encode(request)).error().what, "\"id\" has 15 octets, expected 16");
    EXPECT_FALSE(request_from(as_bytes(R"({"verb":"a","tenant":"b","device":"abcdefghijklmnopqrstuvwxyz","id":"","body":{},"x":1})")));
}

TEST(Reply, CarriesTheDigestOfItsRequest) {
    const Digest digest = crypto::hash(HashAlg::Sha256, encode(sample()));
    const Reply sent{.verb = "attest.nonce", .request = digest, .refusal = {}, .body = {{"nonce", "AA"}}, .fresh = "x"};

    const Reply read = reply_from(reply_document(sent, "acme", sample_device(), sample_time())).value();

    EXPECT_EQ(read.request, digest);
    EXPECT_EQ(read.body, sent.body);
    EXPECT_EQ(read.fresh, "x");
    EXPECT_FALSE(read.refusal);
}

TEST(Reply, ARefusalKeepsItsKindAndReason) {
    const Reply sent{.verb = "rotate", .request = Digest(HashAlg::Sha256), .refusal = Refusal{ErrorKind::Denied, "suspended"}};

    const Reply read = reply_from(reply_document(sent, "acme", sample_device(), sample_time())).value();

    ASSERT_TRUE(read.refusal);
    EXPECT_EQ(read.refusal->kind, ErrorKind::Denied);
    EXPECT_EQ(read.refusal->what, "suspended");
}

TEST(Reply, HasAnAnswerOrARefusalAndNeverBoth) {
    Document document = reply_document({.verb = "rotate", .body = {}}, "acme", sample_device(), sample_time());
    document.body["refusal"] = {{"kind", "denied"}, {"what", "x"}};
    EXPECT_FALSE(reply_from(document));
    document.body.erase("answer");
    EXPECT_TRUE(reply_from(document));
    document.body.erase("refusal");
    EXPECT_FALSE(reply_from(document));
}

}  // namespace
}  // namespace anchor::protocol
