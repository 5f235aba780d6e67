// SPDX-License-Identifier: Apache-2.0
#include "fields.h"

#include <algorithm>

namespace anchor::policy {
namespace {

constexpr std::size_t kLongestName = 64;
constexpr std::size_t kShownOctets = 48;

bool is_lower_or_digit(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

}  // namespace

// The reader of JSON says "line L, column C: what".
Mistake mistake_from(const Error& error) {
    Mistake mistake{1, 1, error.what};
    unsigned line = 0;
    unsigned column = 0;
    int used = 0;
    if (std::sscanf(error.what.c_str(), "line %u, column %u: %n", &line, &column, &used) == 2 && used > 0)
        mistake = {line, column, error.what.substr(static_cast<std::size_t>(used))};
    return mistake;
}

void Mistakes::add_at(JsonPosition place, std::string message) {
    if (!full()) found_.push_back({place.line, place.column, std::move(message)});
}

std::vector<Mistake> Mistakes::sorted() && {
    std::ranges::stable_sort(found_,
                             [](const Mistake& a, const Mistake& b) { return std::pair(a.line, a.column) < std::pair(b.line, b.column); });
    return std::move(found_);
}

bool is_name(std::string_view text, NameForm form) noexcept {
    if (text.empty() || text.size() > kLongestName || !is_lower_or_digit(text.front()) || !is_lower_or_digit(text.back())) return false;
    return std::ranges::all_of(
        text, [form](char c) { return is_lower_or_digit(c) || c == '-' || (form == NameForm::Dotted && (c == '.' || c == '_')); });
}

std::string in_quotes(std::string_view text) {
    std::string out = "\"";
    for (const char c : text.substr(0, kShownOctets)) {
        out.push_back(static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7e ? '?' : c);
    }
    return out + (text.size() > kShownOctets ? "…\"" : "\"");
}

Fields::Fields(const Json& object, std::string pointer, Mistakes& mistakes)
    : object_(object), pointer_(std::move(pointer)), mistakes_(mistakes) {
    if (!object_.is_object()) mistakes_.add(pointer_, "must be an object");
}

const Json* Fields::member(std::string_view key) const {
    if (!object_.is_object()) return nullptr;
    const auto found = object_.find(key);
    return found == object_.end() ? nullptr : &*found;
}

void Fields::only(std::initializer_list<std::string_view> keys) {
    if (!object_.is_object()) return;
    for (const auto& [key, value] : object_.items()) {
        if (std::ranges::find(keys, std::string_view(key)) != keys.end()) continue;
        std::string known;
        for (const std::string_view each : keys) known += (known.empty() ? "" : ", ") + std::string(each);
        wrong(key, "unknown key " + in_quotes(key) + " (known: " + known + ")");
    }
}

const Json* Fields::required(std::string_view key) {
    const Json* value = member(key);
    if (value == nullptr && object_.is_object()) mistakes_.add(pointer_, in_quotes(key) + " is missing");
    return value;
}

std::optional<std::string> Fields::text(std::string_view key, std::size_t at_most) {
    const Json* value = member(key);
    if (value == nullptr) return std::nullopt;
    if (!value->is_string()) {
        wrong(key, in_quotes(key) + " must be a text");
        return std::nullopt;
    }
    const auto& written = value->get_ref<const std::string&>();
    if (written.empty()) wrong(key, in_quotes(key) + " must not be empty");
    if (written.size() > at_most) {
        wrong(key,
              in_quotes(key) + " has " + std::to_string(written.size()) + " octets, at most " + std::to_string(at_most) + " are accepted");
        return std::nullopt;
    }
    return written;
}

std::optional<std::string> Fields::name(std::string_view key, NameForm form) {
    auto written = text(key, 1024);
    if (written && !written->empty() && !is_name(*written, form)) {
        wrong(key, in_quotes(*written) + " is no name: lower-case letters, digits and \"-\"" +
                       (form == NameForm::Dotted ? ", \".\" and \"_\"" : "") + " inside, at most 64");
        return std::nullopt;
    }
    return written;
}

std::optional<std::int64_t> Fields::integer(std::string_view key, std::int64_t least, std::int64_t most) {
    const Json* value = member(key);
    if (value == nullptr) return std::nullopt;
    const bool fits =
        value->is_number_integer() && !(value->is_number_unsigned() && value->get<std::uint64_t>() > std::uint64_t{INT64_MAX});
    if (!fits || value->get<std::int64_t>() < least || value->get<std::int64_t>() > most) {
        wrong(key, in_quotes(key) + " must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
        return std::nullopt;
    }
    return value->get<std::int64_t>();
}

std::optional<Milliseconds> Fields::duration(std::string_view key, Milliseconds most) {
    const auto written = text(key, 64);
    if (!written) return std::nullopt;
    auto value = parse_duration(*written);
    if (!value) {
        wrong(key, value.error().what);
        return std::nullopt;
    }
    if (*value > most) {
        wrong(key, in_quotes(key) + " must not be longer than " + to_text(most));
        return std::nullopt;
    }
    return *value;
}

std::optional<WallTime> Fields::time(std::string_view key) {
    const auto written = text(key, 64);
    if (!written) return std::nullopt;
    auto value = from_rfc3339(*written);
    if (!value) {
        wrong(key, value.error().what);
        return std::nullopt;
    }
    return *value;
}

std::vector<std::string> Fields::texts(std::string_view key, std::size_t at_most, std::size_t longest) {
    std::vector<std::string> out;
    const Json* value = member(key);
    if (value == nullptr) return out;
    if (!value->is_array() || value->size() > at_most) {
        wrong(key, in_quotes(key) + " must be a list of at most " + std::to_string(at_most) + " texts");
        return out;
    }
    for (std::size_t i = 0; i < value->size(); ++i) {
        const Json& each = (*value)[i];
        if (each.is_string() && !each.get_ref<const std::string&>().empty() && each.get_ref<const std::string&>().size() <= longest)
            out.push_back(each.get<std::string>());
        else
            mistakes_.add(element_pointer(pointer(key), i), "must be a text of 1 to " + std::to_string(longest) + " octets");
    }
    return out;
}

}  // namespace anchor::policy
