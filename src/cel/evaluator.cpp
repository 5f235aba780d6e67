// SPDX-License-Identifier: Apache-2.0
// The machine that runs a program. What an instruction may rely on is written in code.h.
#include <algorithm>
#include <array>

#include <anchor/cel/program.h>

#include "code.h"
#include "failures.h"
#include "loop.h"
#include "operators.h"
#include "value_bits.h"

namespace anchor::cel {
namespace {

enum class Class : std::uint8_t { Word, Real, Text, Any };

template <Relation R, class T>
bool compare(const T& a, const T& b) {
    if constexpr (R == Relation::Equal) return a == b;
    if constexpr (R == Relation::NotEqual) return a != b;
    if constexpr (R == Relation::Less) return a < b;
    if constexpr (R == Relation::LessEqual) return a <= b;
    if constexpr (R == Relation::Greater) return a > b;
    if constexpr (R == Relation::GreaterEqual) return a >= b;
}

bool same_text(const Value& a, const Value& b) { return ValueBits::text(a) == ValueBits::text(b); }

// What a strict function answers where an argument has no value.
Value failed_arguments(std::span<const Value> arguments, Arena& arena) {
    const Value* first = nullptr;
    Value merged;
    for (const Value& argument : arguments) {
        if (argument.is_known()) continue;
        merged = first == nullptr ? argument : merge_failures(merged, argument, arena);
        first = &argument;
    }
    return merged;
}

bool all_known(std::span<const Value> arguments) {
    return std::all_of(arguments.begin(), arguments.end(), [](const Value& argument) { return argument.is_known(); });
}

// Texts that are equal are most often the same length; a long comparison is paid for in relate().
constexpr std::size_t kShortText = 256;

class Machine {
public:
    Machine(const Code& code, std::span<const Value> values, Scratch& scratch)
        : code_(code), values_(values), scratch_(scratch), locals_(scratch.stack()), top_(scratch.stack() + code.locals - 1) {}

    Value run();

private:
    Value& pushed() { return *++top_; }
    Value popped() { return *top_--; }
    Arena& arena() { return scratch_.arena(); }

    template <Relation R, Class C>
    Value related(Kind kind, const Value& a, const Value& b);
    template <Relation R, Class C>
    void relate_top(Kind kind) {
        const Value b = popped();
        *top_ = related<R, C>(kind, *top_, b);
    }
    template <Relation R, Class C>
    void relate_fixed(const Instruction& i) {
        pushed() = related<R, C>(static_cast<Kind>(i.a), values_[i.b], code_.constants[i.c]);
    }

    template <class Strict>
    void two_operands(Strict operation) {
        const Value b = popped();
        const std::array<Value, 2> both{*top_, b};
        *top_ = all_known(both) ? operation(both) : failed_arguments(both, arena());
    }
    void arithmetic(const Instruction& i);
    void call(const Instruction& i);
    void matches(const Instruction& i);
    void in_constant(const Instruction& i);
    void in_constant_set(const Instruction& i);
    [[nodiscard]] bool join_logical(bool decisive);
    void make_list(std::uint32_t count);
    void make_map(std::uint32_t count);
    void mark_optional();
    [[nodiscard]] bool take_optional(Value& local);

