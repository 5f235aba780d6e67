// SPDX-License-Identifier: Apache-2.0
#pragma once

// ImaReader: reads the IMA measurement list, binary or ASCII, from chunks of any size in constant memory. It stands
// outside the trust border: the list is a claim of the kernel that only the quote turns into a fact.
//
//   reader.feed(chunk);
//   for (;;) { next = reader.next(); error? return it; nullptr? feed more; else use **next; }

#include <string>

#include <anchor/base/result.h>
#include <anchor/measure/ima_entry.h>

namespace anchor::measure {

enum class ImaEncoding : std::uint8_t { Binary, Ascii };

/// How a list is written. The kernel's default is the native byte order; ima_canonical_fmt makes it little-endian.
struct ImaListFormat {
    ImaEncoding encoding = ImaEncoding::Binary;
    bool big_endian = false;
    HashAlg digest = HashAlg::Sha1;  ///< of the template digests: newer kernels offer one list a bank

    friend bool operator==(const ImaListFormat&, const ImaListFormat&) = default;
};

/// Recognises a list by its first octets (a few hundred are enough). Nothing where it is no IMA list. In an ASCII
/// list the byte order can't be seen: little-endian is returned.
[[nodiscard]] std::optional<ImaListFormat> ima_list_format_of(ByteView beginning) noexcept;

/// The largest entry that is read: measured buffers and appended signatures stay far below.
inline constexpr std::size_t kImaMaxEntry = 1U << 20U;

class ImaReader {
public:
    /// Begins at an entry: number and offset are those of the first octet that will be fed.
    explicit ImaReader(ImaListFormat format, std::uint64_t offset = 0, std::uint64_t number = 0, std::size_t max_entry = kImaMaxEntry);

    /// Hands over the next octets of the list, borrowed until next() has returned nullptr. Call only after that.
    void feed(ByteView chunk) noexcept;
    /// The next entry, or nullptr where more octets are needed: an incomplete last entry waits. Allocates only when an
    /// entry does not lie in one chunk, at most max_entry. Rejected, with entry number, offset and field, where the
    /// octets are no list; the reader can't go on then.
    [[nodiscard]] Result<const ImaEntry*> next();

    /// Where the next entry begins, and its number.
    [[nodiscard]] std::uint64_t offset() const noexcept { return offset_; }
    [[nodiscard]] std::uint64_t number() const noexcept { return number_; }
    /// The number of the next entry, where the caller learns that a list does not begin at its beginning.
    void renumber(std::uint64_t number) noexcept { number_ = number; }
    /// Octets of an entry whose end has not been fed.
    [[nodiscard]] std::size_t waiting() const noexcept { return returned_from_pending_ ? 0 : pending_.size(); }

private:
    [[nodiscard]] Result<std::size_t> frame(ByteView octets) const;
    [[nodiscard]] Result<const ImaEntry*> complete_pending();
    [[nodiscard]] Result<const ImaEntry*> decode(ByteView octets);
    [[nodiscard]] Result<void> decode_binary(ByteView octets);
    [[nodiscard]] Result<void> decode_ascii(ByteView octets);
    [[nodiscard]] Result<void> rebuild_field(ImaField field, bool last, std::string_view& line);
    [[nodiscard]] const ImaTemplate* layout_of(std::string_view name);
    [[nodiscard]] Error bad_word(std::string_view field, std::string_view complaint) const;
    [[nodiscard]] Error misread(std::string_view field, std::string_view complaint) const;

    ImaListFormat format_;
    std::size_t max_entry_;
    std::uint64_t offset_;
    std::uint64_t number_;
    ByteView chunk_;
    Bytes pending_;           // the beginning of an entry that goes on in the next chunk
    std::size_t needed_ = 0;  // octets that pending_ needs before it is worth another look
    bool returned_from_pending_ = false;
    Bytes rebuilt_;  // the binary form of an ASCII entry
    std::string known_name_;
    std::optional<ImaTemplate> known_layout_;
    ImaEntry entry_;
};

}  // namespace anchor::measure
