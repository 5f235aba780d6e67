// SPDX-License-Identifier: Apache-2.0
#include <anchor/base/encoding.h>

#include <array>

namespace anchor {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase32Digits = "abcdefghijklmnopqrstuvwxyz234567";
constexpr std::string_view kBase64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64UrlDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t kNoDigit = 0xff;

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// Regroups octets into digits of `Width` bits, front to back; a rest is padded with zero bits.
template <unsigned Width>
std::string encode(ByteView bytes, std::string_view digits) {
    std::string text;
    text.reserve((bytes.size() * 8 + Width - 1) / Width);
    std::uint32_t pending = 0;
    unsigned bits = 0;
    for (const std::uint8_t octet : bytes) {
        pending = (pending << 8U) | octet;
        bits += 8;
        while (bits >= Width) {
            bits -= Width;
            text.push_back(digits[(pending >> bits) & ((1U << Width) - 1U)]);
        }
    }
    if (bits > 0) text.push_back(digits[(pending << (Width - bits)) & ((1U << Width) - 1U)]);
    return text;
}

constexpr std::array<std::uint8_t, 256> reversed(std::string_view digits) {
    std::array<std::uint8_t, 256> values{};
    values.fill(kNoDigit);
    for (std::size_t i = 0; i < digits.size(); ++i) values[static_cast<std::uint8_t>(digits[i])] = static_cast<std::uint8_t>(i);
    return values;
}

constexpr auto kBase64Values = reversed(kBase64Digits);
constexpr auto kBase64UrlValues = reversed(kBase64UrlDigits);

Result<Bytes> decode64(std::string_view text, const std::array<std::uint8_t, 256>& values) {
    if (text.size() % 4 == 1) return rejected("base64: a single digit is left over");
    Bytes bytes;
    bytes.reserve(text.size() * 3 / 4);
    std::uint32_t pending = 0;
    unsigned bits = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const std::uint8_t value = values[static_cast<std::uint8_t>(text[i])];
        if (value == kNoDigit) return rejected("base64: foreign character at offset " + std::to_string(i));
        pending = (pending << 6U) | value;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes.push_back(static_cast<std::uint8_t>(pending >> bits));
        }
    }
    if ((pending & ((1U << bits) - 1U)) != 0) return rejected("base64: non-zero bits after the last octet");
    return bytes;
}

}  // namespace

std::string to_hex(ByteView bytes) {
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const std::uint8_t octet : bytes) {
        text.push_back(kHexDigits[octet >> 4U]);
        text.push_back(kHexDigits[octet & 0xfU]);
    }
    return text;
}

Result<Bytes> from_hex(std::string_view text) {
    if (text.size() % 2 != 0) return rejected("hex: odd number of digits");
    Bytes bytes(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); ++i) {
        const int digit = hex_digit(text[i]);
        if (digit < 0) return rejected("hex: no digit at offset " + std::to_string(i));
        bytes[i / 2] = static_cast<std::uint8_t>((bytes[i / 2] << 4U) | digit);
    }
    return bytes;
}

std::string to_base64url(ByteView bytes) { return encode<6>(bytes, kBase64UrlDigits); }
std::string to_base32(ByteView bytes) { return encode<5>(bytes, kBase32Digits); }

std::string to_base64(ByteView bytes) {
    std::string text = encode<6>(bytes, kBase64Digits);
    text.append((4 - text.size() % 4) % 4, '=');
    return text;
}

Result<Bytes> from_base64url(std::string_view text) { return decode64(text, kBase64UrlValues); }

Result<Bytes> from_base64(std::string_view text) {
    if (text.size() % 4 != 0) return rejected("base64: length is not a multiple of four");
    for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
    return decode64(text, kBase64Values);
}

}  // namespace anchor
