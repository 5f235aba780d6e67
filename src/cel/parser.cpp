// SPDX-License-Identifier: Apache-2.0
#include "parser.h"

#include <array>

#include "literal.h"
#include "macros.h"
#include "names.h"

namespace anchor::cel {
namespace {

struct BinaryOperator {
    TokenKind sign;
    int level;
    std::string_view function;
};
constexpr int kRelation = 0;
constexpr int kSum = 1;
constexpr int kProduct = 2;
constexpr std::array kOperators{
    BinaryOperator{TokenKind::Equal, kRelation, "_==_"},  BinaryOperator{TokenKind::NotEqual, kRelation, "_!=_"},
    BinaryOperator{TokenKind::Less, kRelation, "_<_"},    BinaryOperator{TokenKind::LessEqual, kRelation, "_<=_"},
    BinaryOperator{TokenKind::Greater, kRelation, "_>_"}, BinaryOperator{TokenKind::GreaterEqual, kRelation, "_>=_"},
    BinaryOperator{TokenKind::In, kRelation, "@in"},      BinaryOperator{TokenKind::Plus, kSum, "_+_"},
    BinaryOperator{TokenKind::Minus, kSum, "_-_"},        BinaryOperator{TokenKind::Star, kProduct, "_*_"},
    BinaryOperator{TokenKind::Slash, kProduct, "_/_"},    BinaryOperator{TokenKind::Percent, kProduct, "_%_"},
};

const BinaryOperator* operator_of(TokenKind sign, int level) {
    for (const BinaryOperator& one : kOperators) {
        if (one.sign == sign && one.level == level) return &one;
    }
    return nullptr;
}

// Counts one level of recursion for as long as it lives.
class Descent {
public:
    explicit Descent(std::size_t& depth) : depth_(depth) { ++depth_; }
    ~Descent() { --depth_; }
    Descent(const Descent&) = delete;
    Descent& operator=(const Descent&) = delete;

private:
    std::size_t& depth_;
};

}  // namespace

Parser::Parser(std::string_view source, const Environment& environment, CompileOptions options, Tree& tree, Diagnostics& diagnostics)
    : environment_(environment), options_(options), tree_(tree), diagnostics_(diagnostics), lexer_(source) {}

Node* Parser::parse() {
    advance();
    Node* root = expression();
    if (root == nullptr) return nullptr;
    if (token_.kind != TokenKind::End) return unexpected("an operator or the end of the expression");
    return root;
}

Node* Parser::expression() {
    const Descent descent(depth_);
    if (depth_ > environment_.limits().depth) {
        return fail(token_.offset, "nested deeper than " + std::to_string(environment_.limits().depth) + " levels");
    }
    return conditional();
}

Node* Parser::conditional() {
    Node* condition = logical(TokenKind::Or, NodeKind::Or);
    if (condition == nullptr || token_.kind != TokenKind::Question) return condition;
    Node* node = make(NodeKind::Conditional, token_.offset);
    if (node == nullptr) return nullptr;
    advance();
    Node* when_true = logical(TokenKind::Or, NodeKind::Or);
    if (when_true == nullptr || !expect(TokenKind::Colon, "':' and the other value of '?'")) return nullptr;
    Node* when_false = expression();
    if (when_false == nullptr) return nullptr;
    node->children = {condition, when_true, when_false};
    return close(node);
}

Node* Parser::logical(TokenKind sign, NodeKind kind) {
    const auto operand = [&] { return sign == TokenKind::Or ? logical(TokenKind::And, NodeKind::And) : binary(kRelation); };
    Node* first = operand();
    if (first == nullptr || token_.kind != sign) return first;
    Node* node = make(kind, token_.offset);
    if (node == nullptr) return nullptr;
    node->children.push_back(first);
    while (take(sign)) {
        Node* next = operand();
        if (next == nullptr) return nullptr;
        node->children.push_back(next);
    }
    return close(node);
}

Node* Parser::binary(int level) {
    Node* left = level == kProduct ? unary() : binary(level + 1);
    while (left != nullptr) {
        const BinaryOperator* found = operator_of(token_.kind, level);
        if (found == nullptr) return left;
        const std::uint32_t offset = token_.offset;
        advance();
        Node* right = level == kProduct ? unary() : binary(level + 1);
        if (right == nullptr) return nullptr;
        left = call(offset, found->function, {left, right});
    }
    return nullptr;
}

Node* Parser::unary() {
    if (token_.kind == TokenKind::Not) return signs(TokenKind::Not, "!_");
    if (token_.kind == TokenKind::Minus) return signs(TokenKind::Minus, "-_");
    return member();
}

// "-1" is a literal: only so the smallest int can be written. "--1" is its negation.
Node* Parser::signs(TokenKind sign, std::string_view function) {
    std::vector<std::uint32_t> offsets;
    while (token_.kind == sign) {
        offsets.push_back(token_.offset);
        advance();
        if (offsets.size() > environment_.limits().depth) return fail(token_.offset, "too many signs in a row");
    }
    Node* node = nullptr;
    if (sign == TokenKind::Minus && (token_.kind == TokenKind::Int || token_.kind == TokenKind::Double)) {
        node = number(true);
        if (node != nullptr) node->offset = offsets.back();
        offsets.pop_back();
        while (node != nullptr && (token_.kind == TokenKind::Dot || token_.kind == TokenKind::LeftBracket)) {
            node = token_.kind == TokenKind::Dot ? member_access(node) : index_access(node);
        }
    } else {
        node = member();
    }
    for (; node != nullptr && !offsets.empty(); offsets.pop_back()) node = call(offsets.back(), function, {node});
    return node;
}

Node* Parser::member() {
    Node* node = primary();
    while (node != nullptr) {
        if (token_.kind == TokenKind::Dot) {
            node = member_access(node);
        } else if (token_.kind == TokenKind::LeftBracket) {
            node = index_access(node);
        } else if (token_.kind == TokenKind::LeftBrace && (node->kind == NodeKind::Identifier || node->kind == NodeKind::Select)) {
            return fail(token_.offset, "messages are not part of this language: there is no type that could be made with '{'");
        } else {
            return node;
        }
    }
    return nullptr;
}

Node* Parser::member_access(Node* target) {
    advance();
    const bool optional = token_.kind == TokenKind::Question;
    if (optional) {
        if (!contains(environment_.extensions(), Extension::Optionals)) return fail(token_.offset, "optional values are not enabled");
        advance();
    }
    const Token name = token_;
    if (name.kind != TokenKind::Identifier && name.kind != TokenKind::QuotedIdentifier) return unexpected("a field or function name");
    advance();
    if (token_.kind == TokenKind::LeftParen && !optional && name.kind == TokenKind::Identifier) {
        Node* node = make(NodeKind::Call, name.offset);
        if (node == nullptr) return nullptr;
        node->name = name.text;
        node->target = target;
        node->is_member = true;
        return arguments(node->children) ? finish_call(node) : nullptr;
    }
    Node* node = make(NodeKind::Select, name.offset);
    if (node == nullptr) return nullptr;
    node->name = name.text;
    node->target = target;
    node->is_optional = optional;
    return close(node);
}

Node* Parser::index_access(Node* target) {
    const std::uint32_t offset = token_.offset;
    advance();
    bool optional = false;
    if (token_.kind == TokenKind::Question) {
        if (!contains(environment_.extensions(), Extension::Optionals)) return fail(token_.offset, "optional values are not enabled");
        optional = true;
        advance();
    }
    Node* index = expression();
    if (index == nullptr || !expect(TokenKind::RightBracket, "']'")) return nullptr;
    return call(offset, optional ? "_[?_]" : "_[_]", {target, index});
}

Node* Parser::primary() {
    switch (token_.kind) {
        case TokenKind::Identifier:
        case TokenKind::Dot: return identifier();
        case TokenKind::Int:
        case TokenKind::Uint:
        case TokenKind::Double: return number(false);
        case TokenKind::String:
        case TokenKind::Bytes: return text();
        case TokenKind::True: return constant(Value::boolean(true));
        case TokenKind::False: return constant(Value::boolean(false));
        case TokenKind::Null: return constant(Value::null());
        case TokenKind::LeftBracket: return list();
        case TokenKind::LeftBrace: return map();
        case TokenKind::LeftParen: {
            advance();
            Node* inner = expression();
            return inner != nullptr && expect(TokenKind::RightParen, "')'") ? inner : nullptr;
        }
        default: return unexpected("a value");
    }
}

Node* Parser::identifier() {
    const std::uint32_t offset = token_.offset;
    const bool absolute = take(TokenKind::Dot);
    if (token_.kind != TokenKind::Identifier) return unexpected("a name");
    // A leading dot is kept in the name: it means the name space at the top.
    const std::string_view name = token_.text;
    if (is_reserved(name)) return fail(token_.offset, "'" + std::string(name) + "' is a reserved word");
    advance();
    Node* node = make(token_.kind == TokenKind::LeftParen ? NodeKind::Call : NodeKind::Identifier, offset);
    if (node == nullptr) return nullptr;
    node->name = name;
    if (absolute) {
        const Value dotted = make_string(tree_.constants(), "." + std::string(name));
        if (dotted.is(Kind::Error)) return fail(offset, "the expression is too long");
        node->name = dotted.as_string();
    }
    if (node->kind == NodeKind::Identifier) return close(node);
    return arguments(node->children) ? finish_call(node) : nullptr;
}

bool Parser::arguments(std::vector<Node*>& into) {
    advance();
    if (take(TokenKind::RightParen)) return true;
    do {
        Node* argument = expression();
        if (argument == nullptr) return false;
        into.push_back(argument);
    } while (take(TokenKind::Comma));
    return expect(TokenKind::RightParen, "',' or ')'");
}

Node* Parser::finish_call(Node* node) {
    if (options_.macros) {
        const Expansion expansion = expand_macro(*node, environment_.extensions(), tree_);
        if (!expansion.problem.empty()) return fail(expansion.offset, std::string(expansion.problem));
    }
    return close(node);
}

Node* Parser::list() {
    Node* node = make(NodeKind::List, token_.offset);
    if (node == nullptr) return nullptr;
    advance();
    while (token_.kind != TokenKind::RightBracket) {
        const bool optional = contains(environment_.extensions(), Extension::Optionals) && take(TokenKind::Question);
        Node* element = expression();
        if (element == nullptr) return nullptr;
        element->is_optional_element = optional;
        node->children.push_back(element);
        if (!take(TokenKind::Comma)) break;
    }
    return expect(TokenKind::RightBracket, "',' or ']'") ? close(node) : nullptr;
}

Node* Parser::map() {
    Node* node = make(NodeKind::Map, token_.offset);
    if (node == nullptr) return nullptr;
    advance();
    while (token_.kind != TokenKind::RightBrace) {
        const bool optional = contains(environment_.extensions(), Extension::Optionals) && take(TokenKind::Question);
        Node* key = expression();
        if (key == nullptr || !expect(TokenKind::Colon, "':' and a value for this key")) return nullptr;
        Node* value = expression();
        if (value == nullptr) return nullptr;
        value->is_optional_element = optional;
        node->children.push_back(key);
        node->children.push_back(value);
        if (!take(TokenKind::Comma)) break;
    }
    return expect(TokenKind::RightBrace, "',' or '}'") ? close(node) : nullptr;
}

Node* Parser::number(bool negative) {
    std::int64_t integer = 0;
    std::uint64_t natural = 0;
    double real = 0;
    const std::string_view digits = token_.text;
    if (token_.kind == TokenKind::Int) {
        if (read_int(digits, negative, integer)) return constant(Value::integer(integer));
        return fail(token_.offset, "this number does not fit an int (64 bits)");
    }
    if (token_.kind == TokenKind::Uint) {
        if (read_uint(digits, natural)) return constant(Value::natural(natural));
        return fail(token_.offset, "this number does not fit a uint (64 bits)");
    }
    if (read_double(digits, real)) return constant(Value::real(negative ? -real : real));
    return fail(token_.offset, "this number does not fit a double");
}

Node* Parser::text() {
    std::string content;
    LiteralProblem problem;
    if (!read_text(token_.text, content, problem)) {
        return fail(token_.offset + static_cast<std::uint32_t>(problem.at), std::string(problem.problem));
    }
    const bool bytes = token_.kind == TokenKind::Bytes;
    const Value value = bytes ? make_bytes(tree_.constants(), as_bytes(content)) : make_string(tree_.constants(), content);
    if (value.is(Kind::Error)) return fail(token_.offset, "the literals of this expression are too long");
    return constant(value);
}

Node* Parser::constant(const Value& value) {
    Node* node = make(NodeKind::Constant, token_.offset);
    if (node == nullptr) return nullptr;
    node->constant = value;
    advance();
    return close(node);
}

Node* Parser::make(NodeKind kind, std::uint32_t offset) {
    Node* node = tree_.make(kind, offset);
    if (node == nullptr) return fail(offset, "longer than " + std::to_string(environment_.limits().nodes) + " elements");
    return node;
}

Node* Parser::call(std::uint32_t offset, std::string_view function, std::vector<Node*> children) {
    Node* node = make(NodeKind::Call, offset);
    if (node == nullptr) return nullptr;
    node->name = function;
    node->children = std::move(children);
    return close(node);
}

Node* Parser::close(Node* node) {
    if (tree_.close(*node)) return node;
    return fail(node->offset, "nested deeper than " + std::to_string(environment_.limits().depth) + " levels");
}

void Parser::advance() { token_ = lexer_.next(); }

bool Parser::take(TokenKind kind) {
    if (token_.kind != kind) return false;
    advance();
    return true;
}

bool Parser::expect(TokenKind kind, std::string_view what) {
    if (take(kind)) return true;
    static_cast<void>(unexpected(what));
    return false;
}

Node* Parser::fail(std::uint32_t offset, std::string message) {
    if (diagnostics_.empty()) diagnostics_.add(offset, std::move(message));
    return nullptr;
}

Node* Parser::unexpected(std::string_view expected) {
    if (token_.kind == TokenKind::Wrong) return fail(token_.offset, std::string(token_.problem));
    const std::string found = token_.kind == TokenKind::End ? "the end of the expression" : "'" + shortened(token_.text) + "'";
    return fail(token_.offset, "expected " + std::string(expected) + ", found " + found);
}

}  // namespace anchor::cel
