// SPDX-License-Identifier: Apache-2.0
#include "compiler.h"

#include <algorithm>
#include <array>

#include "membership.h"
#include "names.h"
#include "questions.h"

namespace anchor::cel {
namespace {

constexpr std::uint64_t kAssumedElements = 64;
constexpr std::uint64_t kMostCost = std::uint64_t{1} << 48U;  // nesting multiplies: stop before it overflows
constexpr std::size_t kMostPatterns = 64;

// The instructions of a relation stand together: Word, Real, Text, Any, and the same four for a fixed operand.
constexpr unsigned kReal = 1;
constexpr unsigned kText = 2;
constexpr unsigned kAny = 3;
constexpr unsigned kFixed = 4;
static_assert(static_cast<unsigned>(Op::EqualWordFixed) - static_cast<unsigned>(Op::EqualWord) == kFixed);
static_assert(static_cast<unsigned>(Op::NotEqualWord) - static_cast<unsigned>(Op::EqualWord) == 2 * kFixed);

struct Operands {
    unsigned form = kAny;
    Kind kind = Kind::Null;
};

Operands operands_of(const Type& a, const Type& b, Relation relation) {
    if (a.kind() != b.kind()) return {};
    const bool is_equality = relation == Relation::Equal || relation == Relation::NotEqual;
    switch (a.kind()) {
        case TypeKind::Int: return {0, Kind::Int};
        case TypeKind::Duration: return {0, Kind::Duration};
        case TypeKind::Bool: return is_equality ? Operands{0, Kind::Bool} : Operands{};
        case TypeKind::Double: return {kReal, Kind::Double};
        case TypeKind::String: return {kText, Kind::String};
        default: return {};
    }
}

Op relation_op(Relation relation, unsigned form) { return static_cast<Op>(static_cast<unsigned>(relation) * 2 * kFixed + form); }

bool is_small_slot(const Node& node) {
    return node.kind == NodeKind::Identifier && node.meaning == Meaning::Variable && node.slot <= UINT16_MAX;
}

}  // namespace

Compiler::Compiler(const Environment& environment, CompileOptions options, const Checker& checker, Diagnostics& diagnostics)
    : environment_(environment),
      options_(options),
      checker_(checker),
      diagnostics_(diagnostics),
      code_(std::make_shared<Code>(environment.limits().memory)) {}

Program Compiler::compile(const Node& root) {
    emit(root);
    add(Op::Return, 0);
    Code& code = *code_;
    if (options_.shortcuts && diagnostics_.empty()) code.questions = QuestionWriter(checker_, code).write(root);
    std::sort(code.slots.begin(), code.slots.end());
    code.slots.erase(std::unique(code.slots.begin(), code.slots.end()), code.slots.end());
    code.slot_count = code.slots.empty() ? 0 : code.slots.back() + 1;
    code.stack = code.locals + static_cast<std::uint32_t>(deepest_) + 1;
    code.result_type = checker_.type_of(root);
    code.estimated_cost = cost(root);
    code.instructions.shrink_to_fit();
    code.constants.shrink_to_fit();
    code.functions.shrink_to_fit();
    code.slots.shrink_to_fit();
    return Program(std::move(code_));
}

std::uint32_t Compiler::add(Op op, int effect, std::uint8_t a, std::uint16_t b, std::uint32_t c) {
    depth_ = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(depth_) + effect);
    deepest_ = std::max(deepest_, depth_);
    code_->instructions.push_back({op, a, b, c});
    return here() - 1;
}

std::uint32_t Compiler::constant(const Value& value) {
    code_->constants.push_back(copy(code_->memory, value));
    if (code_->constants.back().kind() != value.kind()) diagnostics_.add(0, "the constants of this expression take too much memory");
    return static_cast<std::uint32_t>(code_->constants.size() - 1);
}

