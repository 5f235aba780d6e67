// SPDX-License-Identifier: Apache-2.0
#pragma once

// Source text to tokens. Hostile input: one token at a time, nothing is copied, every complaint has an offset.

#include <cstdint>
#include <string_view>

namespace anchor::cel {

enum class TokenKind : std::uint8_t {
    End,
    Wrong,  ///< not a token; `problem` says why
    Identifier,
    QuotedIdentifier,  ///< `a-b`, without the back quotes
    Int,
    Uint,
    Double,
    String,  ///< with prefix and quotes
    Bytes,
    True,
    False,
    Null,
    In,
    Question,
    Colon,
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    Not,
    Dot,
    Comma,
    LeftBracket,
    RightBracket,
    LeftBrace,
    RightBrace,
    LeftParen,
    RightParen,
};

struct Token {
    TokenKind kind = TokenKind::End;
    std::uint32_t offset = 0;
    std::string_view text;
    std::string_view problem;
};

class Lexer {
public:
    explicit Lexer(std::string_view source) noexcept : source_(source) {}

    [[nodiscard]] Token next() noexcept;

private:
    void skip_blanks() noexcept;
    [[nodiscard]] Token token(TokenKind kind, std::size_t length) noexcept;
    [[nodiscard]] Token wrong(std::size_t length, std::string_view problem) noexcept;
    [[nodiscard]] Token word() noexcept;
    [[nodiscard]] Token number() noexcept;
    [[nodiscard]] Token text(std::size_t prefix, bool raw, bool bytes) noexcept;
    [[nodiscard]] Token quoted_identifier() noexcept;
    [[nodiscard]] Token sign() noexcept;
    [[nodiscard]] char peek(std::size_t ahead) const noexcept { return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0'; }

    std::string_view source_;
    std::size_t at_ = 0;
};

/// A letter or underscore, then letters, digits, underscores: ASCII.
[[nodiscard]] bool is_identifier(std::string_view text) noexcept;
/// Words that the specification keeps for later ("for", "let", …): no variable, but fine as a field.
[[nodiscard]] bool is_reserved(std::string_view word) noexcept;

}  // namespace anchor::cel
