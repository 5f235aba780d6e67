// SPDX-License-Identifier: Apache-2.0
#include <anchor/base/json.h>

#include <algorithm>
#include <iterator>
#include <vector>

#include <nlohmann/json.hpp>

#include <anchor/base/encoding.h>

namespace anchor {
namespace {

// Where the parser stands. Shared by all copies of the iterator, which nlohmann makes freely.
struct Cursor {
    std::string_view text;
    std::size_t offset = 0;
};

class CountingIterator {
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    CountingIterator() = default;
    CountingIterator(Cursor* cursor, std::size_t at) : cursor_(cursor), at_(at) {}
    reference operator*() const { return cursor_->text[at_]; }
    CountingIterator& operator++() {
        cursor_->offset = ++at_;
        return *this;
    }
    CountingIterator operator++(int) {
        CountingIterator before = *this;
        ++*this;
        return before;
    }
    bool operator==(const CountingIterator& other) const { return at_ == other.at_; }
    bool operator!=(const CountingIterator& other) const { return at_ != other.at_; }

private:
    Cursor* cursor_ = nullptr;
    std::size_t at_ = 0;
};

JsonPosition position_at(std::string_view text, std::size_t offset) {
    JsonPosition position{1, 1};
    for (const char c : text.substr(0, offset)) {
        if (c == '\n') {
            ++position.line;
            position.column = 1;
        } else {
            ++position.column;
        }
    }
    return position;
}

std::string pointer_token(std::string_view key) {
    std::string token;
    for (const char c : key) {
        if (c == '~')
            token += "~0";
        else if (c == '/')
            token += "~1";
        else
            token.push_back(c);
    }
    return token;
}

// Builds the document from the parser's events, refusing what nlohmann would let pass.
class StrictBuilder {  // the member names are those that nlohmann::json::sax_parse calls
public:
    using number_integer_t = Json::number_integer_t;
    using number_unsigned_t = Json::number_unsigned_t;
    using number_float_t = Json::number_float_t;
    using string_t = Json::string_t;
    using binary_t = Json::binary_t;

    StrictBuilder(Cursor& cursor, JsonLimits limits, JsonPositions* positions) : cursor_(cursor), limits_(limits), positions_(positions) {}

    bool null() { return put(nullptr, 4); }
    bool boolean(bool value) { return put(value, value ? 4 : 5); }
    bool number_integer(number_integer_t value) { return put(value, 0); }
    bool number_unsigned(number_unsigned_t value) { return put(value, 0); }
    bool number_float(number_float_t value, const string_t&) { return put(value, 0); }
    bool string(string_t& value) { return put(std::move(value), 0); }
    bool binary(binary_t&) { return false; }
    bool start_object(std::size_t) { return open(Json::object()); }
    bool end_object() { return close(); }
    bool start_array(std::size_t) { return open(Json::array()); }
    bool end_array() { return close(); }

    bool key(string_t& name) {
        if (open_.back().value.contains(name)) return fail("duplicate key \"" + name.substr(0, 64) + "\"");
        open_.back().key = name;
        return true;
    }

    bool parse_error(std::size_t, const std::string&, const Json::exception& problem) {
        // "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error …": our own place stands before it
        std::string_view what = problem.what();
        if (const auto colon = what.find(": "); colon != std::string_view::npos) what.remove_prefix(colon + 2);
        return fail(std::string(what));
    }

    Result<Json> finish(bool accepted) && {
        if (accepted) return std::move(document_);
        return rejected(problem_);
    }

private:
    struct Open {
        Json value;
        std::string key;
        std::size_t pointer_size;
    };

    bool fail(std::string problem) {
        const JsonPosition at = position_at(cursor_.text, cursor_.offset == 0 ? 0 : cursor_.offset - 1);
        problem_ = "line " + std::to_string(at.line) + ", column " + std::to_string(at.column) + ": " + std::move(problem);
        return false;
    }

    // The token has been read to its end, and for numbers one octet beyond: search its start backwards.
    std::size_t start_of_token(std::size_t size) const {
        std::size_t end = std::min(cursor_.offset, cursor_.text.size());
        if (size != 0) return end - std::min(size, end);
        if (end > 0 && cursor_.text[end - 1] == '"') {
            for (--end; end > 0; --end) {
                if (cursor_.text[end - 1] != '"') continue;
                std::size_t slashes = 0;
                while (slashes + 1 < end && cursor_.text[end - 2 - slashes] == '\\') ++slashes;
                if (slashes % 2 == 0) return end - 1;
            }
            return 0;
        }
        constexpr std::string_view digits = "+-.0123456789eE";
        if (end > 0 && digits.find(cursor_.text[end - 1]) == std::string_view::npos) --end;
        while (end > 0 && digits.find(cursor_.text[end - 1]) != std::string_view::npos) --end;
        return end;
    }

    void note(std::size_t offset) {
        if (positions_ == nullptr) return;
        // Values come front to back, so the place is counted on from the last one.
        for (; noted_offset_ < offset; ++noted_offset_) {
            if (cursor_.text[noted_offset_] == '\n') {
                ++noted_.line;
                noted_.column = 1;
            } else {
                ++noted_.column;
            }
        }
        positions_->emplace(pointer_, noted_);
    }