std::uint32_t Compiler::function(NativeFunction body) {
    auto& functions = code_->functions;
    const auto found = std::find(functions.begin(), functions.end(), body);
    if (found != functions.end()) return static_cast<std::uint32_t>(found - functions.begin());
    functions.push_back(body);
    return static_cast<std::uint32_t>(functions.size() - 1);
}

// Locals are not used twice: an expression has few of them.
std::uint16_t Compiler::take_locals(std::size_t count) {
    const std::size_t first = code_->locals;
    code_->locals += static_cast<std::uint32_t>(count);
    if (code_->locals > UINT16_MAX) diagnostics_.add(0, "the expression has too many macros");
    return static_cast<std::uint16_t>(first);
}

void Compiler::emit(const Node& node) {
    switch (node.kind) {
        case NodeKind::Constant: add(Op::LoadConstant, 1, 0, 0, constant(node.constant)); break;
        case NodeKind::Identifier: emit_identifier(node); break;
        case NodeKind::Select: emit_select(node); break;
        case NodeKind::Call: emit_call(node); break;
        case NodeKind::And:
        case NodeKind::Or: emit_logical(node); break;
        case NodeKind::Conditional: emit_conditional(node); break;
        case NodeKind::List:
        case NodeKind::Map: emit_list(node); break;
        case NodeKind::Bind: emit_bind(node); break;
        case NodeKind::OptionalMap: emit_optional_map(node); break;
        case NodeKind::Comprehension: emit_comprehension(node); break;
    }
    // Elements of literals and their marks belong together.
    if (node.is_optional_element) add(Op::MarkOptional, 0);
}

void Compiler::emit_failure(ErrorCode code, const std::string& message) {
    add(Op::LoadConstant, 1, 0, 0, constant(Value::error(code, message)));
}

void Compiler::emit_identifier(const Node& node) {
    if (node.meaning == Meaning::Variable) {
        code_->slots.push_back(node.slot);
        add(Op::LoadSlot, 1, 0, 0, node.slot);
    } else if (node.meaning == Meaning::Local) {
        add(Op::LoadLocal, 1, 0, variables_[node.slot]);
    } else {
        emit_failure(ErrorCode::NoSuchName, "undeclared name '" + shortened(node.name) + "'");
    }
}

void Compiler::emit_select(const Node& node) {
    emit(*node.target);
    const Op op = node.is_test ? Op::HasField : (node.is_optional ? Op::OptionalSelect : Op::Select);
    add(op, 0, 0, 0, constant(Value::string(node.name)));
}

void Compiler::emit_call(const Node& node) {
    if (node.body == nullptr) {
        emit_failure(ErrorCode::NoSuchOverload, "no such overload: '" + shortened(node.name) + "' is no function for these arguments");
        return;
    }
    if (emit_relation(node) || emit_membership(node) || emit_matches(node) || emit_alternative(node)) return;
    emit_function(node);
}

void Compiler::emit_function(const Node& node) {
    if (node.target != nullptr) emit(*node.target);
    for (const Node* child : node.children) emit(*child);
    const std::size_t arguments = node.children.size() + (node.target != nullptr ? 1 : 0);
    const int effect = 1 - static_cast<int>(arguments);
    if (node.name == "!_") {
        add(Op::Not, 0);
    } else if (node.name == "_[_]" || node.name == "_[?_]") {
        add(node.name == "_[_]" ? Op::Index : Op::OptionalIndex, -1);
    } else if (node.name == "_+_" || node.name == "_-_" || node.name == "_*_") {
        add(node.name == "_+_" ? Op::Add : (node.name == "_-_" ? Op::Subtract : Op::Multiply), -1, 0, 0, function(node.body));
    } else {
        add(Op::Call, effect, static_cast<std::uint8_t>(arguments), 0, function(node.body));
    }
}

