// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vectors.h"

namespace anchor::tpmwire {
namespace {

using testing::HasSubstr;

Statement quote_of_two_banks() {
    Statement statement;
    statement.qualified_signer = vector_of("ak_p256.qname");
    statement.extra_data = {1, 2, 3};
    statement.clock = {.clock = 7, .reset_count = 8, .restart_count = 9, .safe = true};
    statement.firmware_version = 10;
    statement.attested = QuoteStatement{{{HashAlg::Sha256, 1}, {HashAlg::Sha384, 2}}, Bytes(32, 4)};
    return statement;
}

constexpr std::size_t kSafeInAQuote = 4 + 2 + 36 + 5 + 16;  // behind magic, type, signer, three octets of extraData and the counters

class EveryStatement : public testing::TestWithParam<std::tuple<const char*, const char*>> {
protected:
    Attestation read() const { return statement_by(std::get<0>(GetParam()), std::get<1>(GetParam())); }
};

INSTANTIATE_TEST_SUITE_P(OfATpm, EveryStatement,
                         testing::Combine(testing::Values("ak_p256", "ak_p384", "ak_rsa2048", "ak_rsa2048pss"),
                                          testing::Values("quote", "certify", "time", "nv")));

TEST_P(EveryStatement, IsWrittenBackOctetForOctet) {
    const Attestation made = read();

    const auto statement = parse_statement(made.attest);
    const auto signature = parse_signature(made.signature);

    ASSERT_TRUE(statement) << statement.error().what;
    ASSERT_TRUE(signature) << signature.error().what;
    EXPECT_EQ(marshal(*statement), made.attest);
    EXPECT_EQ(marshal(*signature), made.signature);
}

TEST_P(EveryStatement, IsRefusedWhereverItIsCutOff) {
    const Attestation made = read();

    for (std::size_t size = 0; size < made.attest.size(); ++size) EXPECT_FALSE(parse_statement(ByteView(made.attest).first(size))) << size;
    for (std::size_t size = 0; size < made.signature.size(); ++size) EXPECT_FALSE(parse_signature(ByteView(made.signature).first(size)));
}

TEST_P(EveryStatement, WithOctetsBehindItIsRefused) {
    Attestation made = read();
    made.attest.push_back(0);
    made.signature.push_back(0);

    EXPECT_FALSE(parse_statement(made.attest));
    EXPECT_FALSE(parse_signature(made.signature));
}

TEST(Statement, SaysWhatTheTpmCertified) {
    const Statement statement = parse_statement(vector_of("ak_p256.certify.attest")).value();

    const auto* certified = std::get_if<CertifyStatement>(&statement.attested);

    ASSERT_NE(certified, nullptr);
    EXPECT_EQ(certified->name, vector_of("device_p256.name"));
    EXPECT_EQ(certified->qualified_name, vector_of("device_p256.qname"));
    EXPECT_EQ(statement.qualified_signer, vector_of("ak_p256.qname"));
}

TEST(Statement, SaysWhatTheCounterHolds) {
    const Statement statement = parse_statement(vector_of("ak_p256.nv.attest")).value();

    const auto* nv = std::get_if<NvStatement>(&statement.attested);

    ASSERT_NE(nv, nullptr);
    EXPECT_EQ(to_hex(nv->index_name), as_text(vector_of("nv.pub")));
    EXPECT_EQ(to_hex(nv->contents), "0000000000000001");
}

TEST(Statement, IsRefusedWhenItsMagicIsWrong) {
    Bytes octets = marshal(quote_of_two_banks());
    octets[0] ^= 1U;

    const auto statement = parse_statement(octets);

    ASSERT_FALSE(statement);
    EXPECT_THAT(statement.error().what, HasSubstr("magic: not TPM_GENERATED"));
}

TEST(Statement, IsRefusedWhenItsTypeIsAnother) {
    Bytes octets = marshal(quote_of_two_banks());
    octets[5] = 0x1A;  // TPM_ST_ATTEST_CREATION

    const auto statement = parse_statement(octets);

    ASSERT_FALSE(statement);
    EXPECT_THAT(statement.error().what, HasSubstr("type: 32794"));
}

TEST(Statement, IsRefusedWhenABankComesTwice) {
    Statement statement = quote_of_two_banks();
    std::get<QuoteStatement>(statement.attested).selections = {{HashAlg::Sha256, 1}, {HashAlg::Sha256, 2}};

    const auto parsed = parse_statement(marshal(statement));

    ASSERT_FALSE(parsed);
    EXPECT_THAT(parsed.error().what, HasSubstr("sha256 comes twice"));
}

TEST(Statement, LeavesOutBanksWithoutARegister) {
    Statement statement = quote_of_two_banks();
    std::get<QuoteStatement>(statement.attested).selections = {{HashAlg::Sha256, 1}, {HashAlg::Sha256, 0}};

    const Statement parsed = parse_statement(marshal(statement)).value();

    EXPECT_EQ(std::get<QuoteStatement>(parsed.attested).selections, (std::vector<PcrSelection>{{HashAlg::Sha256, 1}}));
}

TEST(Statement, IsRefusedWhenATruthValueIsNeither) {
    Bytes octets = marshal(quote_of_two_banks());
    ASSERT_EQ(octets[kSafeInAQuote], 1);
    octets[kSafeInAQuote] = 2;

    const auto parsed = parse_statement(octets);

    ASSERT_FALSE(parsed);
    EXPECT_THAT(parsed.error().what, HasSubstr("clockInfo.safe"));
}

TEST(Statement, IsRefusedWhenItSelectsARegisterThatNoPcHas) {
    Statement statement = quote_of_two_banks();
    Bytes octets = marshal(statement);
    const std::size_t count = kSafeInAQuote + 1 + 8;
    octets[count + 3] = 1;  // one bank …
    octets[count + 6] = 4;  // … of four octets, the last of which selects PCR 24
    octets.resize(count + 11);
    octets[count + 10] = 1;
    octets.insert(octets.end(), {0, 0});

    const auto parsed = parse_statement(octets);

    ASSERT_FALSE(parsed);
    EXPECT_THAT(parsed.error().what, HasSubstr("a register above 23"));
}

TEST(Signature, OfAnUnknownSchemeIsRefused) {
    Bytes octets = vector_of("ak_p256.quote.sig");
    octets[1] = 0x1A;  // TPM_ALG_ECDAA

    const auto parsed = parse_signature(octets);

    ASSERT_FALSE(parsed);
    EXPECT_THAT(parsed.error().what, HasSubstr("sigAlg"));
}

TEST(Signature, WithShortNumbersIsPaddedToTheField) {
    const Signature signature{.value = {1}, .value_s = {2, 3}};

    const Bytes plain = plain_signature(signature, KeyAlg::EcP384).value();

    ASSERT_EQ(plain.size(), 96U);
    EXPECT_EQ(plain[47], 1);
    EXPECT_EQ(plain[94], 2);
    EXPECT_EQ(plain[95], 3);
}

TEST(Signature, OfAnotherKindOfKeyIsRefused) {
    EXPECT_FALSE(plain_signature(Signature{.value = {1}, .value_s = {2}}, KeyAlg::Rsa2048));
    EXPECT_FALSE(plain_signature(Signature{.scheme = SignatureScheme::RsaPss, .value = {1}, .value_s = {}}, KeyAlg::EcP256));
    EXPECT_FALSE(plain_signature(Signature{.value = Bytes(48, 1), .value_s = {2}}, KeyAlg::EcP256));
}

}  // namespace
}  // namespace anchor::tpmwire
