// SPDX-License-Identifier: Apache-2.0
#include "distinguished_name.h"

#include <algorithm>

#include "oids.h"

namespace anchor::crypto {
namespace {

constexpr std::size_t kMaxName = 4096;
constexpr std::size_t kMaxCommonName = 64;
constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kSeparators = ",+\"\\<>;=";

std::string attribute_name(ByteView oid) {
    const std::string number = der::oid_text(oid);
    struct Known {
        std::string_view number;
        std::string_view name;
    };
    static constexpr Known kKnown[] = {{"2.5.4.3", "CN"}, {"2.5.4.5", "serialNumber"}, {"2.5.4.6", "C"},  {"2.5.4.7", "L"},
                                       {"2.5.4.8", "ST"}, {"2.5.4.10", "O"},           {"2.5.4.11", "OU"}};
    for (const Known& known : kKnown) {
        if (number == known.number) return std::string(known.name);
    }
    return number;
}

std::string escaped(ByteView value) {
    std::string text;
    for (const std::uint8_t octet : value) {
        const char c = static_cast<char>(octet);
        if (octet < 0x20 || octet >= 0x7f) {
            text += {'\\', kHex[octet >> 4U], kHex[octet & 0xfU]};
            continue;
        }
        if (kSeparators.find(c) != std::string_view::npos) text += '\\';
        text += c;
    }
    return text;
}

}  // namespace

Result<DistinguishedName> read_name(der::Reader& reader, std::string_view field) {
    DistinguishedName name;
    ANCHOR_ASSIGN_OR_RETURN(const der::Element whole, reader.expect(der::kSequence, field));
    if (whole.whole.size() > kMaxName) {
        return rejected(std::string(field) + ": a name larger than " + std::to_string(kMaxName) + " octets");
    }
    name.der = whole.whole;
    std::size_t common_names = 0;
    der::Reader sets(whole.content);
    while (!sets.at_end()) {
        ANCHOR_ASSIGN_OR_RETURN(der::Reader set, sets.enter(der::kSet, field));
        do {
            ANCHOR_ASSIGN_OR_RETURN(der::Reader attribute, set.enter(der::kSequence, field));
            ANCHOR_ASSIGN_OR_RETURN(const der::Element type, attribute.expect(der::kOid, field));
            ANCHOR_ASSIGN_OR_RETURN(const der::Element value, attribute.any(field));
            ANCHOR_RETURN_IF_ERROR(attribute.expect_end(field));
            const std::string text = escaped(value.content);
            if (!name.text.empty()) name.text += ", ";
            name.text += attribute_name(type.content) + "=" + text;
            if (equal(type.content, oids::kCommonName)) name.common_name = ++common_names == 1 ? text : "";
        } while (!set.at_end());
    }
    return name;
}

Result<Bytes> common_name(std::string_view text) {
    if (text.empty() || text.size() > kMaxCommonName) return rejected("common name: not 1 to 64 octets");
    if (std::ranges::any_of(as_bytes(text), [](std::uint8_t octet) { return octet < 0x20 || octet == 0x7f; })) {
        return rejected("common name: control character");
    }
    const Bytes attribute = der::sequence({der::oid(oids::kCommonName), der::utf8(text)});
    return der::sequence({der::element(der::kSet, {attribute})});
}

}  // namespace anchor::crypto