bool Compiler::emit_relation(const Node& node) {
    const RelationName* relation = relation_of(node.name);
    if (relation == nullptr || node.children.size() != 2) return false;
    const Node& left = *node.children[0];
    const Node& right = *node.children[1];
    if (emit_fixed_relation(left, right, relation->relation) || emit_fixed_relation(right, left, relation->mirrored)) return true;
    emit(left);
    emit(right);
    const Operands operands = operands_of(checker_.type_of(left), checker_.type_of(right), relation->relation);
    add(relation_op(relation->relation, operands.form), -1, static_cast<std::uint8_t>(operands.kind));
    return true;
}

bool Compiler::emit_fixed_relation(const Node& variable, const Node& fixed, Relation relation) {
    if (!is_small_slot(variable) || fixed.kind != NodeKind::Constant) return false;
    const Operands operands = operands_of(checker_.type_of(variable), checker_.type_of(fixed), relation);
    code_->slots.push_back(variable.slot);
    add(relation_op(relation, kFixed + operands.form), 1, static_cast<std::uint8_t>(operands.kind),
        static_cast<std::uint16_t>(variable.slot), constant(fixed.constant));
    return true;
}

bool Compiler::emit_membership(const Node& node) {
    if (node.name != "@in") return false;
    const Node& range = *node.children[1];
    if (range.kind != NodeKind::Constant || !range.constant.is(Kind::List)) return false;
    const auto list = range.constant.as_list();
    const Kind kind = uniform_kind(list);
    emit(*node.children[0]);
    const std::uint32_t first = constant(range.constant);
    const Value set = kind != Kind::Null && list.size() >= kSetFrom ? as_set(code_->memory, list) : Value::null();
    if (set.is(Kind::Map)) code_->constants.push_back(set);
    add(set.is(Kind::Map) ? Op::InConstantSet : Op::InConstant, 0, static_cast<std::uint8_t>(kind), 0, first);
    return true;
}

// A literal pattern is compiled once.
bool Compiler::emit_matches(const Node& node) {
    if (node.name != "matches") return false;
    const Node& text = node.target != nullptr ? *node.target : *node.children[0];
    const Node& pattern = *node.children.back();
    if (pattern.kind != NodeKind::Constant || !pattern.constant.is(Kind::String)) return false;
    if (++patterns_tried_ > kMostPatterns) {
        diagnostics_.add(pattern.offset, "an expression has at most 64 patterns");
        return false;
    }
    if (!diagnostics_.empty()) return false;  // compiling patterns is slow, and the program is refused anyway
    auto regex = Regex::compile(pattern.constant.as_string(), environment_.limits().regex_memory);
    if (!regex.has_value()) {
        if (options_.validate_literals) diagnostics_.add(pattern.offset, "this pattern is no RE2 expression, or too large");
        return false;
    }
    emit(text);
    code_->patterns.push_back(std::move(*regex));
    add(Op::Matches, 0, 0, 0, static_cast<std::uint32_t>(code_->patterns.size() - 1));
    return true;
}

// or() and orValue() need their argument only where there is no value: a.or(1/0) is a.
bool Compiler::emit_alternative(const Node& node) {
    if (node.target == nullptr || node.children.size() != 1 || (node.name != "or" && node.name != "orValue")) return false;
    emit(*node.target);
    const std::uint32_t exit = add(Op::OptionalElse, 0, node.name == "orValue" ? 1 : 0);
    emit(*node.children.front());
    add(Op::Call, -1, 2, 0, function(node.body));
    land(exit);
    return true;
}

void Compiler::emit_logical(const Node& node) {
    const bool is_and = node.kind == NodeKind::And;
    std::vector<std::uint32_t> exits;
    for (std::size_t i = 0; i < node.children.size(); ++i) {
        emit(*node.children[i]);
        if (i == 0) {
            exits.push_back(add(is_and ? Op::AndFirst : Op::OrFirst, 0));
        } else {
            exits.push_back(add(is_and ? Op::AndNext : Op::OrNext, -1));
        }
    }
    for (const std::uint32_t exit : exits) land(exit);
}

