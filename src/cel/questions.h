// SPDX-License-Identifier: Apache-2.0
#pragma once

// A condition that asks simple things of its variables ("a && b < 5 && c in ['x', 'y']"), as questions: the answer of each
// leads to the next one, always forwards, or to the end. A shortcut, no second meaning: where a value is not of the kind that
// a question wants (unknown, an error, another type from outside) or the granted cost ends, it gives up, and the machine
// evaluates the whole.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <anchor/cel/scratch.h>
#include <anchor/cel/value.h>

#include "ast.h"
#include "checker.h"
#include "code.h"

namespace anchor::cel {

constexpr std::size_t kQuestionValues = 2;  ///< of the scratch's stack: register and element

/// `questions` is not empty, `values` has all slots that they name, and the scratch has begun with kQuestionValues.
enum class Answer : std::uint8_t { No, Yes, GivenUp };  ///< given up: the machine has to say
[[nodiscard]] Answer ask(std::span<const Question> questions, const Value* values, Scratch& scratch) noexcept;

/// Makes the questions of an annotated and folded tree; `code` holds its instructions, and its constants' memory.
class QuestionWriter {
public:
    QuestionWriter(const Checker& checker, Code& code) : checker_(checker), code_(code) {}

    /// Empty where the condition has more in it than questions can say.
    [[nodiscard]] std::vector<Question> write(const Node& root);

private:
    // Targets are labels until the end.
    using Label = std::uint16_t;

    [[nodiscard]] bool write(const Node& node, Label if_yes, Label if_no);
    [[nodiscard]] bool write_junction(const Node& node, Label if_yes, Label if_no);
    [[nodiscard]] bool write_conditional(const Node& node, Label if_yes, Label if_no);
    [[nodiscard]] bool write_call(const Node& node, Label if_yes, Label if_no);
    [[nodiscard]] bool write_relation(const Node& node, Label if_yes, Label if_no);
    [[nodiscard]] bool write_membership(const Node& node, Label if_yes, Label if_no);
    [[nodiscard]] bool write_affix(const Node& node, Label if_yes, Label if_no);
    [[nodiscard]] bool write_loop(const Node& node, Label if_yes, Label if_no);
    /// Where the value of an operand will be; writes what computes it. No value: not simple enough.
    [[nodiscard]] std::optional<std::uint16_t> write_operand(const Node& node);
    [[nodiscard]] std::optional<std::uint16_t> write_sum(const Node& node);

    void add(Ask what, Kind kind, std::uint16_t source, const Value& operand, Label if_yes, Label if_no);
    [[nodiscard]] Label new_label();
    void place(Label label) { places_[label] = static_cast<std::uint16_t>(questions_.size()); }
    [[nodiscard]] Value kept(const Value& constant);
    [[nodiscard]] const Instruction* next_instruction(std::array<Op, 2> any_of, std::size_t& seen) const;

    const Checker& checker_;
    Code& code_;
    std::vector<Question> questions_;
    std::vector<std::uint16_t> places_;  // by label
    std::size_t loops_seen_ = 0;         // instructions that were searched for loops
    std::size_t memberships_seen_ = 0;   // and for "in"
    bool inside_loop_ = false;
    bool is_full_ = false;
};

}  // namespace anchor::cel