    void enter_member() {
        if (open_.empty()) return;
        const Open& parent = open_.back();
        pointer_ += '/';
        pointer_ += parent.value.is_array() ? std::to_string(parent.value.size()) : pointer_token(parent.key);
    }

    void leave_member() {
        if (!open_.empty()) pointer_.resize(open_.back().pointer_size);
    }

    void attach(Json value) {
        if (open_.empty())
            document_ = std::move(value);
        else if (open_.back().value.is_array())
            open_.back().value.push_back(std::move(value));
        else
            open_.back().value[open_.back().key] = std::move(value);
    }

    template <class T>
    bool put(T&& value, std::size_t size) {
        if (positions_ != nullptr) {
            enter_member();
            note(start_of_token(size));
            leave_member();
        }
        attach(Json(std::forward<T>(value)));
        return true;
    }

    bool open(Json value) {
        if (open_.size() >= limits_.depth) return fail("nested deeper than " + std::to_string(limits_.depth) + " levels");
        if (positions_ != nullptr) {
            enter_member();
            note(cursor_.offset - 1);
        }
        open_.push_back({std::move(value), {}, pointer_.size()});
        return true;
    }

    bool close() {
        Json value = std::move(open_.back().value);
        open_.pop_back();
        attach(std::move(value));
        leave_member();
        return true;
    }

    Cursor& cursor_;
    JsonLimits limits_;
    JsonPositions* positions_;
    JsonPosition noted_{1, 1};
    std::size_t noted_offset_ = 0;
    std::string pointer_;
    std::vector<Open> open_;
    Json document_;
    std::string problem_;
};

Result<Json> parse(std::string_view text, JsonLimits limits, JsonPositions* positions) {
    if (text.size() > limits.octets) {
        return rejected("JSON of " + std::to_string(text.size()) + " octets, at most " + std::to_string(limits.octets) + " are accepted");
    }
    Cursor cursor{text, 0};
    StrictBuilder builder(cursor, limits, positions);
    const bool accepted = Json::sax_parse(CountingIterator(&cursor, 0), CountingIterator(&cursor, text.size()), &builder);
    return std::move(builder).finish(accepted);
}

Result<const Json*> member(const Json& object, std::string_view key) {
    if (!object.is_object()) return rejected("expected an object with \"" + std::string(key) + "\"");
    const auto found = object.find(key);
    if (found == object.end()) return rejected("\"" + std::string(key) + "\" is missing");
    return &*found;
}

Error wrong_type(std::string_view key, std::string_view expected, const Json& found) {
    return rejected("\"" + std::string(key) + "\" is " + found.type_name() + ", expected " + std::string(expected));
}

}  // namespace

Result<Json> parse_json(std::string_view text, JsonLimits limits) { return parse(text, limits, nullptr); }

Result<Json> parse_json(std::string_view text, JsonLimits limits, JsonPositions& positions) { return parse(text, limits, &positions); }

std::string canonical_json(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::strict); }

Result<std::string> json_string(const Json& object, std::string_view key) {
    ANCHOR_ASSIGN_OR_RETURN(const Json* value, member(object, key));
    if (!value->is_string()) return wrong_type(key, "a string", *value);
    return value->get<std::string>();
}

Result<std::int64_t> json_integer(const Json& object, std::string_view key) {
    ANCHOR_ASSIGN_OR_RETURN(const Json* value, member(object, key));
    const bool fits = value->is_number_integer() &&
                      (!value->is_number_unsigned() || value->get<std::uint64_t>() <= static_cast<std::uint64_t>(INT64_MAX));
    if (!fits) return wrong_type(key, "a 64-bit integer", *value);
    return value->get<std::int64_t>();
}

Result<std::uint64_t> json_unsigned(const Json& object, std::string_view key) {
    ANCHOR_ASSIGN_OR_RETURN(const Json* value, member(object, key));
    const bool fits = value->is_number_unsigned() || (value->is_number_integer() && value->get<std::int64_t>() >= 0);
    if (!fits) return wrong_type(key, "an integer that is not negative", *value);
    return value->get<std::uint64_t>();
}

Result<bool> json_bool(const Json& object, std::string_view key) {
    ANCHOR_ASSIGN_OR_RETURN(const Json* value, member(object, key));
    if (!value->is_boolean()) return wrong_type(key, "true or false", *value);
    return value->get<bool>();
}

Result<Bytes> json_octets(const Json& object, std::string_view key) {
    ANCHOR_ASSIGN_OR_RETURN(const std::string text, json_string(object, key));
    auto octets = from_base64url(text);
    if (!octets) return std::move(octets).error().within("\"" + std::string(key) + "\"");
    return octets;
}

Result<void> json_only_keys(const Json& object, std::initializer_list<std::string_view> keys) {
    if (!object.is_object()) return rejected("expected an object");
    for (const auto& [key, value] : object.items()) {
        if (std::find(keys.begin(), keys.end(), key) == keys.end()) return rejected("unknown key \"" + key.substr(0, 64) + "\"");
    }
    return {};
}

}  // namespace anchor