void Compiler::emit_conditional(const Node& node) {
    emit(*node.children[0]);
    const std::uint32_t branch = add(Op::Branch, -1);
    emit(*node.children[1]);
    const std::uint32_t exit = add(Op::Jump, -1);
    land(branch);
    emit(*node.children[2]);
    land(exit);
}

void Compiler::emit_list(const Node& node) {
    for (const Node* child : node.children) emit(*child);
    const auto count = static_cast<std::uint32_t>(node.children.size());
    add(node.kind == NodeKind::List ? Op::MakeList : Op::MakeMap, 1 - static_cast<int>(count), 0, 0, count);
}

void Compiler::emit_bind(const Node& node) {
    emit(*node.target);
    const std::uint16_t local = take_locals(1);
    add(Op::StoreLocal, -1, 0, local);
    variables_.push_back(local);
    emit(*node.children[0]);
    variables_.pop_back();
}

void Compiler::emit_optional_map(const Node& node) {
    emit(*node.target);
    const std::uint16_t local = take_locals(1);
    const std::uint32_t begin = add(Op::OptionalBegin, -1, 0, local);
    variables_.push_back(local);
    emit(*node.children[0]);
    variables_.pop_back();
    if (node.macro == Macro::OptMap) add(Op::OptionalWrap, 0);
    land(begin);
}

void Compiler::emit_comprehension(const Node& node) {
    emit(*node.target);
    const bool has_two = !node.second_name.empty();
    const auto macro = static_cast<std::uint8_t>(node.macro);
    const std::uint16_t base = take_locals(kLoopVariables + (has_two ? 2U : 1U));
    std::vector<std::uint32_t> exits{add(Op::LoopBegin, -1, macro, base)};
    const std::uint32_t next = here();
    exits.push_back(add(Op::LoopNext, 0, has_two ? 2 : 1, base));
    variables_.push_back(static_cast<std::uint16_t>(base + kLoopVariables));
    if (has_two) variables_.push_back(static_cast<std::uint16_t>(base + kLoopVariables + 1));
    emit_loop_step(node, base, exits);
    variables_.resize(variables_.size() - (has_two ? 2 : 1));
    add(Op::Jump, 0, 0, 0, next);
    for (const std::uint32_t exit : exits) land(exit);
    add(Op::LoopEnd, 1, macro, base);
}

void Compiler::emit_loop_step(const Node& node, std::uint16_t base, std::vector<std::uint32_t>& exits) {
    const std::uint32_t next = exits[1];
    const bool is_guarded = node.children.size() == 2 || node.macro == Macro::Filter;
    emit(*node.children[0]);
    if (is_guarded) {
        add(Op::LoopGuard, -1, 0, base, next);
        if (node.macro == Macro::Filter) {
            add(Op::LoadLocal, 1, 0, static_cast<std::uint16_t>(base + kLoopVariables));
        } else {
            emit(*node.children[1]);
        }
    }
    switch (node.macro) {
        case Macro::All: exits.push_back(add(Op::LoopAll, -1, 0, base)); break;
        case Macro::Exists: exits.push_back(add(Op::LoopExists, -1, 0, base)); break;
        case Macro::ExistsOne: add(Op::LoopCount, -1, 0, base); break;
        case Macro::TransformMap: add(Op::LoopEntry, -1, 0, base); break;
        case Macro::TransformMapEntry: add(Op::LoopMerge, -1, 0, base); break;
        default: add(Op::LoopAppend, -1, 0, base); break;
    }
}

std::uint64_t Compiler::cost(const Node& node) const {
    std::uint64_t total = 1;
    for (const Node* child : node.children) total += cost(*child);
    if (node.kind == NodeKind::Comprehension) total *= kAssumedElements;
    if (node.target != nullptr) total += cost(*node.target);
    return std::min(total, kMostCost);
}

}  // namespace anchor::cel
