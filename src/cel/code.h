// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a program is made of: instructions of eight octets for a machine with a stack of values. Every operand
// was checked when it was compiled: slots, constants and jumps are in range, the stack is deep enough.
// Instructions for types that the checker knows look at the kinds before they trust them, and fall back to
// the operators otherwise, so that a wrong value from outside is an error value and nothing worse.

#include <cstdint>
#include <vector>

#include <anchor/cel/program.h>

#include "regex.h"

namespace anchor::cel {

// Comparisons by what their operands are: Word (int, duration, for equality also bool), Real (double), Text
// (string) or Any. "Fixed" compares a variable with a constant in one step.
#define ANCHOR_CEL_FOR_RELATIONS(X) X(Equal) X(NotEqual) X(Less) X(LessEqual) X(Greater) X(GreaterEqual)
#define ANCHOR_CEL_RELATION_OPS(R) R##Word, R##Real, R##Text, R##Any, R##WordFixed, R##RealFixed, R##TextFixed, R##AnyFixed,

enum class Op : std::uint8_t {
    // clang-format off
    ANCHOR_CEL_FOR_RELATIONS(ANCHOR_CEL_RELATION_OPS)
    // clang-format on
    Return,
    LoadConstant,  ///< push constants[c]
    LoadSlot,      ///< push values[c]
    LoadLocal,     ///< push locals[b]
    StoreLocal,    ///< pop into locals[b]
    Jump,          ///< to c
    Branch,        ///< pop; false: to c; neither true nor false: push it and go where the jump before c goes
    AndFirst,      ///< false: to c, keeping it
    AndNext,       ///< pop; false: replaces the top, to c; not true: joins the top
    OrFirst,
    OrNext,
    Not,
    Add,  ///< c: the function for what is neither int nor double
    Subtract,
    Multiply,
    Call,           ///< a arguments, functions[c]
    Matches,        ///< pop; patterns[c]
    InConstant,     ///< top in the list constants[c], all of kind a
    InConstantSet,  ///< the same, with constants[c + 1] as a map of the elements
    Index,
    OptionalIndex,
    Select,  ///< field constants[c]
    OptionalSelect,
    HasField,
    MarkOptional,   ///< the top is an optional element of a literal
    MakeList,       ///< of c values
    MakeMap,        ///< of c keys and values
    OptionalBegin,  ///< pop; an optional with a value: into locals[b]; otherwise: push it, to c
    OptionalWrap,   ///< top becomes optional.of(top)
    OptionalElse,   ///< an optional with a value: keep it (a: its value), to c
    LoopBegin,      ///< pop the range; a: the macro; b: first of its locals; c: the exit where there is nothing to go through
    LoopNext,       ///< the next element into the variables, or to c; a: how many variables
    LoopGuard,      ///< pop; not true: on to the next element at c
    LoopAll,        ///< pop; false: result, to c
    LoopExists,
    LoopCount,
    LoopAppend,  ///< pop onto the list
    LoopEntry,   ///< pop as the value of a map entry, the first variable is its key
    LoopMerge,   ///< pop a map of one entry
    LoopEnd,     ///< push the result; a: the macro
};

struct Instruction {
    Op op = Op::Return;
    std::uint8_t a = 0;
    std::uint16_t b = 0;
    std::uint32_t c = 0;
};
static_assert(sizeof(Instruction) == 8);

// What a question asks of a value (questions.h). What is missing here is another one with its answers exchanged; for numbers
// with a NaN among them it is not.
enum class Ask : std::uint8_t {
    IsTrue,
    EqualWord,  // int, duration, bool
    LessWord,
    LessEqualWord,
    EqualReal,
    LessReal,
    LessEqualReal,
    GreaterReal,
    GreaterEqualReal,
    EqualText,
    InWords,  // the list that is its operand
    InTexts,
    InSet,  // the map that is its operand
    StartsWith,
    EndsWith,
    All,     // of the elements, the questions that follow it; its operand is the cost of one
    Exists,  // the same
    // These compute into the register: there is only one answer.
    Add,       // the slot that is its operand
    Subtract,  // the same
    Size,
};

struct Question {
    Ask what = Ask::IsTrue;
    Kind kind = Kind::Null;    // that the value must have
    std::uint16_t source = 0;  // the slot of the value, or one of the two below
    std::uint16_t if_yes = 0;
    std::uint16_t if_no = 0;
    Value operand;
};
static_assert(sizeof(Question) == 24);

constexpr std::uint16_t kRegister = 0xfffe;  // what the question before has computed
constexpr std::uint16_t kElement = 0xffff;   // of the loop

// The locals of a loop, from its first one on.
constexpr std::uint16_t kLoopRange = 0;
constexpr std::uint16_t kLoopPosition = 1;
constexpr std::uint16_t kLoopResult = 2;
constexpr std::uint16_t kLoopVariables = 3;

struct Code {
    explicit Code(std::size_t memory_limit) : memory(memory_limit) {}

    std::vector<Instruction> instructions;
    std::vector<Question> questions;  // the same in short; may be empty
    std::vector<Value> constants;
    std::vector<NativeFunction> functions;
    std::vector<Regex> patterns;
    std::vector<std::uint32_t> slots;
    Arena memory;  // of the constants
    Type result_type;
    std::uint32_t slot_count = 0;  // values that an evaluation must be given
    std::uint32_t locals = 0;
    std::uint32_t stack = 0;  // locals and operands
    std::uint64_t estimated_cost = 0;
};

}  // namespace anchor::cel
