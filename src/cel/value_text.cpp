// SPDX-License-Identifier: Apache-2.0
#include "value_text.h"

#include <anchor/base/encoding.h>
#include <anchor/cel/value.h>

#include <array>
#include <charconv>
#include <cmath>

#include "ip_address.h"
#include "timestamp.h"
#include "utf8.h"

namespace anchor::cel {
namespace {

// Appends until the text is long enough; the caller cuts.
class Printer {
public:
    explicit Printer(std::size_t enough) : enough_(enough) {}

    void print(const Value& value) {
        if (text_.size() > enough_) return;
        switch (value.kind()) {
            case Kind::Null: text_ += "null"; break;
            case Kind::Bool: text_ += value.as_bool() ? "true" : "false"; break;
            case Kind::Int: text_ += std::to_string(value.as_int()); break;
            case Kind::Uint: text_ += std::to_string(value.as_uint()) + "u"; break;
            case Kind::Double: text_ += literal(value.as_double()); break;
            case Kind::String: text_ += quoted(value.as_string().substr(0, enough_)); break;
            case Kind::Bytes: print_bytes(value.as_bytes()); break;
            case Kind::List: print_list(value); break;
            case Kind::Map: print_map(value); break;
            case Kind::Timestamp: text_ += "timestamp(\"" + to_string(value.as_timestamp()) + "\")"; break;
            case Kind::Duration: text_ += "duration(\"" + duration_text(value.as_duration()) + "\")"; break;
            case Kind::Type: text_ += value.as_type(); break;
            case Kind::Optional: print_optional(value.as_optional()); break;
            case Kind::Ip: text_ += "ip(\"" + to_string(value.as_ip()) + "\")"; break;
            case Kind::Cidr: text_ += "cidr(\"" + to_string(value.as_cidr()) + "\")"; break;
            case Kind::Error: (text_ += "error: ") += value.error_message(); break;
            case Kind::Unknown: text_ += "unknown"; break;
        }
    }

    std::string take() && {
        if (text_.size() <= enough_) return std::move(text_);
        std::size_t end = enough_;
        while (end > 0 && (static_cast<std::uint8_t>(text_[end]) & 0xc0U) == 0x80) --end;
        text_.resize(end);
        return std::move(text_) + "…";
    }

private:
    // A whole double is told from an int.
    static std::string literal(double value) {
        std::string text = double_text(value);
        if (!std::isfinite(value)) return "double(\"" + text + "\")";
        if (text.find_first_of(".e") == std::string::npos) text += ".0";
        return text;
    }

    void print_bytes(ByteView octets) {
        text_ += "b\"";
        for (const std::uint8_t octet : octets.first(std::min(octets.size(), enough_))) {
            text_ += "\\x";
            text_ += to_hex({&octet, 1});
        }
        text_ += "\"";
    }
    void print_list(const Value& value) {
        text_ += "[";
        for (bool first = true; const Value& element : value.as_list()) {
            if (text_.size() > enough_) break;
            if (!std::exchange(first, false)) text_ += ", ";
            print(element);
        }
        text_ += "]";
    }
    void print_map(const Value& value) {
        text_ += "{";
        for (bool first = true; const MapEntry& entry : value.as_map().entries) {
            if (text_.size() > enough_) break;
            if (!std::exchange(first, false)) text_ += ", ";
            print(entry.key);
            text_ += ": ";
            print(entry.value);
        }
        text_ += "}";
    }
    void print_optional(const Value* value) {
        if (value == nullptr) {
            text_ += "optional.none()";
            return;
        }
        text_ += "optional.of(";
        print(*value);
        text_ += ")";
    }

    std::string text_;
    std::size_t enough_;
};

std::string_view escape_of(char32_t c) {
    switch (c) {
        case '\a': return "\\a";
        case '\b': return "\\b";
        case '\f': return "\\f";
        case '\n': return "\\n";
        case '\r': return "\\r";
        case '\t': return "\\t";
        case '\v': return "\\v";
        case '\\': return "\\\\";
        case '"': return "\\\"";
        default: return {};
    }
}

}  // namespace

std::string double_text(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
    std::array<char, 32> room{};
    const auto [end, problem] = std::to_chars(room.data(), room.data() + room.size(), value);
    return {room.data(), end};
}

std::string quoted(std::string_view text) {
    std::string result = "\"";
    for (std::size_t at = 0; at < text.size();) {
        const CodePoint point = decode_at(text, at);
        const std::string_view escape = escape_of(point.value);
        if (escape.empty()) {
            append_utf8(result, point.value);
        } else {
            result += escape;
        }
        at += point.octets;
    }
    return result + "\"";
}

std::string to_string(const Value& value, std::size_t max_octets) {
    Printer printer(max_octets);
    printer.print(value);
    return std::move(printer).take();
}

}  // namespace anchor::cel
