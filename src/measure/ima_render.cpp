// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/ima_render.h>

#include <nlohmann/json.hpp>

#include <anchor/base/encoding.h>
#include <anchor/base/json.h>

#include "ima_fields.h"
#include "ima_text.h"

namespace anchor::measure {
namespace {

constexpr std::size_t kNumberWidth = 8;
constexpr std::size_t kKindWidth = 20;
constexpr std::size_t kDigestWidth = 24;

void pad(std::string& to, std::size_t from, std::size_t width) {
    const std::size_t used = to.size() - from;
    to.append(used < width ? width - used : 1, ' ');
}

void cell(std::string& to, std::string_view text, std::size_t width) {
    const std::size_t from = to.size();
    append_printable(to, text);
    pad(to, from, width);
}

std::string printable(std::string_view text) {
    std::string plain;
    append_printable(plain, text);
    return plain;
}

std::string digest_text(const ImaDigest& digest) {
    std::string text;
    if (!digest.type.empty()) text.append(digest.type).append(":");
    return printable(text.append(digest.algorithm).append(":").append(to_hex(digest.octets)));
}

std::string_view kind_text(const ImaEntry& entry) noexcept { return entry.violation() ? "violation" : to_string(entry.kind()); }

// The fields that path and digest don't tell.
void add_field(Json& object, const ImaEntry& entry, ImaField field) {
    switch (field) {
        case ImaField::D:
        case ImaField::DNg:
        case ImaField::DNgV2:
        case ImaField::N:
        case ImaField::NNg: return;
        case ImaField::InodeUid:
        case ImaField::InodeGid:
        case ImaField::InodeMode:
            if (const auto number = entry.number_of(field)) object[std::string(to_string(field))] = *number;
            return;
        case ImaField::XattrNames:
        case ImaField::DModsig: break;
        default: object[std::string(to_string(field))] = to_hex(entry.field(field)); return;
    }
    for (std::size_t i = 0; i < entry.layout->count; ++i) {
        if (entry.layout->fields[i] != field) continue;
        std::string text;
        print_ima_field(text, entry, i);
        object[std::string(to_string(field))] = printable(text);
    }
}

}  // namespace

void append_ima_ascii(std::string& to, const ImaEntry& entry) {
    if (entry.pcr < 10) to.push_back(' ');
    to.append(std::to_string(entry.pcr)).append(" ").append(to_hex(entry.template_digest)).append(" ");
    append_printable(to, entry.template_name);
    for (std::size_t i = 0; entry.layout != nullptr && i < entry.layout->count; ++i) {
        to.push_back(' ');
        std::string text;
        print_ima_field(text, entry, i);
        append_printable(to, text);
    }
    to.push_back('\n');
}

void append_ima_json(std::string& to, const ImaEntry& entry) {
    Json object{{"number", entry.number},
                {"offset", entry.offset},
                {"pcr", entry.pcr},
                {"template", printable(entry.template_name)},
                {"template_digest", to_hex(entry.template_digest)},
                {"kind", to_string(entry.kind())},
                {"violation", entry.violation()}};
    if (entry.layout == nullptr) {
        object["template_data"] = to_hex(entry.template_data);
    } else {
        object["path"] = printable(entry.path);
        object["digest"] = digest_text(entry.digest);
        for (std::size_t i = 0; i < entry.layout->count; ++i) add_field(object, entry, entry.layout->fields[i]);
    }
    to.append(canonical_json(object)).append("\n");
}

void append_ima_table_head(std::string& to) {
    cell(to, "entry", kNumberWidth);
    cell(to, "PCR", 4);
    cell(to, "kind", kKindWidth);
    cell(to, "digest", kDigestWidth);
    to.append("path\n");
}

void append_ima_table_row(std::string& to, const ImaEntry& entry) {
    cell(to, std::to_string(entry.number), kNumberWidth);
    cell(to, std::to_string(entry.pcr), 4);
    cell(to, kind_text(entry), kKindWidth);
    cell(to, digest_text(entry.digest).substr(0, kDigestWidth - 1), kDigestWidth);
    append_printable(to, entry.layout != nullptr ? entry.path : entry.template_name);
    to.push_back('\n');
}

}  // namespace anchor::measure
