// SPDX-License-Identifier: Apache-2.0

// The tree in YAML, in the lay-out of tpm2_eventlog: lists stand below their key without indentation.

#include <algorithm>

#include "boot_text.h"
#include "event_log_tree.h"

namespace anchor::measure {
namespace {

bool is_safe(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.' || c == ' ';
}

// What a reader takes for the same text: letters, digits and spaces between them.
bool is_plain(std::string_view text) {
    const auto is_inner = [](char c) { return is_safe(c) && c != ' ' && c != '-' && c != '.'; };
    return !text.empty() && is_inner(text.front()) && text.back() != ' ' && std::ranges::all_of(text, is_safe);
}

bool is_printable_line(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x7F; });
}

/// YAML 1.2 §5.7; the names that tpm2_eventlog uses.
std::string_view named_escape(char c) {
    switch (c) {
        case '\0': return "\\0";
        case '\a': return "\\a";
        case '\b': return "\\b";
        case '\v': return "\\v";
        case '\f': return "\\f";
        case '\n': return "\\n";
        case '\r': return "\\r";
        case '\x1b': return "\\e";
        case '\\': return "\\\\";
        case '"': return "\\\"";
        default: return {};
    }
}

// C0 and C1 controls, which a terminal would obey; leading blanks, which the reader would fold.
void append_escaped(std::string& to, std::string_view line) {
    bool leading = true;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        const auto octet = static_cast<unsigned char>(c);
        const bool c1_control = octet == 0xC2 && i + 1 < line.size() && static_cast<unsigned char>(line[i + 1]) < 0xA0;
        if (const std::string_view escape = named_escape(c); !escape.empty()) {
            to += escape;
        } else if (leading && c == ' ') {
            to += "\\x20";
        } else if (leading && c == '\t') {
            to += "\\t";
        } else if (c1_control) {
            to += "\\x" + hex_number(static_cast<unsigned char>(line[++i])).substr(2);
        } else if ((octet < 0x20 && c != '\t') || octet == 0x7F) {
            to += "\\x" + hex_number(0x100U + octet).substr(3);
        } else {
            to += c;
        }
        leading = leading && (c == ' ' || c == '\t');
    }
}

class YamlPrinter {
public:
    void key(std::string_view name, const Tree& value, std::size_t indent) {
        const bool number = std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; });
        out_ += name;
        if (number && name.size() < 3) out_.append(3 - name.size(), ' ');  // registers stand in columns
        out_ += ':';
        std::visit([&](const auto& node) { print(node, indent); }, value.node);
    }

    void item(const TreeMap& map) {
        out_ += "- ";
        members(map, 2);
    }

    void text(std::string_view literal) { out_ += literal; }
    [[nodiscard]] std::string take() && { return std::move(out_); }

private:
    void members(const TreeMap& map, std::size_t indent) {
        bool first = true;
        for (const auto& [name, value] : map) {
            if (!first) out_.append(indent, ' ');
            first = false;
            key(name, value, indent);
        }
    }

    void print(const TreeNothing&, std::size_t) { out_ += '\n'; }
    void print(const TreeNumber& number, std::size_t) {
        out_ += ' ' + (number.hexadecimal ? hex_number(number.value) : std::to_string(number.value)) + '\n';
    }
    void print(const TreeMap& map, std::size_t indent) {
        out_ += '\n';
        out_.append(map.empty() ? 0 : indent + 2, ' ');
        members(map, indent + 2);
    }
    void print(const TreeList& list, std::size_t indent) {
        out_ += '\n';
        for (const Tree& element : list) {
            out_.append(indent, ' ');
            out_ += "-";
            if (const auto* map = std::get_if<TreeMap>(&element.node)) {
                out_ += ' ';
                members(*map, indent + 2);
            } else if (const auto* text = std::get_if<TreeText>(&element.node)) {
                print(*text, indent);
            }
        }
    }
    void print(const TreeText& text, std::size_t indent) {
        switch (text.form) {
            case TextForm::Plain:
                if (!is_plain(text.text)) return quoted(text.text, indent, false);
                out_ += ' ' + text.text + '\n';
                return;
            case TextForm::SingleQuoted:
                if (!is_printable_line(text.text) || text.text.find('\'') != std::string::npos) return quoted(text.text, indent, false);
                out_ += " '" + text.text + "'\n";
                return;
            case TextForm::Block:
                if (!is_printable_line(text.text) || text.text.starts_with(' ')) return quoted(text.text, indent, false);
                out_ += " |-\n";
                out_.append(indent + 2, ' ');
                out_ += text.text + '\n';
                return;
            case TextForm::DoubleQuoted: return quoted(text.text, indent, false);
            case TextForm::Lines: return quoted(text.text, indent, true);
        }
    }

    void quoted(std::string_view text, std::size_t indent, bool split) {
        out_ += " \"";
        while (!text.empty()) {
            const std::size_t newline = split ? text.find('\n') : std::string_view::npos;
            const std::string_view line = text.substr(0, newline == std::string_view::npos ? text.size() : newline + 1);
            append_escaped(out_, line);
            text.remove_prefix(line.size());
            if (text.empty()) break;
            out_ += "\\\n";
            out_.append(indent + 2, ' ');
        }
        out_ += "\"\n";
    }

    std::string out_;
};

}  // namespace

std::string render_event_log_yaml(const EventLog& log, const EventLogStyle& style) {
    YamlPrinter printer;
    printer.text("---\nversion: " + std::to_string(style.version) + "\nevents:\n");
    for (const BootEvent& event : log.events()) printer.item(std::get<TreeMap>(event_tree(log, event, style).node));
    printer.key("pcrs", pcr_tree(replay(log).values), 0);
    if (log.problem()) printer.key("problem", Tree::text(log.problem()->what, TextForm::DoubleQuoted), 0);
    return std::move(printer).take();
}

}  // namespace anchor::measure
