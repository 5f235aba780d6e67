// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/ima_reader.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

#include <anchor/core/pcr.h>

#include "ima_fields.h"

namespace anchor::measure {
namespace {

// The kernel allows a template name as long as a field list can get; its own are below 80.
constexpr std::size_t kMaxTemplateName = 255;
constexpr std::size_t kMaxLegacyName = 255;
constexpr std::size_t kLegacyDigestSize = 20;

std::uint32_t u32_at(ByteView octets, std::size_t at, bool big_endian) noexcept {
    const ByteView four = octets.subspan(at, 4);
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = (value << 8U) | four[big_endian ? i : 3 - i];
    return value;
}

void put_u32(Bytes& octets, std::size_t at, std::size_t value, bool big_endian) noexcept {
    for (std::size_t i = 0; i < 4; ++i) octets[at + i] = static_cast<std::uint8_t>(value >> (8 * (big_endian ? 3 - i : i)));
}

// Takes the text up to the next space, and that space.
std::string_view take_word(std::string_view& line) noexcept {
    const std::size_t space = std::min(line.find(' '), line.size());
    const std::string_view word = line.substr(0, space);
    line.remove_prefix(std::min(space + 1, line.size()));
    return word;
}

}  // namespace

ImaReader::ImaReader(ImaListFormat format, std::uint64_t offset, std::uint64_t number, std::size_t max_entry)
    : format_(format), max_entry_(max_entry), offset_(offset), number_(number) {}

void ImaReader::feed(ByteView chunk) noexcept { chunk_ = chunk; }

Result<const ImaEntry*> ImaReader::next() {
    if (returned_from_pending_) {
        pending_.clear();
        returned_from_pending_ = false;
    }
    if (!pending_.empty()) return complete_pending();
    if (chunk_.empty()) return nullptr;

    ANCHOR_ASSIGN_OR_RETURN(const std::size_t size, frame(chunk_));
    if (size > chunk_.size()) {
        append(pending_, chunk_);
        chunk_ = {};
        needed_ = size;
        return nullptr;
    }
    const ByteView octets = chunk_.first(size);
    chunk_ = chunk_.subspan(size);
    return decode(octets);
}

// Moves just as many octets as the entry is known to need, and looks again: its header tells how long it is.
Result<const ImaEntry*> ImaReader::complete_pending() {
    while (!chunk_.empty()) {
        std::size_t wanted = needed_ - pending_.size();
        if (format_.encoding == ImaEncoding::Ascii) {
            const auto* newline = static_cast<const std::uint8_t*>(std::memchr(chunk_.data(), '\n', chunk_.size()));
            wanted = newline == nullptr ? chunk_.size() : static_cast<std::size_t>(newline - chunk_.data()) + 1;
            const std::size_t longest = max_entry_ - (newline == nullptr ? 1 : 0);
            if (pending_.size() + wanted > longest) return misread("line", "is longer than " + std::to_string(max_entry_) + " octets");
        }
        const ByteView moved = chunk_.first(std::min(wanted, chunk_.size()));
        append(pending_, moved);
        chunk_ = chunk_.subspan(moved.size());
        if (moved.size() < wanted) break;
        if (format_.encoding == ImaEncoding::Ascii && pending_.back() != '\n') break;

        ANCHOR_ASSIGN_OR_RETURN(needed_, frame(pending_));
        if (needed_ <= pending_.size()) {
            returned_from_pending_ = true;
            return decode(pending_);
        }
    }
    return nullptr;
}

// How many octets the entry takes; more than there are where it is incomplete or can't be told yet.
Result<std::size_t> ImaReader::frame(ByteView octets) const {
    if (format_.encoding == ImaEncoding::Ascii) {
        const auto* newline = static_cast<const std::uint8_t*>(std::memchr(octets.data(), '\n', std::min(octets.size(), max_entry_)));
        if (newline != nullptr) return static_cast<std::size_t>(newline - octets.data()) + 1;
        if (octets.size() >= max_entry_) return misread("line", "is longer than " + std::to_string(max_entry_) + " octets");
        return octets.size() + 1;
    }
    std::size_t size = 4 + digest_size(format_.digest) + 4;
    if (octets.size() < size) return size;
    const std::size_t name = u32_at(octets, size - 4, format_.big_endian);
    if (name == 0 || name > kMaxTemplateName) return misread("template name", "has " + std::to_string(name) + " octets");
    const bool legacy = octets.size() >= size + name && as_text(octets.subspan(size, name)) == "ima";
    size += name;
    const std::size_t length_at = size + (legacy ? kLegacyDigestSize : 0);
    if (octets.size() < length_at + 4) return length_at + 4;
    const std::size_t length = u32_at(octets, length_at, format_.big_endian);
    if (legacy && length > kMaxLegacyName) return misread("name", "has " + std::to_string(length) + " octets");
    if (length > max_entry_) return misread("template data", "has " + std::to_string(length) + " octets");
    return length_at + 4 + length;
}

Result<const ImaEntry*> ImaReader::decode(ByteView octets) {
    entry_.number = number_;
    entry_.offset = offset_;
    entry_.size = octets.size();
    entry_.big_endian = format_.big_endian;
    const Result<void> decoded = format_.encoding == ImaEncoding::Ascii ? decode_ascii(octets) : decode_binary(octets);
    if (!decoded) return decoded.error().within("IMA list, entry " + std::to_string(number_));
    offset_ += octets.size();
    ++number_;
    return &entry_;
}

Result<void> ImaReader::decode_binary(ByteView octets) {
    const std::size_t digest = digest_size(format_.digest);
    const std::size_t name = u32_at(octets, 4 + digest, format_.big_endian);
    std::size_t data_at = 4 + digest + 4 + name;
    entry_.pcr = u32_at(octets, 0, format_.big_endian);
    if (entry_.pcr >= kPcrCount) return rejected("offset " + std::to_string(offset_) + ": PCR " + std::to_string(entry_.pcr));
    entry_.template_digest = octets.subspan(4, digest);
    entry_.template_name = as_text(octets.subspan(data_at - name, name));
    entry_.layout = layout_of(entry_.template_name);
    if (entry_.layout == nullptr || !entry_.layout->legacy) data_at += 4;
    entry_.template_data = octets.subspan(data_at);
    if (entry_.layout != nullptr) return cut_ima_fields(entry_, offset_ + data_at);
    entry_.path = {};
    entry_.digest = {};
    return {};
}

// An ASCII line is turned into the binary form first: what the kernel hashed, and one way to read fields.
Result<void> ImaReader::decode_ascii(ByteView octets) {
    std::string_view line = as_text(octets.first(octets.size() - 1));
    while (line.starts_with(' ')) line.remove_prefix(1);
    const std::string_view pcr = take_word(line);
    const auto [end, error] = std::from_chars(pcr.data(), pcr.data() + pcr.size(), entry_.pcr);
    if (pcr.empty() || error != std::errc{} || end != pcr.data() + pcr.size() || entry_.pcr >= kPcrCount) {
        return bad_word("PCR", "is no register");
    }
    rebuilt_.clear();
    const std::string_view digest = take_word(line);
    const std::size_t size = digest_size(format_.digest);
    if (digest.size() != 2 * size) return bad_word("template digest", "has " + std::to_string(digest.size()) + " digits");
    if (auto done = append_ima_field(rebuilt_, ImaField::Sig, digest, false); !done) return bad_word("template digest", done.error().what);

    entry_.template_name = take_word(line);
    entry_.layout = layout_of(entry_.template_name);
    if (entry_.layout == nullptr) return bad_word("template name", "is not known, so that the line can't be read");
    for (std::size_t i = 0; i < entry_.layout->count; ++i) {
        ANCHOR_RETURN_IF_ERROR(rebuild_field(entry_.layout->fields[i], i + 1 == entry_.layout->count, line));
    }
    if (!line.empty()) return bad_word("line", "goes on after its last field");
    entry_.template_digest = ByteView(rebuilt_).first(size);
    entry_.template_data = ByteView(rebuilt_).subspan(size);
    return cut_ima_fields(entry_, offset_);
}

Result<void> ImaReader::rebuild_field(ImaField field, bool last, std::string_view& line) {
    const bool name = field == ImaField::N || field == ImaField::NNg;
    // A name at the end takes the rest: before Linux 3.13 it was printed with its spaces.
    const std::string_view text = last && name ? std::exchange(line, {}) : take_word(line);
    const bool legacy = entry_.layout->legacy;
    const bool has_length = !(legacy && field == ImaField::D);
    const std::size_t length_at = rebuilt_.size();
    if (has_length) rebuilt_.resize(length_at + 4);
    if (auto done = append_ima_field(rebuilt_, field, text, format_.big_endian); !done)
        return bad_word(to_string(field), done.error().what);
    if (legacy && name && !text.empty()) rebuilt_.pop_back();
    if (has_length) put_u32(rebuilt_, length_at, rebuilt_.size() - length_at - 4, format_.big_endian);
    return {};
}

const ImaTemplate* ImaReader::layout_of(std::string_view name) {
    if (name != known_name_) {
        known_name_ = name;
        known_layout_ = ImaTemplate::named(name);
    }
    return known_layout_ ? &*known_layout_ : nullptr;
}

Error ImaReader::misread(std::string_view field, std::string_view complaint) const {
    return bad_word(field, complaint).within("IMA list, entry " + std::to_string(number_));
}

Error ImaReader::bad_word(std::string_view field, std::string_view complaint) const {
    return rejected("offset " + std::to_string(offset_) + ": " + std::string(field) + " " + std::string(complaint));
}

}  // namespace anchor::measure
