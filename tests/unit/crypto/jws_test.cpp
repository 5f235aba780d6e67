// SPDX-License-Identifier: Apache-2.0
#include <anchor/crypto/jws.h>

#include <array>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <anchor/base/encoding.h>
#include <anchor/base/file.h>
#include <anchor/base/json.h>
#include <anchor/crypto/private_key.h>
#include <crypto/jws_algorithm.h>

namespace anchor::crypto {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kTyp = "anchor-test+jws";
constexpr std::string_view kGoodHeader = R"({"alg":"ES256","kid":"a","typ":"anchor-test+jws"})";

SoftwareKey new_key(KeyAlg alg = KeyAlg::EcP256) { return SoftwareKey::generate(alg).value(); }

// "a" for the P-256 key, "b" for the P-384 key
struct Authority {
    SoftwareKey a = new_key();
    SoftwareKey b = new_key(KeyAlg::EcP384);
    JwsKeys keys{{"a", a.public_value()}, {"b", b.public_value()}};

    std::string by_both(std::string_view payload = "{}") {
        const std::array signers{JwsSigner{"a", a}, JwsSigner{"b", b}};
        return sign_jws(kTyp, as_bytes(payload), signers).value();
    }
};

// A compact JWS with this header, rightly signed by the key: only the header can be what is wrong with it.
std::string with_header(DeviceKey& key, std::string_view header) {
    const std::string protected_text = to_base64url(as_bytes(header));
    const std::string payload_text = to_base64url(as_bytes("{}"));
    return protected_text + "." + payload_text + "." + to_base64url(sign_jws_input(key, protected_text, payload_text).value());
}

std::string why_refused(std::string_view text, JwsLimits limits = {}) {
    const auto jws = UnverifiedJws::parse(text, limits);
    if (jws) return "accepted";
    EXPECT_EQ(jws.error().kind, ErrorKind::Rejected);
    return jws.error().what;
}

std::string why_header_is_refused(std::string_view header) {
    static SoftwareKey key = new_key();
    return why_refused(with_header(key, header));
}

Result<VerifiedJws> verified(std::string_view text, const JwsKeys& keys, std::string_view typ = kTyp) {
    ANCHOR_ASSIGN_OR_RETURN(const UnverifiedJws jws, UnverifiedJws::parse(text));
    return jws.verify(typ, keys);
}

// RFC 7515, appendix A.3
TEST(Jws, SignatureFollowsTheExampleOfRfc7515) {
    const auto x = from_base64url("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU").value();
    const auto y = from_base64url("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0").value();
    const auto key = PublicKey::from_ec_point(KeyAlg::EcP256, x, y).value();
    const std::string header = "eyJhbGciOiJFUzI1NiJ9";
    const std::string payload = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    const auto signature = from_base64url("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q").value();

    EXPECT_TRUE(verify_jws_input(key, header, payload, signature).has_value());
    EXPECT_FALSE(verify_jws_input(key, header, payload + "A", signature).has_value());
    EXPECT_THAT(why_refused(header + "." + payload + "." + to_base64url(signature)), HasSubstr("\"kid\" is missing"));
}

TEST(Jws, VectorsOfAnotherImplementationAreReadAlike) {
    const auto text = read_text_file(ANCHOR_SOURCE_DIR "/tests/vectors/jws/jose.json", 1U << 20U).value();
    const Json vectors = parse_json(text).value();
    JwsKeys keys;
    for (const auto& [kid, pem] : vectors["keys"].items()) keys.emplace(kid, PublicKey::from_pem(pem.get<std::string>()).value());

    ASSERT_FALSE(vectors["accepted"].empty());
    for (const Json& one : vectors["accepted"]) {
        const auto jws = verified(one["jws"].get<std::string>(), keys, vectors["typ"].get<std::string>());
        ASSERT_TRUE(jws.has_value()) << one["name"] << ": " << jws.error().what;
        EXPECT_EQ(as_text(jws->payload), vectors["payload"].get<std::string>()) << one["name"];
        EXPECT_EQ(jws->kids, one["kids"].get<std::vector<std::string>>()) << one["name"];
    }
    ASSERT_FALSE(vectors["refused"].empty());
    for (const Json& one : vectors["refused"]) {
        const auto jws = verified(one["jws"].get<std::string>(), keys, vectors["typ"].get<std::string>());
        ASSERT_FALSE(jws.has_value()) << one["name"];
        EXPECT_THAT(jws.error().what, HasSubstr(one["why"].get<std::string>())) << one["name"];
    }
}

TEST(Jws, ComesBackFromEveryKindOfKey) {
    for (const KeyAlg alg : {KeyAlg::EcP256, KeyAlg::EcP384, KeyAlg::Rsa2048}) {
        SoftwareKey key = new_key(alg);

        const auto text = sign_jws(kTyp, as_bytes("payload"), {"k", key});

        ASSERT_TRUE(text.has_value()) << to_string(alg);
        const auto jws = verified(*text, {{"k", key.public_value()}});
        ASSERT_TRUE(jws.has_value()) << to_string(alg) << ": " << jws.error().what;
        EXPECT_EQ(as_text(jws->payload), "payload");
        EXPECT_THAT(jws->kids, ElementsAre("k"));
    }
}

TEST(Jws, OfSeveralSignersNamesAllWhoSigned) {
    Authority authority;

    const auto jws = verified(authority.by_both("document"), authority.keys);

    ASSERT_TRUE(jws.has_value()) << jws.error().what;
    EXPECT_EQ(as_text(jws->payload), "document");
    EXPECT_THAT(jws->kids, ElementsAre("a", "b"));
}

TEST(Jws, OnlyShowsHeadersBeforeItIsVerified) {
    Authority authority;

    const auto jws = UnverifiedJws::parse(authority.by_both());

    ASSERT_TRUE(jws.has_value());
    const auto headers = jws->headers();
    ASSERT_EQ(headers.size(), 2U);
    EXPECT_EQ(headers[0].alg, "ES256");
    EXPECT_EQ(headers[1].alg, "ES384");
    EXPECT_EQ(headers[1].kid, "b");
    EXPECT_EQ(jws->typ(), kTyp);
}

TEST(Jws, CountsOneKeyOnceWhateverItIsCalled) {
    Authority authority;
    authority.keys.emplace("alias", authority.a.public_value());
    const std::array signers{JwsSigner{"a", authority.a}, JwsSigner{"alias", authority.a}, JwsSigner{"a", authority.a}};

    const auto jws = verified(sign_jws(kTyp, as_bytes("{}"), signers).value(), authority.keys);

    ASSERT_TRUE(jws.has_value());
    EXPECT_THAT(jws->kids, ElementsAre("a"));
}

TEST(Jws, PassesOverSignaturesOfUnknownKeys) {
    Authority authority;
    authority.keys.erase("a");

    const auto jws = verified(authority.by_both(), authority.keys);

    ASSERT_TRUE(jws.has_value());
    EXPECT_THAT(jws->kids, ElementsAre("b"));
}

TEST(Jws, DoesNotCountABrokenSignatureBesideAGoodOne) {
    Authority authority;
    SoftwareKey stranger = new_key();
    const std::array signers{JwsSigner{"a", stranger}, JwsSigner{"b", authority.b}};

    const auto jws = verified(sign_jws(kTyp, as_bytes("{}"), signers).value(), authority.keys);

    ASSERT_TRUE(jws.has_value());
    EXPECT_THAT(jws->kids, ElementsAre("b"));
}

TEST(Jws, IsRefusedWithoutAnyValidSignatureAndSaysWhyForEach) {
    Authority authority;
    SoftwareKey stranger = new_key();
    const std::array signers{JwsSigner{"a", stranger}, JwsSigner{"nobody", stranger}};

    const auto jws = verified(sign_jws(kTyp, as_bytes("{}"), signers).value(), authority.keys);

    ASSERT_FALSE(jws.has_value());
    EXPECT_EQ(jws.error().kind, ErrorKind::Rejected);
    EXPECT_THAT(jws.error().what, HasSubstr("\"a\": "));
    EXPECT_THAT(jws.error().what, HasSubstr("\"nobody\": unknown key"));
}

TEST(Jws, IsRefusedWhenThePayloadWasChanged) {
    Authority authority;
    std::string text = sign_jws(kTyp, as_bytes("level=1"), {"a", authority.a}).value();
    const std::string other = to_base64url(as_bytes("level=9"));
    text.replace(text.find('.') + 1, other.size(), other);

    EXPECT_FALSE(verified(text, authority.keys).has_value());
}

TEST(Jws, IsRefusedWhenItIsOfAnotherKind) {
    Authority authority;

    const auto jws = verified(authority.by_both(), authority.keys, "anchor-other+jws");

    ASSERT_FALSE(jws.has_value());
    EXPECT_EQ(jws.error().what, "JWS of kind \"anchor-test+jws\", expected \"anchor-other+jws\"");
}

TEST(Jws, IsRefusedWhenTheAlgorithmIsNotThatOfTheKey) {
    Authority authority;
    const std::string text = with_header(authority.a, R"({"alg":"ES384","kid":"a","typ":"anchor-test+jws"})");

    const auto jws = verified(text, authority.keys);

    ASSERT_FALSE(jws.has_value());
    EXPECT_EQ(jws.error().what, "JWS: alg \"ES384\" does not fit the key \"a\"");
}

TEST(Jws, IsRefusedForWhatItsHeaderSays) {
    ASSERT_EQ(why_header_is_refused(kGoodHeader), "accepted");

    EXPECT_THAT(why_header_is_refused(R"({"alg":"none","kid":"a","typ":"t"})"), HasSubstr("alg \"none\" is not accepted"));
    EXPECT_THAT(why_header_is_refused(R"({"alg":"HS256","kid":"a","typ":"t"})"), HasSubstr("alg \"HS256\" is not accepted"));
    EXPECT_THAT(why_header_is_refused(R"({"alg":"es256","kid":"a","typ":"t"})"), HasSubstr("alg \"es256\" is not accepted"));
    EXPECT_THAT(why_header_is_refused(R"({"kid":"a","typ":"t"})"), HasSubstr("\"alg\" is missing"));
    EXPECT_THAT(why_header_is_refused(R"({"alg":"ES256","kid":"a","typ":"t","crit":["exp"],"exp":1})"), HasSubstr("\"crit\""));
    EXPECT_THAT(why_header_is_refused(R"({"alg":"ES256","kid":"a","typ":"t","crit":[]})"), HasSubstr("\"crit\""));
    EXPECT_THAT(why_header_is_refused(R"({"alg":"ES256","kid":"a","typ":"t","b64":false})"), HasSubstr("\"b64\""));
    EXPECT_THAT(why_header_is_refused(R"({"alg":"ES256","kid":"a","typ":"t","alg":"ES256"})"), HasSubstr("duplicate key \"alg\""));
    EXPECT_THAT(why_header_is_refused(R"({"alg":"ES256","kid":"a"})"), HasSubstr("\"typ\" is missing"));
    EXPECT_THAT(why_header_is_refused(R"({"alg":"ES256","typ":"t"})"), HasSubstr("\"kid\" is missing"));
    EXPECT_THAT(why_header_is_refused(R"({"alg":"ES256","kid":7,"typ":"t"})"), HasSubstr("\"kid\" is number"));
    EXPECT_THAT(why_header_is_refused(R"({"alg":"ES256","kid":"a\nb","typ":"t"})"), HasSubstr("\"kid\" is not 1 to 128 printable"));
    EXPECT_THAT(why_header_is_refused(R"({"alg":"ES256","kid":"","typ":"t"})"), HasSubstr("\"kid\" is not 1 to 128 printable"));
    EXPECT_THAT(why_header_is_refused(R"(["ES256"])"), HasSubstr("expected an object"));
    EXPECT_THAT(why_header_is_refused(std::string(kGoodHeader) + " x"), HasSubstr("protected header"));
}

TEST(Jws, IgnoresKeysThatItBringsAlong) {
    Authority authority;
    SoftwareKey stranger = new_key();
    const std::string header = R"({"alg":"ES256","kid":"a","typ":"anchor-test+jws","jku":"https://example.invalid","x5c":["AAAA"],)"
                               R"("jwk":{"kty":"EC","crv":"P-256","x":")" +
                               to_base64url(stranger.public_value().x()) + R"(","y":")" + to_base64url(stranger.public_value().y()) +
                               "\"}}";

