// SPDX-License-Identifier: Apache-2.0
// From text to a program: parse, check, fold, compile; and from values to a value.
#include <anchor/cel/program.h>

#include "checker.h"
#include "code.h"
#include "compiler.h"
#include "diagnostics.h"
#include "folding.h"
#include "machine.h"
#include "parser.h"
#include "questions.h"
#include "utf8.h"

namespace anchor::cel {
namespace {

Error refused(const Diagnostics& diagnostics, std::vector<Diagnostic>* all) {
    std::vector<Diagnostic> sorted = diagnostics.sorted();
    Error error = rejected(to_string(sorted.front()));
    if (all != nullptr) *all = std::move(sorted);
    return error;
}

void check_source(std::string_view text, const Limits& limits, Diagnostics& diagnostics) {
    if (text.size() > limits.source_octets) {
        diagnostics.add(0, "the expression is longer than " + std::to_string(limits.source_octets) + " octets");
        return;
    }
    for (std::size_t at = 0; at < text.size();) {
        const CodePoint point = decode_at(text, at);
        if (!point.is_valid) return diagnostics.add(static_cast<std::uint32_t>(at), "this octet is not UTF-8");
        at += point.octets;
    }
}

}  // namespace

Result<Program> compile(const Environment& environment, std::string_view text, CompileOptions options,
                        std::vector<Diagnostic>* diagnostics) {
    Diagnostics found(text);
    check_source(text, environment.limits(), found);
    if (!found.empty()) return refused(found, diagnostics);

    Tree tree(environment.limits());
    Node* root = Parser(text, environment, options, tree, found).parse();
    if (root == nullptr) return refused(found, diagnostics);

    Checker checker(environment, options.check, found);
    checker.annotate(*root);
    if (!found.empty()) return refused(found, diagnostics);

    Folding(tree, environment.limits(), options.validate_literals, found).fold(*root);
    Program program = Compiler(environment, options, checker, found).compile(*root);
    if (!found.empty()) return refused(found, diagnostics);
    return program;
}

Value Program::evaluate(std::span<const Value> values, Scratch& scratch) const noexcept {
    const Code& code = *code_.get();
    if (values.size() < code.slot_count) return Value::error(ErrorCode::NoSuchName, "a variable of this expression has no value");
    if (!code.questions.empty()) {
        scratch.begin(kQuestionValues);
        const Answer answer = ask(code.questions, values.data(), scratch);
        if (answer != Answer::GivenUp) return Value::boolean(answer == Answer::Yes);
    }
    return run_machine(code, values, scratch);
}

const Type& Program::result_type() const noexcept { return code_->result_type; }
std::span<const std::uint32_t> Program::slots() const noexcept { return code_->slots; }
std::uint64_t Program::estimated_cost() const noexcept { return code_->estimated_cost; }

std::size_t Program::memory() const noexcept {
    std::size_t total = sizeof(Code) + code_->memory.used();
    total += code_->instructions.capacity() * sizeof(Instruction) + code_->constants.capacity() * sizeof(Value);
    total += code_->questions.capacity() * sizeof(Question);
    total += code_->functions.capacity() * sizeof(NativeFunction) + code_->slots.capacity() * sizeof(std::uint32_t);
    for (const Regex& pattern : code_->patterns) total += pattern.memory();
    return total;
}

}  // namespace anchor::cel
