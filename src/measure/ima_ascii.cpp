// SPDX-License-Identifier: Apache-2.0

// Fields as the kernel prints them (security/integrity/ima/ima_template_lib.c, ima_show_template_data_ascii).

#include <charconv>

#include <anchor/base/encoding.h>

#include "ima_fields.h"

namespace anchor::measure {
namespace {

enum class Form : std::uint8_t { Digest, LabelledDigest, Text, Hex, Number };

Form form_of(ImaField field) noexcept {
    switch (field) {
        case ImaField::D: return Form::Digest;
        case ImaField::DNg:
        case ImaField::DNgV2:
        case ImaField::DModsig: return Form::LabelledDigest;
        case ImaField::N:
        case ImaField::NNg:
        case ImaField::XattrNames: return Form::Text;
        case ImaField::InodeUid:
        case ImaField::InodeGid:
        case ImaField::InodeMode: return Form::Number;
        case ImaField::Sig:
        case ImaField::Modsig:
        case ImaField::Buf:
        case ImaField::EvmSig:
        case ImaField::XattrLengths:
        case ImaField::XattrValues: return Form::Hex;
    }
    return Form::Hex;
}

int nibble(char digit) noexcept {
    if (digit >= '0' && digit <= '9') return digit - '0';
    if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
    return -1;
}

// Into the buffer at hand: from_hex would allocate for every entry.
Result<void> append_hex(Bytes& to, std::string_view text) {
    if (text.size() % 2 != 0) return rejected("odd number of hexadecimal digits");
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = nibble(text[i]);
        const int low = nibble(text[i + 1]);
        if (high < 0 || low < 0) return rejected("no hexadecimal digit at " + std::to_string(high < 0 ? i : i + 1));
        to.push_back(static_cast<std::uint8_t>(high * 16 + low));
    }
    return {};
}

Result<void> append_labelled(Bytes& to, std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return rejected("no algorithm before the digest");
    append(to, as_bytes(text.substr(0, colon + 1)));
    to.push_back(0);
    return append_hex(to, text.substr(colon + 1));
}

// The kernel keeps owner and group in 4 octets and the mode in 2.
Result<void> append_number(Bytes& to, ImaField field, std::string_view text, bool big_endian) {
    const std::size_t size = field == ImaField::InodeMode ? 2 : 4;
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || (value >> (8 * size)) != 0) {
        return rejected("no number of " + std::to_string(size) + " octets");
    }
    for (std::size_t i = 0; i < size; ++i) {
        to.push_back(static_cast<std::uint8_t>(value >> (8 * (big_endian ? size - 1 - i : i))));
    }
    return {};
}

void print_labelled(std::string& to, ByteView octets) {
    const std::string_view text = as_text(octets);
    const std::size_t end = text.find('\0');
    if (end == std::string_view::npos) return;
    to.append(text.substr(0, end)).append(to_hex(octets.subspan(end + 1)));
}

void print_text(std::string& to, ByteView octets) {
    const std::string_view text = as_text(octets);
    to.append(text.substr(0, text.find('\0')));
}

}  // namespace

Result<void> append_ima_field(Bytes& to, ImaField field, std::string_view text, bool big_endian) {
    // An empty field is printed as nothing at all.
    if (text.empty()) return {};
    switch (form_of(field)) {
        case Form::LabelledDigest: return append_labelled(to, text);
        case Form::Digest:
        case Form::Hex: return append_hex(to, text);
        case Form::Number: return append_number(to, field, text, big_endian);
        case Form::Text: break;
    }
    append(to, as_bytes(text));
    to.push_back(0);
    return {};
}

void print_ima_field(std::string& to, const ImaEntry& entry, std::size_t index) {
    const ByteView octets = entry.fields[index];
    const ImaField field = entry.layout->fields[index];
    switch (form_of(field)) {
        case Form::LabelledDigest: print_labelled(to, octets); break;
        case Form::Digest:
        case Form::Hex: to.append(to_hex(octets)); break;
        case Form::Text: print_text(to, octets); break;
        case Form::Number:
            if (const auto value = entry.number_of(field)) to.append(std::to_string(*value));
            break;
    }
}

}  // namespace anchor::measure
