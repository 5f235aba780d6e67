// SPDX-License-Identifier: Apache-2.0
// What an instruction may rely on is written in code.h.
#include <algorithm>
#include <array>

#include <anchor/base/same_text.h>

#include "code.h"
#include "failures.h"
#include "loop.h"
#include "machine.h"
#include "membership.h"
#include "operators.h"
#include "strictness.h"
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

bool same(const Value& a, const Value& b) { return same_text(ValueBits::text(a), ValueBits::text(b)); }

// `top` is the top of the stack of values: a local of run(), so that it can live in a register. The other functions
// get it and return where it is afterwards.
class Machine {
public:
    Machine(const Code& code, std::span<const Value> values, Scratch& scratch) : code_(code), values_(values), scratch_(scratch) {}

    Value run();

private:
    Arena& arena() { return scratch_.arena(); }

    template <Relation R, Class C>
    Value related(Kind kind, const Value& a, const Value& b);
    template <Relation R, Class C>
    void relate_fixed(const Instruction& i, Value& result) {
        result = related<R, C>(static_cast<Kind>(i.a), values_.data()[i.b], code_.constants.data()[i.c]);
    }
    Value relate_slowly(Relation relation, const Value& a, const Value& b);

    void arithmetic(const Instruction& i, Value* top);
    void index_into(Value* top, Value (*operation)(const Value&, const Value&, Scratch&));
    Value* call(const Instruction& i, Value* top);
    void matches(const Instruction& i, Value& top);
    void in_constant(const Instruction& i, Value& top);
    void in_constant_set(const Instruction& i, Value& top);
    [[nodiscard]] bool join_logical(Value& result, const Value& next, bool decisive);
    Value* make_list(std::uint32_t count, Value* top);
    Value* make_map(std::uint32_t count, Value* top);

    const Code& code_;
    std::span<const Value> values_;
    Scratch& scratch_;
};

template <Relation R, Class C>
Value Machine::related(Kind kind, const Value& a, const Value& b) {
    if constexpr (C == Class::Word) {
        if (a.is(kind) && b.is(kind)) return Value::boolean(compare<R>(ValueBits::integer(a), ValueBits::integer(b)));
    } else if constexpr (C == Class::Real) {
        if (a.is(Kind::Double) && b.is(Kind::Double)) return Value::boolean(compare<R>(ValueBits::real(a), ValueBits::real(b)));
    } else if constexpr (C == Class::Text) {
        if (a.is(Kind::String) && b.is(Kind::String) && ValueBits::extent(a) < kPaidText) {
            if constexpr (R == Relation::Equal || R == Relation::NotEqual) {
                return Value::boolean(same(a, b) == (R == Relation::Equal));
            } else {
                return Value::boolean(compare<R>(ValueBits::text(a), ValueBits::text(b)));
            }
        }
    }
    return relate_slowly(R, a, b);
}

Value Machine::relate_slowly(Relation relation, const Value& a, const Value& b) {
    if (a.is_known() && b.is_known()) return relate(relation, a, b, scratch_);
    return failed_arguments(std::array<Value, 2>{a, b}, arena());
}

// The operands are top[0] and top[1], the result goes to top[0].
void Machine::index_into(Value* top, Value (*operation)(const Value&, const Value&, Scratch&)) {
    const std::array<Value, 2> both{top[0], top[1]};
    top[0] = all_known(both) ? operation(both[0], both[1], scratch_) : failed_arguments(both, arena());
}

void Machine::arithmetic(const Instruction& i, Value* top) {
    const Value a = top[0];
    const Value b = top[1];
    if (a.is(Kind::Int) && b.is(Kind::Int)) {
        const std::int64_t x = ValueBits::integer(a);
        const std::int64_t y = ValueBits::integer(b);
        std::int64_t result = 0;
        const bool overflows = i.op == Op::Add        ? __builtin_add_overflow(x, y, &result)
                               : i.op == Op::Subtract ? __builtin_sub_overflow(x, y, &result)
                                                      : __builtin_mul_overflow(x, y, &result);
        top[0] = overflows ? overflow() : Value::integer(result);
        return;
    }
    const std::array<Value, 2> both{a, b};
    top[0] = all_known(both) ? code_.functions[i.c](both, scratch_) : failed_arguments(both, arena());
}

Value* Machine::call(const Instruction& i, Value* top) {
    Value* const first = top - i.a + 1;
    const std::span<const Value> arguments(first, i.a);
    const Value result = all_known(arguments) ? code_.functions[i.c](arguments, scratch_) : failed_arguments(arguments, arena());
    *first = result;
    return first;
}

void Machine::matches(const Instruction& i, Value& top) {
    if (!top.is(Kind::String)) {
        top = as_failure(top);
    } else if (!scratch_.charge(ValueBits::extent(top))) {
        top = cost_exceeded();
    } else {
        top = Value::boolean(code_.patterns[i.c].matches(ValueBits::text(top)));
    }
}

