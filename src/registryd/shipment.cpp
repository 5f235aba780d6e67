// SPDX-License-Identifier: Apache-2.0
#include "shipment.h"

#include <algorithm>
#include <map>
#include <optional>

#include <anchor/base/encoding.h>
#include <anchor/base/plain_text.h>
#include <anchor/crypto/certificate.h>

namespace anchor::registryd {
namespace {

constexpr std::size_t kMostDevices = 1'000'000;
constexpr std::size_t kMostColumns = 64;
constexpr std::size_t kLongestNote = 200;
constexpr std::size_t kDigestSize = 32;

struct Place {
    std::size_t line = 1;
    std::size_t column = 1;  ///< in octets
};

struct Field {
    std::string text;
    Place place;
};

Error at(const Place& place, const std::string& why) {
    return rejected("line " + std::to_string(place.line) + ", column " + std::to_string(place.column) + ": " + why);
}

// Records of fields; a field that is quoted may go over several lines (RFC 4180 §2.6).
class Reader {
public:
    explicit Reader(std::string_view text) : rest_(text) {}
    [[nodiscard]] bool done() const noexcept { return rest_.empty(); }
    [[nodiscard]] const Place& place() const noexcept { return place_; }

    Result<std::vector<Field>> record() {
        std::vector<Field> fields;
        while (true) {
            if (fields.size() >= kMostColumns) return at(place_, "more than " + std::to_string(kMostColumns) + " columns");
            const Place begin = place_;
            ANCHOR_ASSIGN_OR_RETURN(std::string text, rest_.starts_with('"') ? quoted() : plain());
            fields.push_back({std::move(text), begin});
            if (rest_.starts_with("\r\n")) skip(1);
            if (!rest_.empty() && rest_.front() != ',' && rest_.front() != '\n') return at(place_, "something stands after a quoted field");
            const bool more = rest_.starts_with(',');
            skip(std::min<std::size_t>(rest_.size(), 1));
            if (!more) return fields;
        }
    }

private:
    Result<std::string> plain() {
        std::string_view field = rest_.substr(0, rest_.find_first_of(",\n"));
        if (field.ends_with('\r') && field.size() < rest_.size()) field.remove_suffix(1);
        const auto quote = field.find('"');
        skip(std::min(quote, field.size()));
        if (quote != std::string_view::npos) return at(place_, "a quote inside of a field that is not quoted");
        return std::string(field);
    }

    Result<std::string> quoted() {
        const Place begin = place_;
        std::string text;
        skip(1);
        while (true) {
            const auto quote = rest_.find('"');
            if (quote == std::string_view::npos) return at(begin, "a quote is not closed");
            text += rest_.substr(0, quote);
            skip(quote + 1);
            if (!rest_.starts_with('"')) return text;
            text += '"';
            skip(1);
        }
    }

    void skip(std::size_t octets) {
        const std::string_view gone = rest_.substr(0, octets);
        const auto newline = gone.rfind('\n');
        place_.line += static_cast<std::size_t>(std::ranges::count(gone, '\n'));
        place_.column = newline == std::string_view::npos ? place_.column + octets : octets - newline;
        rest_.remove_prefix(octets);
    }

    std::string_view rest_;
    Place place_;
};

struct Columns {
    std::vector<std::string> names;
    std::optional<std::size_t> digest;
    std::optional<std::size_t> certificate;
};

Result<Columns> columns_from(const std::vector<Field>& fields) {
    Columns columns;
    for (const Field& field : fields) {
        if (std::ranges::find(columns.names, field.text) != columns.names.end()) {
            return at(field.place, "a second column \"" + plain_text(field.text, 40) + "\"");
        }
        if (field.text == "ek_sha256") columns.digest = columns.names.size();
        if (field.text == "ek_certificate") columns.certificate = columns.names.size();
        columns.names.push_back(field.text);
    }
    if (!columns.digest && !columns.certificate) return at({}, "names neither a column ek_sha256 nor ek_certificate");
    return columns;
}

Result<Bytes> digest_in(const Columns& columns, const std::vector<Field>& fields) {
    if (columns.digest && !fields[*columns.digest].text.empty()) {
        const Field& field = fields[*columns.digest];
        auto digest = from_hex(field.text);
        if (!digest || digest->size() != kDigestSize) return at(field.place, "ek_sha256 is not 64 digits of hex");
        return digest;
    }
    if (!columns.certificate || fields[*columns.certificate].text.empty()) {
        return at(fields.front().place, "has neither ek_sha256 nor ek_certificate");
    }
    const Field& field = fields[*columns.certificate];
    const auto der = from_base64(field.text);
    const auto certificate = der ? crypto::Certificate::from_nv(*der) : Result<crypto::Certificate>(der.error());
    if (!certificate) return at(field.place, "ek_certificate: " + certificate.error().what);
    return to_bytes(certificate->fingerprint().view());
}

std::string note_of(const Columns& columns, const std::vector<Field>& fields) {
    std::string note;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (i == columns.digest || i == columns.certificate || fields[i].text.empty()) continue;
        note += (note.empty() ? "" : ", ") + columns.names[i] + " " + fields[i].text;
    }
    return plain_text(note, kLongestNote);
}

}  // namespace

Result<std::vector<ShippedKey>> shipment_from(std::string_view csv) {
    if (csv.starts_with("\xef\xbb\xbf")) csv.remove_prefix(3);  // spreadsheets begin like that
    Reader reader(csv);
    ANCHOR_ASSIGN_OR_RETURN(const auto names, reader.record());
    ANCHOR_ASSIGN_OR_RETURN(const Columns columns, columns_from(names));
    std::vector<ShippedKey> keys;
    std::map<Bytes, std::size_t> lines;
    while (!reader.done()) {
        const Place begin = reader.place();
        if (keys.size() >= kMostDevices) return at(begin, "more than " + std::to_string(kMostDevices) + " devices");
        ANCHOR_ASSIGN_OR_RETURN(const auto fields, reader.record());
        if (fields.size() == 1 && fields.front().text.empty()) continue;
        if (fields.size() != columns.names.size()) {
            return at(begin, std::to_string(fields.size()) + " fields, expected " + std::to_string(columns.names.size()));
        }
        ANCHOR_ASSIGN_OR_RETURN(Bytes digest, digest_in(columns, fields));
        const auto [known, added] = lines.emplace(digest, begin.line);
        if (!added) return at(begin, "the same key as in line " + std::to_string(known->second));
        keys.push_back({std::move(digest), note_of(columns, fields)});
    }
    return keys;
}

}  // namespace anchor::registryd
