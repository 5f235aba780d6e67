// SPDX-License-Identifier: Apache-2.0
#pragma once

// Tokens to a tree, by recursive descent with bounded depth. Hostile input. Stops at the first mistake.

#include <string_view>

#include <anchor/cel/program.h>

#include "ast.h"
#include "diagnostics.h"
#include "lexer.h"

namespace anchor::cel {

class Parser {
public:
    Parser(std::string_view source, const Environment& environment, CompileOptions options, Tree& tree, Diagnostics& diagnostics);

    /// The whole source as one expression; nullptr after a mistake.
    [[nodiscard]] Node* parse();

private:
    [[nodiscard]] Node* expression();
    [[nodiscard]] Node* conditional();
    [[nodiscard]] Node* logical(TokenKind sign, NodeKind kind);
    [[nodiscard]] Node* binary(int level);
    [[nodiscard]] Node* unary();
    [[nodiscard]] Node* signs(TokenKind sign, std::string_view function);
    [[nodiscard]] Node* member();
    [[nodiscard]] Node* member_access(Node* target);
    [[nodiscard]] Node* index_access(Node* target);
    [[nodiscard]] Node* primary();
    [[nodiscard]] Node* identifier();
    [[nodiscard]] Node* list();
    [[nodiscard]] Node* map();
    [[nodiscard]] Node* number(bool negative);
    [[nodiscard]] Node* text();
    [[nodiscard]] Node* constant(const Value& value);
    [[nodiscard]] bool arguments(std::vector<Node*>& into);
    [[nodiscard]] Node* finish_call(Node* call);

    [[nodiscard]] Node* make(NodeKind kind, std::uint32_t offset);
    [[nodiscard]] Node* call(std::uint32_t offset, std::string_view function, std::vector<Node*> children);
    [[nodiscard]] Node* close(Node* node);

    void advance();
    [[nodiscard]] bool take(TokenKind kind);
    [[nodiscard]] bool expect(TokenKind kind, std::string_view what);
    [[nodiscard]] Node* fail(std::uint32_t offset, std::string message);
    [[nodiscard]] Node* unexpected(std::string_view expected);

    const Environment& environment_;
    CompileOptions options_;
    Tree& tree_;
    Diagnostics& diagnostics_;
    Lexer lexer_;
    Token token_;
    std::size_t depth_ = 0;
};

}  // namespace anchor::cel