    const Code& code_;
    std::span<const Value> values_;
    Scratch& scratch_;
    Value* locals_;
    Value* top_;
};

template <Relation R, Class C>
Value Machine::related(Kind kind, const Value& a, const Value& b) {
    if constexpr (C == Class::Word) {
        if (a.is(kind) && b.is(kind)) return Value::boolean(compare<R>(ValueBits::integer(a), ValueBits::integer(b)));
    } else if constexpr (C == Class::Real) {
        if (a.is(Kind::Double) && b.is(Kind::Double)) return Value::boolean(compare<R>(ValueBits::real(a), ValueBits::real(b)));
    } else if constexpr (C == Class::Text) {
        if (a.is(Kind::String) && b.is(Kind::String) && ValueBits::extent(a) < kShortText) {
            if constexpr (R == Relation::Equal || R == Relation::NotEqual) {
                return Value::boolean(same_text(a, b) == (R == Relation::Equal));
            } else {
                return Value::boolean(compare<R>(ValueBits::text(a), ValueBits::text(b)));
            }
        }
    }
    if (a.is_known() && b.is_known()) return relate(R, a, b, scratch_);
    return failed_arguments(std::array<Value, 2>{a, b}, arena());
}

void Machine::arithmetic(const Instruction& i) {
    const Value b = popped();
    const Value a = *top_;
    if (a.is(Kind::Int) && b.is(Kind::Int)) {
        const std::int64_t x = ValueBits::integer(a);
        const std::int64_t y = ValueBits::integer(b);
        std::int64_t result = 0;
        const bool overflows = i.op == Op::Add        ? __builtin_add_overflow(x, y, &result)
                               : i.op == Op::Subtract ? __builtin_sub_overflow(x, y, &result)
                                                      : __builtin_mul_overflow(x, y, &result);
        *top_ = overflows ? overflow() : Value::integer(result);
        return;
    }
    const std::array<Value, 2> both{a, b};
    *top_ = all_known(both) ? code_.functions[i.c](both, scratch_) : failed_arguments(both, arena());
}

void Machine::call(const Instruction& i) {
    top_ -= i.a;
    const std::span<const Value> arguments(top_ + 1, i.a);
    const Value result = all_known(arguments) ? code_.functions[i.c](arguments, scratch_) : failed_arguments(arguments, arena());
    pushed() = result;
}

void Machine::matches(const Instruction& i) {
    if (!top_->is(Kind::String)) {
        *top_ = as_failure(*top_);
    } else if (!scratch_.charge(ValueBits::extent(*top_))) {
        *top_ = cost_exceeded();
    } else {
        *top_ = Value::boolean(code_.patterns[i.c].matches(ValueBits::text(*top_)));
    }
}

void Machine::in_constant(const Instruction& i) {
    const Value element = *top_;
    const Value& list = code_.constants[i.c];
    const std::span<const Value> constants(ValueBits::values(list), ValueBits::extent(list));
    if (element.is(Kind::String) && static_cast<Kind>(i.a) == Kind::String) {
        *top_ = Value::boolean(std::any_of(constants.begin(), constants.end(), [&](const Value& one) { return same_text(one, element); }));
    } else if (element.is(Kind::Int) && static_cast<Kind>(i.a) == Kind::Int) {
        const std::int64_t wanted = ValueBits::integer(element);
        *top_ = Value::boolean(
            std::any_of(constants.begin(), constants.end(), [&](const Value& one) { return ValueBits::integer(one) == wanted; }));
    } else if (element.is_known()) {
        *top_ = is_in(element, list, scratch_);
    }
}

void Machine::in_constant_set(const Instruction& i) {
    const Value element = *top_;
    if (!element.is_known()) return;
    if (!element.is(static_cast<Kind>(i.a))) {
        *top_ = is_in(element, code_.constants[i.c], scratch_);
    } else if (!scratch_.charge(1 + ValueBits::extent(element) / 16)) {
        *top_ = cost_exceeded();
    } else {
        *top_ = Value::boolean(code_.constants[i.c + 1].as_map().find(element) != nullptr);
    }
}

// The second and later operands of && (decisive: false) and ||. True where the result is decided.
bool Machine::join_logical(bool decisive) {
    const Value next = popped();
    if (next.is(Kind::Bool)) {
        if (next.is_true() != decisive) return false;
        *top_ = next;
        return true;
    }
    const Value failure = as_failure(next);
    *top_ = top_->is_known() ? failure : merge_failures(*top_, failure, arena());
    return false;
}

void Machine::make_list(std::uint32_t count) {
    top_ -= count;
    const std::span<const Value> elements(top_ + 1, count);
    if (!all_known(elements)) {
        const Value failure = failed_arguments(elements, arena());
        pushed() = failure;
        return;
    }
    auto* room = arena().allocate_array<Value>(count);
    std::size_t size = 0;
    for (const Value& element : elements) {
        if (room == nullptr) break;
        if (!ValueBits::is_marked(element)) {
            room[size++] = element;
        } else if (element.as_optional() != nullptr) {
            room[size++] = *element.as_optional();
        }
    }
    pushed() = room == nullptr ? memory_exceeded() : Value::list({room, size});
}

void Machine::make_map(std::uint32_t count) {
    top_ -= count;
    const std::span<const Value> elements(top_ + 1, count);
    if (!all_known(elements)) {
        const Value failure = failed_arguments(elements, arena());
        pushed() = failure;
        return;
    }
    auto* entries = arena().allocate_array<MapEntry>(count / 2);
    std::size_t size = 0;
    for (std::size_t i = 0; i < count && entries != nullptr; i += 2) {
        const Value& value = elements[i + 1];
        if (!ValueBits::is_marked(value)) {
            entries[size++] = {elements[i], value};
        } else if (value.as_optional() != nullptr) {
            entries[size++] = {elements[i], *value.as_optional()};
        }
    }
    const Value map = entries == nullptr ? memory_exceeded() : cel::make_map(arena(), {entries, size});
    pushed() = map;
}

void Machine::mark_optional() {
    if (top_->is(Kind::Optional)) {
        ValueBits::mark(*top_);
    } else {
        *top_ = as_failure(*top_);
    }
}

// False where there is no value to go on with; then the answer is on the stack.
bool Machine::take_optional(Value& local) {
    if (!top_->is(Kind::Optional)) {
        *top_ = as_failure(*top_);
        return false;
    }
    if (top_->as_optional() == nullptr) return false;
    local = *top_->as_optional();
    --top_;
    return true;
}

#define ANCHOR_CEL_RELATION_CASES(R)                                                       \
    case Op::R##Word: relate_top<Relation::R, Class::Word>(static_cast<Kind>(i.a)); break; \
    case Op::R##Real: relate_top<Relation::R, Class::Real>(Kind::Double); break;           \
    case Op::R##Text: relate_top<Relation::R, Class::Text>(Kind::String); break;           \
    case Op::R##Any: relate_top<Relation::R, Class::Any>(Kind::Null); break;               \
    case Op::R##WordFixed: relate_fixed<Relation::R, Class::Word>(i); break;               \
    case Op::R##RealFixed: relate_fixed<Relation::R, Class::Real>(i); break;               \
    case Op::R##TextFixed: relate_fixed<Relation::R, Class::Text>(i); break;               \
    case Op::R##AnyFixed: relate_fixed<Relation::R, Class::Any>(i); break;

Value Machine::run() {
    const Instruction* const begin = code_.instructions.data();
    for (const Instruction* at = begin;; ++at) {
        const Instruction& i = *at;
        // The instruction before the target: the loop steps onto it.
        const auto jump = [&] { at = begin + i.c - 1; };
        switch (i.op) {
            ANCHOR_CEL_FOR_RELATIONS(ANCHOR_CEL_RELATION_CASES)
            case Op::Return: return *top_;
            case Op::LoadConstant: pushed() = code_.constants[i.c]; break;
            case Op::LoadSlot: pushed() = values_[i.c]; break;
            case Op::LoadLocal: pushed() = locals_[i.b]; break;
            case Op::StoreLocal: locals_[i.b] = popped(); break;
            case Op::Jump: jump(); break;
            case Op::Branch:
                if (top_->is_true()) {
                    --top_;
                } else if (top_->is_false()) {
                    --top_;
                    jump();
                } else {
                    *top_ = as_failure(*top_);
                    at = begin + begin[i.c - 1].c - 1;
                }
                break;
            case Op::AndFirst:
                if (top_->is_false()) {
                    jump();
                } else if (!top_->is_true()) {
                    *top_ = as_failure(*top_);
                }
                break;
            case Op::OrFirst:
                if (top_->is_true()) {
                    jump();
                } else if (!top_->is_false()) {
                    *top_ = as_failure(*top_);
                }
                break;
            case Op::AndNext:
                if (join_logical(false)) jump();
                break;
            case Op::OrNext:
                if (join_logical(true)) jump();
                break;
            case Op::Not: *top_ = top_->is(Kind::Bool) ? Value::boolean(top_->is_false()) : as_failure(*top_); break;
            case Op::Add:
            case Op::Subtract:
            case Op::Multiply: arithmetic(i); break;
            case Op::Call: call(i); break;
            case Op::Matches: matches(i); break;
            case Op::InConstant: in_constant(i); break;
            case Op::InConstantSet: in_constant_set(i); break;
            case Op::Index: two_operands([&](const auto& both) { return index(both[0], both[1], scratch_); }); break;
            case Op::OptionalIndex: two_operands([&](const auto& both) { return optional_index(both[0], both[1], scratch_); }); break;
            case Op::Select:
                if (top_->is_known()) *top_ = select(*top_, code_.constants[i.c], scratch_);
                break;
            case Op::OptionalSelect:
                if (top_->is_known()) *top_ = optional_select(*top_, code_.constants[i.c], scratch_);
                break;
            case Op::HasField:
                if (top_->is_known()) *top_ = has_field(*top_, code_.constants[i.c]);
                break;
            case Op::MarkOptional: mark_optional(); break;
            case Op::MakeList: make_list(i.c); break;
            case Op::MakeMap: make_map(i.c); break;
            case Op::OptionalBegin:
                if (!take_optional(locals_[i.b])) jump();
                break;
            case Op::OptionalWrap:
                if (top_->is_known()) *top_ = make_optional(arena(), *top_);
                break;
            case Op::LoopBegin:
                if (!loop_begin(locals_ + i.b, popped(), static_cast<Macro>(i.a), scratch_)) jump();
                break;
            case Op::LoopNext:
                if (!scratch_.charge(static_cast<std::uint64_t>(begin + i.c - at))) return cost_exceeded();
                if (!loop_next(locals_ + i.b, i.a)) jump();
                break;
            case Op::LoopGuard: {
                const Value condition = popped();
                if (condition.is_true()) break;
                if (!condition.is_false()) loop_fail(locals_ + i.b, condition, scratch_);
                jump();
                break;
            }
            case Op::LoopAll:
            case Op::LoopExists: {
                const Value condition = popped();
                if (!condition.is(Kind::Bool)) {
                    loop_fail(locals_ + i.b, condition, scratch_);
                } else if (condition.is_true() == (i.op == Op::LoopExists)) {
                    locals_[i.b + kLoopResult] = condition;
                    jump();
                }
                break;
            }
            case Op::LoopCount: {
                Value& count = locals_[i.b + kLoopResult];
                const Value condition = popped();
                if (!condition.is(Kind::Bool)) {
                    loop_fail(locals_ + i.b, condition, scratch_);
                } else if (condition.is_true() && count.is(Kind::Int)) {
                    count = Value::integer(ValueBits::integer(count) + 1);
                }
                break;
            }
            case Op::LoopAppend: loop_append(locals_ + i.b, popped(), scratch_); break;
            case Op::LoopEntry: loop_entry(locals_ + i.b, popped(), scratch_); break;
            case Op::LoopMerge: loop_merge(locals_ + i.b, popped(), scratch_); break;
            case Op::LoopEnd: {
                const Value result = loop_end(locals_ + i.b, static_cast<Macro>(i.a), scratch_);
                pushed() = result;
                break;
            }
        }
    }
}

}  // namespace

Value Program::evaluate(std::span<const Value> values, Scratch& scratch) const noexcept {
    const Code& code = *code_;
    if (values.size() < code.slot_count) return Value::error(ErrorCode::NoSuchName, "a variable of this expression has no value");
    scratch.begin(code.stack);
    const Value result = Machine(code, values, scratch).run();
    return scratch.exhausted() ? cost_exceeded() : result;
}

}  // namespace anchor::cel
