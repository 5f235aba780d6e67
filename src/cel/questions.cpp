// SPDX-License-Identifier: Apache-2.0
#include "questions.h"

#include <algorithm>
#include <array>

#include <anchor/base/same_text.h>

#include "function_table.h"
#include "membership.h"
#include "operators.h"
#include "value_bits.h"

namespace anchor::cel {
namespace {

// Ends instead of a next question, and the labels that stand for them.
constexpr std::uint16_t kNo = 0xfffe;
constexpr std::uint16_t kYes = 0xffff;
constexpr std::size_t kMostQuestions = 1024;  // what asks rarely calls itself for the next one

bool is_among_words(const Value& list, std::int64_t wanted) {
    const std::span<const Value> all(ValueBits::values(list), ValueBits::extent(list));
    return std::ranges::any_of(all, [&](const Value& one) { return ValueBits::integer(one) == wanted; });
}

bool same_short(const Value& a, const Value& b) {
    const std::uint32_t size = ValueBits::extent(a);
    return size == ValueBits::extent(b) && same_short_text(ValueBits::text(a).data(), ValueBits::text(b).data(), size);
}

bool is_among_short_texts(const Value& list, const Value& wanted) {
    const Value* const end = ValueBits::values(list) + ValueBits::extent(list);
    for (const Value* one = ValueBits::values(list); one != end; ++one) {
        if (same_short(*one, wanted)) return true;
    }
    return false;
}

bool begins_with(std::string_view text, std::string_view part) {
    return text.size() >= part.size() && same_short_text(text.data(), part.data(), part.size());
}

bool closes_with(std::string_view text, std::string_view part) {
    return text.size() >= part.size() && same_short_text(text.data() + text.size() - part.size(), part.data(), part.size());
}

// Where a question finds its value; register and element live where the machine has its stack.
const Value& value_of(const Question& question, const Value* values, Scratch& scratch) {
    if (question.source < kRegister) [[likely]]
        return values[question.source];
    return scratch.stack()[question.source - kRegister];
}

// False where there is no result that the machine would not have to find.
bool compute(const Question& question, const Value& value, const Value* values, Scratch& scratch) {
    Value& result = scratch.stack()[0];
    if (question.what == Ask::Size) {
        result = Value::integer(ValueBits::extent(value));
        return true;
    }
    const Value& other = values[ValueBits::integer(question.operand)];
    if (!other.is(question.kind)) return false;
    if (question.kind == Kind::Double) {
        const double sign = question.what == Ask::Add ? 1.0 : -1.0;
        result = Value::real(ValueBits::real(value) + sign * ValueBits::real(other));
        return true;
    }
    std::int64_t sum = 0;
    const std::int64_t x = ValueBits::integer(value);
    const std::int64_t y = ValueBits::integer(other);
    if (question.what == Ask::Add ? __builtin_add_overflow(x, y, &sum) : __builtin_sub_overflow(x, y, &sum)) return false;
    result = Value::integer(sum);
    return true;
}

Answer answer_from(const Question* all, std::size_t at, const Value* values, Scratch& scratch);

Answer ask_elements(const Question* all, std::size_t at, const Value& range, const Value* values, Scratch& scratch) {
    const auto steps = static_cast<std::uint64_t>(ValueBits::integer(all[at].operand));
    const Answer decisive = all[at].what == Ask::All ? Answer::No : Answer::Yes;
    const std::span<const Value> elements(ValueBits::values(range), ValueBits::extent(range));
    for (const Value& each : elements) {
        if (!scratch.charge(steps)) return Answer::GivenUp;
        scratch.stack()[1] = each;
        const Answer answer = answer_from(all, at + 1, values, scratch);
        if (answer == decisive || answer == Answer::GivenUp) return answer;
    }
    if (!scratch.charge(steps)) return Answer::GivenUp;
    return all[at].what == Ask::All ? Answer::Yes : Answer::No;
}

Answer answer_rare(const Question* all, std::size_t at, const Value& value, const Value* values, Scratch& scratch) {
    const Question& question = all[at];
    const auto answer = [](bool yes) { return yes ? Answer::Yes : Answer::No; };
    switch (question.what) {
        case Ask::All:
        case Ask::Exists: return ask_elements(all, at, value, values, scratch);
        case Ask::InSet:
            if (!scratch.charge(cost_of_set(value))) return Answer::GivenUp;
            return answer(question.operand.as_map().find(value) != nullptr);
        // Texts that are not short: long ones are paid for, by the machine.
        case Ask::EqualText: return ValueBits::extent(value) < kPaidText ? answer(equal(value, question.operand)) : Answer::GivenUp;
        case Ask::InTexts: {
            const auto list = question.operand.as_list();
            return answer(std::ranges::any_of(list, [&](const Value& one) { return equal(one, value); }));
        }
        default: return compute(question, value, values, scratch) ? Answer::Yes : Answer::GivenUp;
    }
}

// What few conditions ask, and the questions after it. Apart, and as a last call: so the others are a loop that calls nothing.
[[gnu::noinline]] Answer answer_from_rare(const Question* all, std::size_t at, const Value& value, const Value* values, Scratch& scratch) {
    const Answer answer = answer_rare(all, at, value, values, scratch);
    if (answer == Answer::GivenUp) return answer;
    const std::size_t next = answer == Answer::Yes ? all[at].if_yes : all[at].if_no;
    if (next >= kNo) return next == kYes ? Answer::Yes : Answer::No;
    return answer_from(all, next, values, scratch);
}

Answer answer_from(const Question* all, std::size_t at, const Value* values, Scratch& scratch) {
    for (;;) {
        const Question& question = all[at];
        const Value& value = value_of(question, values, scratch);
        if (!value.is(question.kind)) return Answer::GivenUp;
        bool yes = false;
        switch (question.what) {
            case Ask::IsTrue: yes = ValueBits::integer(value) != 0; break;
            case Ask::EqualWord: yes = ValueBits::integer(value) == ValueBits::integer(question.operand); break;
            case Ask::LessWord: yes = ValueBits::integer(value) < ValueBits::integer(question.operand); break;
            case Ask::LessEqualWord: yes = ValueBits::integer(value) <= ValueBits::integer(question.operand); break;
            case Ask::EqualReal: yes = ValueBits::real(value) == ValueBits::real(question.operand); break;
            case Ask::LessReal: yes = ValueBits::real(value) < ValueBits::real(question.operand); break;
            case Ask::LessEqualReal: yes = ValueBits::real(value) <= ValueBits::real(question.operand); break;
            case Ask::GreaterReal: yes = ValueBits::real(value) > ValueBits::real(question.operand); break;
            case Ask::GreaterEqualReal: yes = ValueBits::real(value) >= ValueBits::real(question.operand); break;
            case Ask::EqualText:
                if (ValueBits::extent(value) > kShortText) return answer_from_rare(all, at, value, values, scratch);
                yes = same_short(value, question.operand);
                break;
            case Ask::InWords: yes = is_among_words(question.operand, ValueBits::integer(value)); break;
            case Ask::InTexts:
                if (ValueBits::extent(value) > kShortText) return answer_from_rare(all, at, value, values, scratch);
                yes = is_among_short_texts(question.operand, value);
                break;
            case Ask::StartsWith: yes = begins_with(ValueBits::text(value), ValueBits::text(question.operand)); break;
            case Ask::EndsWith: yes = closes_with(ValueBits::text(value), ValueBits::text(question.operand)); break;
            default: return answer_from_rare(all, at, value, values, scratch);
        }
        at = yes ? question.if_yes : question.if_no;
        if (at >= kNo) return at == kYes ? Answer::Yes : Answer::No;
    }
}

bool is_builtin(const Node& node, std::string_view name) {
    if (node.kind != NodeKind::Call || node.name != name) return false;
    const Function* function = find_builtin(name, Extension::All);
    return function != nullptr && function->body == node.body;
}

struct Form {
    Ask what;
    bool is_exchanged = false;  // yes for no
};

std::optional<Form> form_of(Relation relation, Kind kind) {
    const bool is_word = kind == Kind::Int || kind == Kind::Duration;
    switch (relation) {
        case Relation::Equal:
        case Relation::NotEqual: {
            const bool is_not = relation == Relation::NotEqual;
            if (is_word || kind == Kind::Bool) return Form{Ask::EqualWord, is_not};
            if (kind == Kind::Double) return Form{Ask::EqualReal, is_not};
            if (kind == Kind::String) return Form{Ask::EqualText, is_not};
            return std::nullopt;
        }
        case Relation::Less: return is_word ? Form{Ask::LessWord} : Form{Ask::LessReal};
        case Relation::LessEqual: return is_word ? Form{Ask::LessEqualWord} : Form{Ask::LessEqualReal};
        case Relation::Greater: return is_word ? Form{Ask::LessEqualWord, true} : Form{Ask::GreaterReal};
        case Relation::GreaterEqual: return is_word ? Form{Ask::LessWord, true} : Form{Ask::GreaterEqualReal};
    }
    return std::nullopt;
}

// Where a value can be of that kind. Where it cannot (CEL orders ints and doubles together), each question would give up.
bool may_be(const Type& type, Kind kind) {
    switch (type.kind()) {
        case TypeKind::Dyn: return true;
        case TypeKind::Bool: return kind == Kind::Bool;
        case TypeKind::Int: return kind == Kind::Int;
        case TypeKind::Double: return kind == Kind::Double;
        case TypeKind::String: return kind == Kind::String;
        case TypeKind::Duration: return kind == Kind::Duration;
        default: return false;
    }
}

bool has_order(Kind kind) { return kind == Kind::Int || kind == Kind::Duration || kind == Kind::Double; }

}  // namespace

Answer ask(std::span<const Question> questions, const Value* values, Scratch& scratch) noexcept {
    return answer_from(questions.data(), 0, values, scratch);
}

std::vector<Question> QuestionWriter::write(const Node& root) {
    if (!write(root, kYes, kNo) || is_full_ || questions_.empty()) return {};
    const auto target = [&](Label label) { return label >= kNo ? label : places_[label]; };
    for (Question& question : questions_) {
        question.if_yes = target(question.if_yes);
        question.if_no = target(question.if_no);
    }
    questions_.shrink_to_fit();
    return std::move(questions_);
}

void QuestionWriter::add(Ask what, Kind kind, std::uint16_t source, const Value& operand, Label if_yes, Label if_no) {
    if (questions_.size() >= kMostQuestions) is_full_ = true;
    if (!is_full_) questions_.push_back({what, kind, source, if_yes, if_no, operand});
}

QuestionWriter::Label QuestionWriter::new_label() {
    if (places_.size() >= kMostQuestions) is_full_ = true;
    if (!is_full_) places_.push_back(0);
    return static_cast<Label>(places_.size() - 1);
}

Value QuestionWriter::kept(const Value& constant) {
    const Value copied = copy(code_.memory, constant);
    if (copied.kind() != constant.kind()) is_full_ = true;
    return copied;
}

bool QuestionWriter::write(const Node& node, Label if_yes, Label if_no) {
    if (is_full_) return false;
    switch (node.kind) {
        case NodeKind::And:
        case NodeKind::Or: return write_junction(node, if_yes, if_no);
        case NodeKind::Conditional: return write_conditional(node, if_yes, if_no);
        case NodeKind::Call: return write_call(node, if_yes, if_no);
        case NodeKind::Comprehension: return write_loop(node, if_yes, if_no);
        case NodeKind::Identifier: {
            const auto source = write_operand(node);
            if (source) add(Ask::IsTrue, Kind::Bool, *source, {}, if_yes, if_no);
            return source.has_value();
        }
        default: return false;
    }
}

bool QuestionWriter::write_junction(const Node& node, Label if_yes, Label if_no) {
    const bool is_and = node.kind == NodeKind::And;
    for (std::size_t i = 0; i < node.children.size(); ++i) {
        const bool is_last = i + 1 == node.children.size();
        const Label next = is_last ? (is_and ? if_yes : if_no) : new_label();
        if (!write(*node.children[i], is_and ? next : if_yes, is_and ? if_no : next)) return false;
        if (!is_last) place(next);
    }
    return true;
}

bool QuestionWriter::write_conditional(const Node& node, Label if_yes, Label if_no) {
    std::array<Label, 2> targets{};
    for (std::size_t i = 0; i < 2; ++i) {
        const Node& value = *node.children[i + 1];
        const bool is_decided = value.kind == NodeKind::Constant && value.constant.is(Kind::Bool);
        targets[i] = is_decided ? (value.constant.as_bool() ? if_yes : if_no) : new_label();
    }
    if (!write(*node.children[0], targets[0], targets[1])) return false;
    for (std::size_t i = 0; i < 2; ++i) {
        const Node& value = *node.children[i + 1];
        if (value.kind == NodeKind::Constant && value.constant.is(Kind::Bool)) continue;
        place(targets[i]);
        if (!write(value, if_yes, if_no)) return false;
    }
    return true;
}

bool QuestionWriter::write_call(const Node& node, Label if_yes, Label if_no) {
    if (is_builtin(node, "!_")) return write(*node.children[0], if_no, if_yes);
    if (is_builtin(node, "@in")) return write_membership(node, if_yes, if_no);
    if (is_builtin(node, "startsWith") || is_builtin(node, "endsWith")) return write_affix(node, if_yes, if_no);
    return write_relation(node, if_yes, if_no);
}

bool QuestionWriter::write_relation(const Node& node, Label if_yes, Label if_no) {
    const RelationName* relation = relation_of(node.name);
    if (relation == nullptr || node.body == nullptr || node.children.size() != 2) return false;
    const bool is_mirrored = node.children[0]->kind == NodeKind::Constant;
    const Node& fixed = *node.children[is_mirrored ? 0 : 1];
    if (fixed.kind != NodeKind::Constant) return false;
    const Node& asked = *node.children[is_mirrored ? 1 : 0];
    const Kind kind = fixed.constant.kind();
    if (!may_be(checker_.type_of(asked), kind)) return false;
    if (kind == Kind::String && fixed.constant.as_string().size() >= kPaidText) return false;
    const Relation wanted = is_mirrored ? relation->mirrored : relation->relation;
    const bool is_equality = wanted == Relation::Equal || wanted == Relation::NotEqual;
    if (!is_equality && !has_order(kind)) return false;
    const auto form = form_of(wanted, kind);
    if (!form) return false;
    const auto source = write_operand(asked);
    if (!source) return false;
    add(form->what, kind, *source, kept(fixed.constant), form->is_exchanged ? if_no : if_yes, form->is_exchanged ? if_yes : if_no);
    return true;
}

bool QuestionWriter::write_membership(const Node& node, Label if_yes, Label if_no) {
    const Node& range = *node.children[1];
    if (range.kind != NodeKind::Constant || !range.constant.is(Kind::List)) return false;
    const Kind kind = uniform_kind(range.constant.as_list());
    if (!may_be(checker_.type_of(*node.children[0]), kind)) return false;
    const auto source = write_operand(*node.children[0]);
    const Instruction* found = source ? next_instruction({Op::InConstant, Op::InConstantSet}, memberships_seen_) : nullptr;
    if (found == nullptr) return false;
    const Instruction& i = *found;
    if (i.op == Op::InConstantSet) {
        add(Ask::InSet, kind, *source, code_.constants[i.c + 1], if_yes, if_no);
    } else {
        add(kind == Kind::Int ? Ask::InWords : Ask::InTexts, kind, *source, code_.constants[i.c], if_yes, if_no);
    }
    return true;
}

// Long ones are paid for: by the machine.
bool QuestionWriter::write_affix(const Node& node, Label if_yes, Label if_no) {
    const Node& part = *node.children[0];
    const bool is_short = part.kind == NodeKind::Constant && part.constant.is(Kind::String) && part.constant.as_string().size() < 16;
    if (node.target == nullptr || !is_short) return false;
    const auto source = write_operand(*node.target);
    if (!source) return false;
    add(node.name == "startsWith" ? Ask::StartsWith : Ask::EndsWith, Kind::String, *source, kept(part.constant), if_yes, if_no);
    return true;
}

bool QuestionWriter::write_loop(const Node& node, Label if_yes, Label if_no) {
    const bool is_simple = (node.macro == Macro::All || node.macro == Macro::Exists) && node.second_name.empty();
    if (inside_loop_ || !is_simple || node.target->kind != NodeKind::Identifier) return false;
    const auto source = write_operand(*node.target);
    if (!source) return false;
    const Instruction* next = next_instruction({Op::LoopNext, Op::LoopNext}, loops_seen_);
    if (next == nullptr) return false;
    const auto at = next - code_.instructions.data();
    const std::int64_t steps = next->c - at;  // what the machine takes for an element
    add(node.macro == Macro::All ? Ask::All : Ask::Exists, Kind::List, *source, Value::integer(steps), if_yes, if_no);
    inside_loop_ = true;
    const std::size_t first = questions_.size();
    const bool written = write(*node.children[0], kYes, kNo) && questions_.size() > first;
    inside_loop_ = false;
    return written;
}

// The instruction that the machine has for the node at hand: both meet the nodes in the same order.
const Instruction* QuestionWriter::next_instruction(std::array<Op, 2> any_of, std::size_t& seen) const {
    while (seen < code_.instructions.size() && std::ranges::count(any_of, code_.instructions[seen].op) == 0) ++seen;
    return seen < code_.instructions.size() ? &code_.instructions[seen++] : nullptr;
}

std::optional<std::uint16_t> QuestionWriter::write_operand(const Node& node) {
    if (node.kind == NodeKind::Identifier) {
        if (node.meaning == Meaning::Variable && node.slot < kRegister) return static_cast<std::uint16_t>(node.slot);
        // With one loop around and nothing else that binds a name, a local is its element.
        return node.meaning == Meaning::Local && inside_loop_ ? std::optional(kElement) : std::nullopt;
    }
    if (is_builtin(node, "size")) {
        const Node& list = node.target != nullptr ? *node.target : *node.children[0];
        const bool is_list = list.kind == NodeKind::Identifier && checker_.type_of(list).kind() == TypeKind::List;
        const auto source = is_list ? write_operand(list) : std::nullopt;
        const Label next = new_label();
        if (source) add(Ask::Size, Kind::List, *source, {}, next, next);
        place(next);
        return source ? std::optional(kRegister) : std::nullopt;
    }
    return is_builtin(node, "_+_") || is_builtin(node, "_-_") ? write_sum(node) : std::nullopt;
}

// Of two variables.
std::optional<std::uint16_t> QuestionWriter::write_sum(const Node& node) {
    const auto is_variable = [](const Node* each) {
        return each->kind == NodeKind::Identifier && each->meaning == Meaning::Variable && each->slot < kRegister;
    };
    const TypeKind type = checker_.type_of(node).kind();
    if (!std::ranges::all_of(node.children, is_variable) || (type != TypeKind::Int && type != TypeKind::Double)) return std::nullopt;
    const Label next = new_label();
    add(node.name == "_+_" ? Ask::Add : Ask::Subtract, type == TypeKind::Int ? Kind::Int : Kind::Double,
        static_cast<std::uint16_t>(node.children[0]->slot), Value::integer(node.children[1]->slot), next, next);
    place(next);
    return kRegister;
}

}  // namespace anchor::cel
