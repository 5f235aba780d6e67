// SPDX-License-Identifier: Apache-2.0
#include <anchor/tpm/esys_counter.h>

#include "tpm_fixture.h"

namespace anchor::tpm {
namespace {

constexpr std::uint32_t kIndex = 0x01800100;

class CounterOnSwtpm : public TpmFixture {};

TEST_F(CounterOnSwtpm, OutlivesAPowerCut) {
    EsysCounter counter(device_, kIndex);
    const auto first = counter.create();
    ASSERT_TRUE(first) << first.error().what;
    const auto second = counter.increment();

    ASSERT_TRUE(tpm_->power_cut());

    ASSERT_TRUE(second) << second.error().what;
    EXPECT_EQ(*second, *first + 1);
    EXPECT_EQ(counter.read().value(), *second);
}

TEST_F(CounterOnSwtpm, CannotBeBroughtBackBelowItsHighest) {
    EsysCounter counter(device_, kIndex);
    ASSERT_TRUE(counter.create());
    const auto highest = counter.increment();
    ASSERT_TRUE(highest) << highest.error().what;
    ASSERT_TRUE(tpm_->tool("tpm2_nvundefine 0x01800100").ok());
    ASSERT_EQ(counter.read().value(), std::nullopt);

    const auto again = counter.create();

    ASSERT_TRUE(again) << again.error().what;
    EXPECT_GT(*again, *highest);
}

TEST_F(CounterOnSwtpm, IsNotThereBeforeItHasCounted) {
    EsysCounter counter(device_, kIndex);
    EXPECT_EQ(counter.read().value(), std::nullopt);
    ASSERT_TRUE(tpm_->tool("tpm2_nvdefine 0x01800100 -C o -s 8 -g sha256 -a nt=counter|authwrite|authread|no_da").ok());

    EXPECT_EQ(counter.read().value(), std::nullopt);
    EXPECT_TRUE(counter.create()) << "a power cut between definition and first count is no obstacle";
}

TEST_F(CounterOnSwtpm, IsTakenOverWhereItIsOurs) {
    EsysCounter counter(device_, kIndex);
    const auto first = counter.create();
    ASSERT_TRUE(first) << first.error().what;

    EXPECT_EQ(counter.create().value(), *first + 1);
}

TEST_F(CounterOnSwtpm, IsNotMistakenForAnIndexThatCanCountBackwards) {
    ASSERT_TRUE(tpm_->tool("tpm2_nvdefine 0x01800100 -C o -s 8 -a ownerwrite|authwrite|authread|no_da").ok());
    tpm_->scratch().write("number", Bytes(8, 1));
    ASSERT_TRUE(tpm_->tool("tpm2_nvwrite 0x01800100 -C o -i " + tpm_->scratch().path("number")).ok());
    EsysCounter counter(device_, kIndex);

    EXPECT_EQ(failure(counter.read()), "corrupt: the NV index of the counter holds something else");
    EXPECT_EQ(failure(counter.increment()), "corrupt: the NV index of the counter holds something else");
    EXPECT_EQ(failure(counter.create()), "denied: the NV index of the counter is in use for something else");
}

TEST_F(CounterOnSwtpm, SaysThatItIsGone) {
    EsysCounter counter(device_, kIndex);

    EXPECT_EQ(failure(counter.increment()), "corrupt: there is no counter at its NV index");
}

TEST_F(CounterOnSwtpm, NeedsTheOwnersPasswordWhereThereIsOne) {
    ASSERT_TRUE(tpm_->tool("tpm2_changeauth -c owner secret").ok());
    EsysCounter without(device_, kIndex);
    EsysCounter with(another_device({.owner_auth = SecretBytes::copy_of(as_bytes("secret"))}), kIndex);

    EXPECT_EQ(failure(without.create()).substr(0, 6), "denied");
    EXPECT_TRUE(with.create());
}

}  // namespace
}  // namespace anchor::tpm
