// SPDX-License-Identifier: Apache-2.0

// What the checksum programs of GNU coreutils print (coreutils manual, "cksum output modes").

#include <algorithm>
#include <array>

#include <anchor/base/encoding.h>
#include <anchor/measure/ima_table_builder.h>

namespace anchor::measure {
namespace {

constexpr std::array<std::pair<std::string_view, HashAlg>, 4> kTags{{
    {"SHA1 (", HashAlg::Sha1},
    {"SHA256 (", HashAlg::Sha256},
    {"SHA384 (", HashAlg::Sha384},
    {"SHA512 (", HashAlg::Sha512},
}};

struct Line {
    std::string_view path;
    std::string_view digits;
};

// "SHA256 (path) = digits"
std::optional<Line> tagged(std::string_view line) noexcept {
    for (const auto& [tag, alg] : kTags) {
        const std::size_t end = line.rfind(") = ");
        if (!line.starts_with(tag) || end == std::string_view::npos || end < tag.size()) continue;
        const Line parts{line.substr(tag.size(), end - tag.size()), line.substr(end + 4)};
        if (parts.digits.size() == 2 * digest_size(alg)) return parts;
    }
    return std::nullopt;
}

// "digits  path" or, read in binary mode, "digits *path"
std::optional<Line> plain(std::string_view line) noexcept {
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos || space + 2 >= line.size()) return std::nullopt;
    if (line[space + 1] != ' ' && line[space + 1] != '*') return std::nullopt;
    return Line{line.substr(space + 2), line.substr(0, space)};
}

// A line that begins with a backslash has \\, \n and \r in its name.
Result<std::string> unescaped(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\') {
            plain.push_back(text[i]);
            continue;
        }
        const char next = i + 1 < text.size() ? text[++i] : '\0';
        if (next != '\\' && next != 'n' && next != 'r') return rejected("an escape that no checksum program writes");
        plain.push_back(next == 'n' ? '\n' : next == 'r' ? '\r' : '\\');
    }
    return plain;
}

Result<HashedFile> read_line(std::string_view line) {
    const bool escaped = line.starts_with('\\');
    if (escaped) line.remove_prefix(1);
    std::optional<Line> parts = tagged(line);
    if (!parts) parts = plain(line);
    if (!parts) return rejected("neither \"digits  path\" nor \"SHA256 (path) = digits\"");
    ANCHOR_ASSIGN_OR_RETURN(const Bytes octets, from_hex(parts->digits));
    const auto* const alg = std::ranges::find(kTags, octets.size(), [](const auto& tag) { return digest_size(tag.second); });
    if (alg == kTags.end()) return rejected("a digest of " + std::to_string(octets.size()) + " octets");
    ANCHOR_ASSIGN_OR_RETURN(const Digest digest, Digest::from(alg->second, octets));
    if (!escaped) return HashedFile{std::string(parts->path), digest};
    ANCHOR_ASSIGN_OR_RETURN(std::string path, unescaped(parts->path));
    return HashedFile{std::move(path), digest};
}

}  // namespace

Result<void> ImaTableBuilder::add_checksums(std::string_view text) {
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (line.empty()) continue;
        const auto file = read_line(line);
        if (!file) return file.error().within("line " + std::to_string(number));
        add(file->path, file->digest);
    }
    return {};
}

}  // namespace anchor::measure