    EXPECT_FALSE(verified(with_header(stranger, header), authority.keys).has_value());
    EXPECT_TRUE(verified(with_header(authority.a, header), authority.keys).has_value());
}

TEST(Jws, IsRefusedWhenItsFormIsNotTheOne) {
    Authority authority;
    const std::string good = sign_jws(kTyp, as_bytes("{}"), {"a", authority.a}).value();
    ASSERT_EQ(why_refused(good), "accepted");

    EXPECT_THAT(why_refused(""), HasSubstr("neither compact"));
    EXPECT_THAT(why_refused(good.substr(0, good.rfind('.'))), HasSubstr("neither compact"));
    EXPECT_THAT(why_refused(good + ".AAAA"), HasSubstr("neither compact"));
    EXPECT_THAT(why_refused(good + "\n"), HasSubstr("signature: base64"));
    EXPECT_THAT(why_refused(good + "="), HasSubstr("signature: base64"));
    EXPECT_THAT(why_refused(" " + good), HasSubstr("protected header: base64"));
    EXPECT_THAT(why_refused(good.substr(0, good.rfind('.') + 1)), HasSubstr("signature: empty"));
    EXPECT_THAT(why_refused(good + std::string(1000, 'A')), HasSubstr("longer than any accepted key signs"));
    // "e31" is a second spelling of "e30" ("{}"): the unused bits differ
    std::string second = good;
    second.replace(second.find(".e30.") + 1, 3, "e31");
    EXPECT_THAT(why_refused(second), HasSubstr("payload: base64: non-zero bits"));
}