void Machine::in_constant(const Instruction& i, Value& top) {
    const Value element = top;
    const Value& list = code_.constants[i.c];
    const std::span<const Value> constants(ValueBits::values(list), ValueBits::extent(list));
    if (element.is(Kind::String) && static_cast<Kind>(i.a) == Kind::String) {
        top = Value::boolean(std::any_of(constants.begin(), constants.end(), [&](const Value& one) { return same(one, element); }));
    } else if (element.is(Kind::Int) && static_cast<Kind>(i.a) == Kind::Int) {
        const std::int64_t wanted = ValueBits::integer(element);
        top = Value::boolean(
            std::any_of(constants.begin(), constants.end(), [&](const Value& one) { return ValueBits::integer(one) == wanted; }));
    } else if (element.is_known()) {
        top = is_in(element, list, scratch_);
    }
}

void Machine::in_constant_set(const Instruction& i, Value& top) {
    const Value element = top;
    if (!element.is_known()) return;
    if (!element.is(static_cast<Kind>(i.a))) {
        top = is_in(element, code_.constants[i.c], scratch_);
    } else if (!scratch_.charge(cost_of_set(element))) {
        top = cost_exceeded();
    } else {
        top = Value::boolean(code_.constants[i.c + 1].as_map().find(element) != nullptr);
    }
}

// The second and later operands of && (decisive: false) and ||. True where the result is decided.
bool Machine::join_logical(Value& result, const Value& next, bool decisive) {
    if (next.is(Kind::Bool)) {
        if (next.is_true() != decisive) return false;
        result = next;
        return true;
    }
    const Value failure = as_failure(next);
    result = result.is_known() ? failure : merge_failures(result, failure, arena());
    return false;
}

