// SPDX-License-Identifier: Apache-2.0
#pragma once

// An annotated and folded tree to instructions.

#include <anchor/cel/program.h>

#include "ast.h"
#include "checker.h"
#include "code.h"
#include "diagnostics.h"
#include "operators.h"

namespace anchor::cel {

class Compiler {
public:
    Compiler(const Environment& environment, CompileOptions options, const Checker& checker, Diagnostics& diagnostics);

    /// The program; mistakes that show only here (a pattern that is none) are in the diagnostics.
    [[nodiscard]] Program compile(const Node& root);

private:
    void emit(const Node& node);
    void emit_identifier(const Node& node);
    void emit_select(const Node& node);
    void emit_call(const Node& node);
    void emit_function(const Node& node);
    [[nodiscard]] bool emit_relation(const Node& node);
    [[nodiscard]] bool emit_fixed_relation(const Node& variable, const Node& fixed, Relation relation);
    [[nodiscard]] bool emit_membership(const Node& node);
    [[nodiscard]] bool emit_matches(const Node& node);
    [[nodiscard]] bool emit_alternative(const Node& node);
    void emit_logical(const Node& node);
    void emit_conditional(const Node& node);
    void emit_list(const Node& node);
    void emit_bind(const Node& node);
    void emit_optional_map(const Node& node);
    void emit_comprehension(const Node& node);
    void emit_loop_step(const Node& node, std::uint16_t base, std::vector<std::uint32_t>& exits);
    void emit_failure(ErrorCode code, const std::string& message);

    /// `effect`: how many values the instruction adds to the stack or takes from it.
    std::uint32_t add(Op op, int effect, std::uint8_t a = 0, std::uint16_t b = 0, std::uint32_t c = 0);
    void land(std::uint32_t jump) { code_->instructions[jump].c = here(); }
    [[nodiscard]] std::uint32_t here() const { return static_cast<std::uint32_t>(code_->instructions.size()); }
    [[nodiscard]] std::uint32_t constant(const Value& value);
    [[nodiscard]] std::uint32_t function(NativeFunction body);
    [[nodiscard]] std::uint16_t take_locals(std::size_t count);
    [[nodiscard]] std::uint64_t cost(const Node& node) const;

    const Environment& environment_;
    CompileOptions options_;
    const Checker& checker_;
    Diagnostics& diagnostics_;
    std::shared_ptr<Code> code_;
    std::vector<std::uint16_t> variables_;  // where each local of the nesting lives
    std::size_t patterns_tried_ = 0;
    std::size_t depth_ = 0;
    std::size_t deepest_ = 0;
};

}  // namespace anchor::cel