TEST(Jws, IsRefusedWhenItsJsonFormIsNotTheOne) {
    Authority authority;
    const Json good = parse_json(authority.by_both()).value();
    const auto refused_with = [&good](auto&& change) {
        Json changed = good;
        change(changed);
        return why_refused(changed.dump());
    };
    ASSERT_EQ(why_refused(good.dump()), "accepted");

    EXPECT_THAT(why_refused(good.dump() + "x"), HasSubstr("line 1"));
    EXPECT_THAT(refused_with([](Json& j) { j["signatures"] = Json::array(); }), HasSubstr("at least one entry"));
    EXPECT_THAT(refused_with([](Json& j) { j.erase("signatures"); }), HasSubstr("at least one entry"));
    EXPECT_THAT(refused_with([](Json& j) { j.erase("payload"); }), HasSubstr("\"payload\" is missing"));
    EXPECT_THAT(refused_with([](Json& j) { j["extra"] = 1; }), HasSubstr("unknown key \"extra\""));
    EXPECT_THAT(refused_with([](Json& j) { j["signatures"][1]["header"] = Json::object(); }),
                HasSubstr("signature 2: an unprotected header is not accepted"));
    EXPECT_THAT(refused_with([](Json& j) { j["signatures"][1].erase("protected"); }), HasSubstr("signature 2: \"protected\" is missing"));
    EXPECT_THAT(refused_with([](Json& j) { j["signatures"][0] = "x"; }), HasSubstr("signature 1: expected an object"));
    EXPECT_THAT(refused_with([](Json& j) { j["signatures"].insert(j["signatures"].end(), 15, j["signatures"][0]); }),
                HasSubstr("17 signatures, at most 16"));
}

