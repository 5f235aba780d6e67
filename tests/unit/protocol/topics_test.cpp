// SPDX-License-Identifier: Apache-2.0
#include <anchor/protocol/topics.h>

#include <gtest/gtest.h>

#include "samples.h"

namespace anchor::protocol {
namespace {

TEST(Topics, ARequestIsReadBackFromItsTopic) {
    const Topics topics = Topics::of("acme").value();

    const auto own = parse_request_topic(topics, topics.request(sample_device(), "attest.nonce")).value();
    const auto enroll = parse_request_topic(topics, topics.enroll_request("batch-1", sample_device(), "enroll.begin")).value();

    EXPECT_EQ(own.device, sample_device());
    EXPECT_EQ(own.verb, "attest.nonce");
    EXPECT_EQ(own.claim, "");
    EXPECT_EQ(enroll.claim, "batch-1");
    EXPECT_EQ(enroll.verb, "enroll.begin");
}

TEST(Topics, WhatIsNoRequestOfThisTenantIsRefused) {
    const Topics topics = Topics::of("acme").value();
    const std::string id = sample_device().text();
    for (const std::string& topic :
         {std::string(), std::string("anchor/1/acme"), "anchor/1/other/device/" + id + "/request/rotate",
          "anchor/2/acme/device/" + id + "/request/rotate", "anchor/1/acme/device/" + id + "/reply",
          "anchor/1/acme/device/" + id + "/request/rotate/x", "anchor/1/acme/device/" + id + "/request/",
          "anchor/1/acme/device/" + id + "/request/ROTATE", std::string("anchor/1/acme/device/short/request/rotate"),
          "anchor/1/acme/enroll/Batch/" + id + "/request/enroll.begin", "x/anchor/1/acme/device/" + id + "/request/rotate"}) {
        EXPECT_FALSE(parse_request_topic(topics, topic)) << topic;
    }
}

TEST(Topics, ANameCannotLeaveItsLevel) {
    for (const auto* name : {"", "a/b", "a+b", "#", "-a", "a-", "A", "a b", "../x", "a\n"})
        EXPECT_FALSE(check_name("tenant", name)) << name;
    EXPECT_FALSE(check_name("tenant", std::string(64, 'a')));
    EXPECT_TRUE(check_name("tenant", "acme-2"));
}

}  // namespace
}  // namespace anchor::protocol
