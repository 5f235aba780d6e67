// SPDX-License-Identifier: Apache-2.0
#include "lexer.h"

#include <algorithm>
#include <array>

namespace anchor::cel {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_word_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_word(char c) { return is_word_start(c) || is_digit(c); }

struct Keyword {
    std::string_view word;
    TokenKind kind;
};
constexpr std::array kKeywords{Keyword{"true", TokenKind::True}, Keyword{"false", TokenKind::False}, Keyword{"null", TokenKind::Null},
                               Keyword{"in", TokenKind::In}};

// The longer ones first.
constexpr std::array kSigns{
    Keyword{"||", TokenKind::Or},         Keyword{"&&", TokenKind::And},         Keyword{"==", TokenKind::Equal},
    Keyword{"!=", TokenKind::NotEqual},   Keyword{"<=", TokenKind::LessEqual},   Keyword{">=", TokenKind::GreaterEqual},
    Keyword{"<", TokenKind::Less},        Keyword{">", TokenKind::Greater},      Keyword{"?", TokenKind::Question},
    Keyword{":", TokenKind::Colon},       Keyword{"+", TokenKind::Plus},         Keyword{"-", TokenKind::Minus},
    Keyword{"*", TokenKind::Star},        Keyword{"/", TokenKind::Slash},        Keyword{"%", TokenKind::Percent},
    Keyword{"!", TokenKind::Not},         Keyword{".", TokenKind::Dot},          Keyword{",", TokenKind::Comma},
    Keyword{"[", TokenKind::LeftBracket}, Keyword{"]", TokenKind::RightBracket}, Keyword{"{", TokenKind::LeftBrace},
    Keyword{"}", TokenKind::RightBrace},  Keyword{"(", TokenKind::LeftParen},    Keyword{")", TokenKind::RightParen},
};

constexpr std::array<std::string_view, 17> kReserved{"as",  "break", "const",   "continue",  "else",   "for", "function", "if",   "import",
                                                     "let", "loop",  "package", "namespace", "return", "var", "void",     "while"};

}  // namespace

bool is_identifier(std::string_view text) noexcept {
    return !text.empty() && is_word_start(text[0]) && std::all_of(text.begin(), text.end(), is_word);
}

bool is_reserved(std::string_view word) noexcept { return std::find(kReserved.begin(), kReserved.end(), word) != kReserved.end(); }

Token Lexer::token(TokenKind kind, std::size_t length) noexcept {
    const Token made{kind, static_cast<std::uint32_t>(at_), source_.substr(at_, length), {}};
    at_ += made.text.size();
    return made;
}

Token Lexer::wrong(std::size_t length, std::string_view problem) noexcept {
    Token made = token(TokenKind::Wrong, length);
    made.problem = problem;
    return made;
}

void Lexer::skip_blanks() noexcept {
    while (at_ < source_.size()) {
        const char c = source_[at_];
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
            ++at_;
        } else if (c == '/' && peek(1) == '/') {
            at_ = std::min(source_.find('\n', at_), source_.size());
        } else {
            return;
        }
    }
}

Token Lexer::next() noexcept {
    skip_blanks();
    if (at_ >= source_.size()) return token(TokenKind::End, 0);
    const char c = source_[at_];
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number();
    if (c == '"' || c == '\'') return text(0, false, false);
    if (c == '`') return quoted_identifier();
    if (is_word_start(c)) return word();
    return sign();
}

Token Lexer::sign() noexcept {
    for (const Keyword& one : kSigns) {
        if (source_.substr(at_).starts_with(one.word)) return token(one.kind, one.word.size());
    }
    switch (source_[at_]) {
        case '=': return wrong(1, "'=' is no operator: compare with '=='");
        case '&': return wrong(1, "'&' is no operator: 'and' is written '&&'");
        case '|': return wrong(1, "'|' is no operator: 'or' is written '||'");
        default: return wrong(1, "this character has no meaning here");
    }
}

Token Lexer::word() noexcept {
    // r'', b"" and br'' are texts; r before b is none, by the grammar.
    const bool bytes = peek(0) == 'b' || peek(0) == 'B';
    const char after = peek(bytes ? 1 : 0);
    const bool raw = after == 'r' || after == 'R';
    const std::size_t prefix = (bytes ? 1U : 0U) + (raw ? 1U : 0U);
    if (prefix > 0 && (peek(prefix) == '"' || peek(prefix) == '\'')) return text(prefix, raw, bytes);

    std::size_t length = 1;
    while (is_word(peek(length))) ++length;
    const std::string_view word = source_.substr(at_, length);
    for (const Keyword& keyword : kKeywords) {
        if (keyword.word == word) return token(keyword.kind, length);
    }
    return token(TokenKind::Identifier, length);
}

Token Lexer::number() noexcept {
    std::size_t length = 0;
    TokenKind kind = TokenKind::Int;
    if (peek(0) == '0' && (peek(1) == 'x' || peek(1) == 'X') && is_hex(peek(2))) {
        length = 2;
        while (is_hex(peek(length))) ++length;
    } else {
        while (is_digit(peek(length))) ++length;
        if (peek(length) == '.' && is_digit(peek(length + 1))) {
            kind = TokenKind::Double;
            ++length;
            while (is_digit(peek(length))) ++length;
        }
        if (peek(length) == 'e' || peek(length) == 'E') {
            const std::size_t digits = length + ((peek(length + 1) == '+' || peek(length + 1) == '-') ? 2 : 1);
            if (is_digit(peek(digits))) {
                kind = TokenKind::Double;
                length = digits;
                while (is_digit(peek(length))) ++length;
            }
        }
    }
    if (kind == TokenKind::Int && (peek(length) == 'u' || peek(length) == 'U')) {
        kind = TokenKind::Uint;
        ++length;
    }
    if (is_word(peek(length))) {
        while (is_word(peek(length))) ++length;
        return wrong(length, "this is no number");
    }
    return token(kind, length);
}

Token Lexer::text(std::size_t prefix, bool raw, bool bytes) noexcept {
    const char quote = peek(prefix);
    const bool triple = peek(prefix + 1) == quote && peek(prefix + 2) == quote;
    const std::size_t quotes = triple ? 3 : 1;
    const std::string_view end = source_.substr(at_ + prefix, quotes);
    for (std::size_t i = prefix + quotes; at_ + i < source_.size(); ++i) {
        if (source_.substr(at_ + i).starts_with(end)) return token(bytes ? TokenKind::Bytes : TokenKind::String, i + quotes);
        if (!triple && (peek(i) == '\n' || peek(i) == '\r'))
            return wrong(prefix + 1, "this text does not end on its line (use three quotes)");
        if (!raw && peek(i) == '\\') ++i;
    }
    return wrong(prefix + quotes, "this text does not end");
}

Token Lexer::quoted_identifier() noexcept {
    std::size_t length = 1;
    const auto part = [](char c) { return is_word(c) || c == '.' || c == '-' || c == '/' || c == ' '; };
    while (part(peek(length))) ++length;
    if (peek(length) != '`' || length == 1) return wrong(1, "a quoted field name holds letters, digits, '_', '.', '-', '/' and spaces");
    Token made = token(TokenKind::QuotedIdentifier, length + 1);
    made.text = made.text.substr(1, length - 1);
    return made;
}

}  // namespace anchor::cel