TEST(Jws, IsRefusedWhenItsSignaturesNameDifferentKinds) {
    Authority authority;
    Json one = parse_json(authority.by_both()).value();
    const std::array signers{JwsSigner{"a", authority.a}};
    const Json other = parse_json(sign_jws("anchor-other+jws", as_bytes("{}"), signers).value()).value();
    one["signatures"].push_back(other["signatures"][0]);

    EXPECT_THAT(why_refused(one.dump()), HasSubstr("different kinds"));
}

TEST(Jws, IsRefusedUnreadBeyondItsBounds) {
    Authority authority;
    const std::string text = authority.by_both();

    EXPECT_EQ(why_refused(text, {.octets = text.size()}), "accepted");
    EXPECT_THAT(why_refused(text, {.octets = text.size() - 1}), HasSubstr("at most"));
    EXPECT_THAT(why_refused(text, {.header_octets = 20}), HasSubstr("at most 20"));
    EXPECT_THAT(why_refused(text, {.signatures = 1}), HasSubstr("at most 1 "));
}

TEST(Jws, IsNotSignedUnderANameThatNobodyCouldRead) {
    Authority authority;

    EXPECT_FALSE(sign_jws(kTyp, as_bytes("{}"), {"", authority.a}).has_value());
    EXPECT_FALSE(sign_jws("two words", as_bytes("{}"), {"a", authority.a}).has_value());
    EXPECT_FALSE(sign_jws(kTyp, as_bytes("{}"), std::span<const JwsSigner>{}).has_value());
}

TEST(CombinedJws, HasTheSignaturesOfKeysThatWereNeverInOneRoom) {
    Authority authority;
    const std::vector documents{UnverifiedJws::parse(sign_jws(kTyp, as_bytes("{}"), {"a", authority.a}).value()).value(),
                                UnverifiedJws::parse(sign_jws(kTyp, as_bytes("{}"), {"b", authority.b}).value()).value()};

    const auto combined = combine_jws(documents);

    ASSERT_TRUE(combined.has_value());
    const auto jws = verified(*combined, authority.keys);
    ASSERT_TRUE(jws.has_value()) << jws.error().what;
    EXPECT_THAT(jws->kids, ElementsAre("a", "b"));
}

TEST(CombinedJws, IsRefusedWhenTheDocumentsDiffer) {
    Authority authority;
    const auto parsed = [&authority](std::string_view typ, std::string_view payload) {
        return UnverifiedJws::parse(sign_jws(typ, as_bytes(payload), {"a", authority.a}).value()).value();
    };

    EXPECT_FALSE(combine_jws(std::vector{parsed(kTyp, "{}"), parsed(kTyp, "[]")}).has_value());
    EXPECT_FALSE(combine_jws(std::vector{parsed(kTyp, "{}"), parsed("anchor-other+jws", "{}")}).has_value());
    EXPECT_FALSE(combine_jws({}).has_value());
}

}  // namespace
}  // namespace anchor::crypto