Value* Machine::make_list(std::uint32_t count, Value* top) {
    Value* const first = top - count + 1;
    const std::span<const Value> elements(first, count);
    if (!all_known(elements)) {
        const Value failure = failed_arguments(elements, arena());
        *first = failure;
        return first;
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
    *first = room == nullptr ? memory_exceeded() : Value::list({room, size});
    return first;
}

Value* Machine::make_map(std::uint32_t count, Value* top) {
    Value* const first = top - count + 1;
    const std::span<const Value> elements(first, count);
    if (!all_known(elements)) {
        const Value failure = failed_arguments(elements, arena());
        *first = failure;
        return first;
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
    *first = map;
    return first;
}

void mark_optional(Value& element) {
    if (element.is(Kind::Optional)) {
        ValueBits::mark(element);
    } else {
        element = as_failure(element);
    }
}

// False where there is no value to go on with; then `optional` is the answer.
[[nodiscard]] bool take_optional(Value& optional, Value& local) {
    if (!optional.is(Kind::Optional)) {
        optional = as_failure(optional);
        return false;
    }
    if (optional.as_optional() == nullptr) return false;
    local = *optional.as_optional();
    return true;
}

#define ANCHOR_CEL_RELATE_TOP(R, C, KIND)                          \
    --top;                                                         \
    top[0] = related<Relation::R, Class::C>(KIND, top[0], top[1]); \
    break;
#define ANCHOR_CEL_RELATION_CASES(R)                                                 \
    case Op::R##Word: ANCHOR_CEL_RELATE_TOP(R, Word, static_cast<Kind>(i.a))         \
    case Op::R##Real: ANCHOR_CEL_RELATE_TOP(R, Real, Kind::Double)                   \
    case Op::R##Text: ANCHOR_CEL_RELATE_TOP(R, Text, Kind::String)                   \
    case Op::R##Any: ANCHOR_CEL_RELATE_TOP(R, Any, Kind::Null)                       \
    case Op::R##WordFixed: relate_fixed<Relation::R, Class::Word>(i, *++top); break; \
    case Op::R##RealFixed: relate_fixed<Relation::R, Class::Real>(i, *++top); break; \
    case Op::R##TextFixed: relate_fixed<Relation::R, Class::Text>(i, *++top); break; \
    case Op::R##AnyFixed: relate_fixed<Relation::R, Class::Any>(i, *++top); break;

Value Machine::run() {
    Value* const locals = scratch_.stack();
    Value* top = locals + code_.locals - 1;
    const Value* const constants = code_.constants.data();
    const Instruction* const begin = code_.instructions.data();
    for (const Instruction* at = begin;; ++at) {
        const Instruction& i = *at;
        // The instruction before the target: the loop steps onto it.
        const auto jump = [&] { at = begin + i.c - 1; };
        switch (i.op) {
            ANCHOR_CEL_FOR_RELATIONS(ANCHOR_CEL_RELATION_CASES)
            case Op::Return: return *top;
            case Op::LoadConstant: *++top = constants[i.c]; break;
            case Op::LoadSlot: *++top = values_.data()[i.c]; break;
            case Op::LoadLocal: *++top = locals[i.b]; break;
            case Op::StoreLocal: locals[i.b] = *top--; break;
            case Op::Jump: jump(); break;
            case Op::Branch:
                if (top->is_true()) {
                    --top;
                } else if (top->is_false()) {
                    --top;
                    jump();
                } else {
                    *top = as_failure(*top);
                    at = begin + begin[i.c - 1].c - 1;
                }
                break;
            case Op::AndFirst:
                if (top->is_false()) {
                    jump();
                } else if (!top->is_true()) {
                    *top = as_failure(*top);
                }
                break;
            case Op::OrFirst:
                if (top->is_true()) {
                    jump();
                } else if (!top->is_false()) {
                    *top = as_failure(*top);
                }
                break;
            case Op::AndNext:
                --top;
                if (join_logical(top[0], top[1], false)) jump();
                break;
            case Op::OrNext:
                --top;
                if (join_logical(top[0], top[1], true)) jump();
                break;
            case Op::Not: *top = top->is(Kind::Bool) ? Value::boolean(top->is_false()) : as_failure(*top); break;
            case Op::Add:
            case Op::Subtract:
            case Op::Multiply: arithmetic(i, --top); break;
            case Op::Call: top = call(i, top); break;
            case Op::Matches: matches(i, *top); break;
            case Op::InConstant: in_constant(i, *top); break;
            case Op::InConstantSet: in_constant_set(i, *top); break;
            case Op::Index: index_into(--top, index); break;
            case Op::OptionalIndex: index_into(--top, optional_index); break;
            case Op::Select:
                if (top->is_known()) *top = select(*top, constants[i.c], scratch_);
                break;
            case Op::OptionalSelect:
                if (top->is_known()) *top = optional_select(*top, constants[i.c], scratch_);
                break;
            case Op::HasField:
                if (top->is_known()) *top = has_field(*top, constants[i.c]);
                break;
            case Op::MarkOptional: mark_optional(*top); break;
            case Op::MakeList: top = make_list(i.c, top); break;
            case Op::MakeMap: top = make_map(i.c, top); break;
            case Op::OptionalBegin:
                if (take_optional(*top, locals[i.b])) {
                    --top;
                } else {
                    jump();
                }
                break;
            case Op::OptionalWrap:
                if (top->is_known()) *top = make_optional(arena(), *top);
                break;
            case Op::OptionalElse:
                if (top->is(Kind::Optional) && top->as_optional() != nullptr) {
                    if (i.a != 0) *top = *top->as_optional();
                    jump();
                }
                break;
            case Op::LoopBegin:
                if (!loop_begin(locals + i.b, *top--, static_cast<Macro>(i.a), scratch_)) jump();
                break;
            case Op::LoopNext:
                if (!scratch_.charge(static_cast<std::uint64_t>(begin + i.c - at))) return cost_exceeded();
                if (!loop_next(locals + i.b, i.a)) jump();
                break;
            case Op::LoopGuard: {
                const Value condition = *top--;
                if (condition.is_true()) break;
                if (!condition.is_false()) loop_fail(locals + i.b, condition, scratch_);
                jump();
                break;
            }
            case Op::LoopAll:
            case Op::LoopExists: {
                const Value condition = *top--;
                if (!condition.is(Kind::Bool)) {
                    loop_fail(locals + i.b, condition, scratch_);
                } else if (condition.is_true() == (i.op == Op::LoopExists)) {
                    locals[i.b + kLoopResult] = condition;
                    jump();
                    break;
                }
                at = begin + at[1].c - 1;  // the jump to the next element, taken in one step
                break;
            }
            case Op::LoopCount: {
                Value& count = locals[i.b + kLoopResult];
                const Value condition = *top--;
                if (!condition.is(Kind::Bool)) {
                    loop_fail(locals + i.b, condition, scratch_);
                } else if (condition.is_true() && count.is(Kind::Int)) {
                    count = Value::integer(ValueBits::integer(count) + 1);
                }
                break;
            }
            case Op::LoopAppend: loop_append(locals + i.b, *top--, scratch_); break;
            case Op::LoopEntry: loop_entry(locals + i.b, *top--, scratch_); break;
            case Op::LoopMerge: loop_merge(locals + i.b, *top--, scratch_); break;
            case Op::LoopEnd: *++top = loop_end(locals + i.b, static_cast<Macro>(i.a), scratch_); break;
        }
    }
}

}  // namespace

Value run_machine(const Code& code, std::span<const Value> values, Scratch& scratch) {
    scratch.begin(code.stack);
    const Value result = Machine(code, values, scratch).run();
    return scratch.exhausted() ? cost_exceeded() : result;
}

}  // namespace anchor::cel
