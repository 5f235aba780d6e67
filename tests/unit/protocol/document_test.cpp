// SPDX-License-Identifier: Apache-2.0
#include <anchor/protocol/document.h>

#include <gtest/gtest.h>

#include "samples.h"

namespace anchor::protocol {
namespace {

Document sample() {
    return {.kind = DocumentKind::Policy,
            .tenant = "acme",
            .audience = audience_group("gateways"),
            .name = "edge-gateway",
            .version = 7,
            .issued = sample_time(),
            .not_after = sample_time() + std::chrono::hours{24},
            .body = {{"rules", Json::array()}}};
}

TEST(Document, IsReadBackAsItWasWritten) {
    const Document read = document_from(encode(sample())).value();

    EXPECT_EQ(encode(read), encode(sample()));
    EXPECT_EQ(read.kind, DocumentKind::Policy);
    EXPECT_EQ(read.version, 7U);
    EXPECT_EQ(read.not_after, sample().not_after);
}

TEST(Document, RefusesEveryMissingUnknownOrMistypedMember) {
    const Json good = parse_json(as_text(encode(sample()))).value();
    for (const auto* key : {"kind", "tenant", "audience", "name", "version", "issued", "body"}) {
        Json without = good;
        without.erase(key);
        EXPECT_FALSE(document_from(to_bytes(without.dump()))) << "without " << key;
        if (std::string_view(key) == "body") continue;
        Json mistyped = good;
        mistyped[key] = Json::array();
        EXPECT_FALSE(document_from(to_bytes(mistyped.dump()))) << "mistyped " << key;
    }
    Json more = good;
    more["extra"] = 1;
    EXPECT_EQ(document_from(to_bytes(more.dump())).error().what, "unknown key \"extra\"");
}

TEST(Document, EveryKindHasANameAndATypOfItsOwn) {
    for (std::size_t i = 0; i < kDocumentKindCount; ++i) {
        const auto kind = static_cast<DocumentKind>(i);
        EXPECT_EQ(document_kind_from(to_string(kind)), kind);
    }
    EXPECT_EQ(typ_of(DocumentKind::Anchors), "anchord-anchors+jws");
    EXPECT_TRUE(is_offline(DocumentKind::Reinstatement));
    EXPECT_FALSE(is_offline(DocumentKind::Standing));
}

}  // namespace
}  // namespace anchor::protocol
