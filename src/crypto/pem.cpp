// SPDX-License-Identifier: Apache-2.0
#include "pem.h"

#include <anchor/base/encoding.h>

namespace anchor::crypto {
namespace {

constexpr std::size_t kLineLength = 64;
constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kEnd = "-----END ";
constexpr std::string_view kDashes = "-----";

Error refuse(std::size_t number, std::string_view why) { return rejected("PEM block " + std::to_string(number) + ": " + std::string(why)); }

Result<Bytes> decode(std::string_view body) {
    std::string digits;
    digits.reserve(body.size());
    for (const char c : body) {
        if (c != '\n' && c != '\r' && c != ' ' && c != '\t') digits.push_back(c);
    }
    return from_base64(digits);
}

}  // namespace

std::string to_pem(std::string_view label, ByteView der) {
    const std::string digits = to_base64(der);
    std::string text = std::string(kBegin) + std::string(label) + "-----\n";
    for (std::size_t at = 0; at < digits.size(); at += kLineLength) text += digits.substr(at, kLineLength) + "\n";
    return text + std::string(kEnd) + std::string(label) + "-----\n";
}

Result<std::vector<Bytes>> pem_blocks(std::string_view text, std::string_view label, std::size_t limit) {
    std::vector<Bytes> blocks;
    const std::string ending = std::string(kEnd) + std::string(label) + std::string(kDashes);
    for (std::size_t begin = text.find(kBegin); begin != std::string_view::npos; begin = text.find(kBegin)) {
        const std::size_t number = blocks.size() + 1;
        if (number > limit) return rejected("PEM: more than " + std::to_string(limit) + " blocks");
        text.remove_prefix(begin + kBegin.size());
        if (!text.starts_with(std::string(label) + std::string(kDashes))) return refuse(number, "is no " + std::string(label));
        text.remove_prefix(label.size() + kDashes.size());
        const std::size_t end = text.find(ending);
        if (end == std::string_view::npos) return refuse(number, "does not end");
        auto octets = decode(text.substr(0, end));
        if (!octets) return refuse(number, octets.error().what);
        blocks.push_back(std::move(octets).value());
        text.remove_prefix(end + ending.size());
    }
    if (blocks.empty()) return rejected("PEM: no block " + std::string(label));
    return blocks;
}

Result<Bytes> pem_block(std::string_view text, std::string_view label) {
    ANCHOR_ASSIGN_OR_RETURN(auto blocks, pem_blocks(text, label, 1));
    return std::move(blocks.front());
}

}  // namespace anchor::crypto
