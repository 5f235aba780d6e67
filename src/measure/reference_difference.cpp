// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/reference_difference.h>

#include <algorithm>
#include <set>

#include "event_log_line.h"

namespace anchor::measure {
namespace {

constexpr std::size_t kLongest = 200;

struct Lines {
    std::vector<std::string> texts;

    void gone(const std::string& where, const std::string& what) { texts.push_back(where + ": no longer accepted: " + what); }
    void added(const std::string& where, const std::string& what) { texts.push_back(where + ": newly accepted: " + what); }
    void changed(const std::string& where, const std::string& from, const std::string& to) {
        texts.push_back(where + ": was " + from + ", becomes " + to);
    }
};

std::string text_of(const Digest& digest) { return digest.text(); }
std::string text_of(const ReferenceEvent& event) {
    const std::string words = event.what.empty() ? event.type : event.type + " \"" + event.what + "\"";
    return one_line((words.empty() ? "" : words + " ") + event.digest.text(), kLongest);
}
std::string text_of(const ReferenceImage& image) {
    return one_line(image.digest.text() + (image.name.empty() ? "" : " " + image.name), kLongest);
}
std::string text_of(const ImaSigner& signer) {
    const std::string name = signer.name.empty() ? "" : " " + signer.name;
    return one_line("key " + ima_key_id_text(signer.id) + (signer.sha1 ? ", over SHA-1 too," : "") + name, kLongest);
}

bool same(const Digest& a, const Digest& b) { return a == b; }
bool same(const ReferenceEvent& a, const ReferenceEvent& b) { return a.digest == b.digest; }
bool same(const ReferenceImage& a, const ReferenceImage& b) { return a.digest == b.digest; }
bool same(const ImaSigner& a, const ImaSigner& b) { return a.id == b.id && a.key == b.key && a.sha1 == b.sha1; }

/// Lists whose order does not count.
template <class T>
void compare_sets(const std::string& where, const std::vector<T>& before, const std::vector<T>& after, Lines& lines) {
    const auto in = [](const std::vector<T>& list, const T& wanted) {
        return std::ranges::any_of(list, [&](const T& one) { return same(one, wanted); });
    };
    for (const T& one : before) {
        if (!in(after, one)) lines.gone(where, text_of(one));
    }
    for (const T& one : after) {
        if (!in(before, one)) lines.added(where, text_of(one));
    }
}

/// Lists whose order counts: what both begin and end with is the same, what lies between differs.
void compare_sequences(const std::string& where, std::span<const ReferenceEvent> before, std::span<const ReferenceEvent> after,
                       Lines& lines) {
    std::size_t number = 0;
    for (; !before.empty() && !after.empty() && same(before.front(), after.front()); ++number) {
        before = before.subspan(1);
        after = after.subspan(1);
    }
    while (!before.empty() && !after.empty() && same(before.back(), after.back())) {
        before = before.first(before.size() - 1);
        after = after.first(after.size() - 1);
    }
    for (std::size_t i = 0; i < std::max(before.size(), after.size()); ++i) {
        const std::string place = where + " event " + std::to_string(number + i + 1);
        if (i >= after.size()) {
            lines.gone(place, text_of(before[i]));
        } else if (i >= before.size()) {
            lines.added(place, text_of(after[i]));
        } else if (!same(before[i], after[i])) {
            lines.changed(place, text_of(before[i]), text_of(after[i]));
        }
    }
}

/// A register that one of them does not speak of is not judged by it.
template <class T, class Compare>
void compare_registers(const std::map<unsigned, std::vector<T>>& before, const std::map<unsigned, std::vector<T>>& after,
                       std::string_view what, Lines& lines, Compare compare) {
    std::set<unsigned> registers;
    for (const auto& [index, list] : before) registers.insert(index);
    for (const auto& [index, list] : after) registers.insert(index);
    for (const unsigned index : registers) {
        const std::string where = "PCR " + std::to_string(index);
        const auto from = before.find(index);
        const auto to = after.find(index);
        if (to == after.end()) {
            lines.texts.push_back(where + ": its " + std::string(what) + " no longer judged");
        } else if (from == before.end()) {
            lines.texts.push_back(where + ": its " + std::string(what) + " newly judged");
        } else {
            compare(where, from->second, to->second, lines);
        }
    }
}

std::string text_of(const std::optional<ImaTableName>& table) {
    return table ? table->sha256.text() + " of " + std::to_string(table->size) + " octets" : "none";
}

std::string version_text(const std::string& version) { return version.empty() ? "any version" : one_line(version, kLongest) + " or newer"; }

}  // namespace

std::vector<std::string> reference_differences(const ReferenceValues& before, const ReferenceValues& after) {
    Lines lines;
    compare_registers(before.boot.pcrs, after.boot.pcrs, "value is", lines, compare_sets<Digest>);
    compare_registers(before.boot.events, after.boot.events, "events are", lines, compare_sequences);
    compare_sets("images", before.boot.images, after.boot.images, lines);
    if (before.boot.min_firmware != after.boot.min_firmware) {
        lines.changed("firmware", version_text(before.boot.min_firmware), version_text(after.boot.min_firmware));
    }
    if (before.ima.table != after.ima.table) {
        lines.changed("table of file digests", text_of(before.ima.table), text_of(after.ima.table));
    }
    compare_sets("signers of files", before.ima.signers, after.ima.signers, lines);
    return std::move(lines.texts);
}

}  // namespace anchor::measure
