// SPDX-License-Identifier: Apache-2.0
#pragma once

// DER (X.690 §10): a strict reader of foreign octets and a writer of our own. The reader accepts one spelling only
// (definite, shortest lengths; low tag numbers), never recurses and never leaves its octets; every failure is
// Rejected and names field and offset.

#include <initializer_list>
#include <string>
#include <string_view>

#include <anchor/base/bytes.h>
#include <anchor/base/result.h>
#include <anchor/base/time.h>

namespace anchor::crypto::der {

enum Tag : std::uint8_t {
    kBoolean = 0x01,
    kInteger = 0x02,
    kBitString = 0x03,
    kOctetString = 0x04,
    kNull = 0x05,
    kOid = 0x06,
    kEnumerated = 0x0a,
    kUtf8String = 0x0c,
    kPrintableString = 0x13,
    kTeletexString = 0x14,
    kIa5String = 0x16,
    kUtcTime = 0x17,
    kGeneralizedTime = 0x18,
    kBmpString = 0x1e,
    kSequence = 0x30,
    kSet = 0x31,
};
/// [number], primitive or constructed.
[[nodiscard]] constexpr std::uint8_t context(unsigned number, bool constructed) noexcept {
    return static_cast<std::uint8_t>((constructed ? 0xa0U : 0x80U) | number);
}

/// One element: its tag, its content, and header and content together. All borrowed.
struct Element {
    std::uint8_t tag = 0;
    ByteView content;
    ByteView whole;
};

class Reader {
public:
    /// `origin` is where these octets stand in a larger input: it is added to the offsets in errors.
    explicit Reader(ByteView octets, std::size_t origin = 0) noexcept : octets_(octets), origin_(origin) {}

    [[nodiscard]] bool at_end() const noexcept { return position_ == octets_.size(); }
    [[nodiscard]] bool next_is(std::uint8_t tag) const noexcept { return !at_end() && octets_[position_] == tag; }
    [[nodiscard]] Result<void> expect_end(std::string_view what) const;

    [[nodiscard]] Result<Element> any(std::string_view field);
    [[nodiscard]] Result<Element> expect(std::uint8_t tag, std::string_view field);
    /// A reader of the content of the next element.
    [[nodiscard]] Result<Reader> enter(std::uint8_t tag, std::string_view field);

    /// A non-negative INTEGER without its leading zero octet; 0 is one zero octet.
    [[nodiscard]] Result<ByteView> unsigned_integer(std::string_view field);
    [[nodiscard]] Result<std::uint32_t> small_integer(std::string_view field);
    [[nodiscard]] Result<bool> boolean(std::string_view field);
    /// The octets of a BIT STRING whose length is a whole number of octets.
    [[nodiscard]] Result<ByteView> bit_octets(std::string_view field);
    /// UTCTime or GeneralizedTime in the form of RFC 5280 §4.1.2.5: to the second, UTC.
    [[nodiscard]] Result<WallTime> time(std::string_view field);

private:
    [[nodiscard]] Error refuse(std::string_view field, std::string_view why, std::size_t at) const;

    ByteView octets_;
    std::size_t origin_;
    std::size_t position_ = 0;
};

/// Reads exactly one element with this tag; nothing may follow it.
[[nodiscard]] Result<Reader> read_only(ByteView octets, std::uint8_t tag, std::string_view what);

/// "1.2.840.10045.2.1"; "?" for octets that are no object identifier.
[[nodiscard]] std::string oid_text(ByteView content);

using Parts = std::initializer_list<ByteView>;

[[nodiscard]] Bytes element(std::uint8_t tag, Parts parts);
[[nodiscard]] inline Bytes sequence(Parts parts) { return element(kSequence, parts); }
[[nodiscard]] inline Bytes octet_string(ByteView content) { return element(kOctetString, {content}); }
[[nodiscard]] inline Bytes oid(ByteView content) { return element(kOid, {content}); }
[[nodiscard]] inline Bytes utf8(std::string_view text) { return element(kUtf8String, {as_bytes(text)}); }
[[nodiscard]] Bytes null();
[[nodiscard]] Bytes true_value();
/// A non-negative number, big-endian.
[[nodiscard]] Bytes unsigned_integer(ByteView big_endian);
[[nodiscard]] Bytes small_integer(std::uint32_t value);
[[nodiscard]] Bytes bit_string(ByteView octets);
/// UTCTime through 2049 and GeneralizedTime from 2050 on (RFC 5280 §4.1.2.5). Years 1950 to 9999.
[[nodiscard]] Bytes time(WallTime when);

}  // namespace anchor::crypto::der
