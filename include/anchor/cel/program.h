// SPDX-License-Identifier: Apache-2.0
#pragma once

// An expression, compiled once and evaluated many times. The text is hostile input: compiling takes bounded
// time and memory and names line and column of every mistake; evaluating takes bounded time and memory, never
// throws, and allocates nothing for comparisons, logic, arithmetic and look-ups.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <anchor/base/result.h>
#include <anchor/cel/environment.h>
#include <anchor/cel/scratch.h>
#include <anchor/cel/type.h>
#include <anchor/cel/value.h>

namespace anchor::cel {

/// One mistake in an expression. Line and column count from 1; columns count code points.
struct Diagnostic {
    std::uint32_t line = 1;
    std::uint32_t column = 1;
    std::string message;
};

struct CompileOptions {
    bool check = true;              ///< false: no type check, unknown names and wrong types become error values
    bool macros = true;             ///< false: has(), all(), … are ordinary (undeclared) functions
    bool validate_literals = true;  ///< refuse literal patterns, times, addresses and formats that can only fail
    bool shortcuts = true;          ///< false: no short form of simple conditions; the values are the same, it proves that they are
};

struct Code;

class Program {
public:
    [[nodiscard]] const Type& result_type() const noexcept;
    /// The slots that this program may read, ascending.
    [[nodiscard]] std::span<const std::uint32_t> slots() const noexcept;
    /// Steps of one evaluation if every comprehension ran over 64 elements.
    [[nodiscard]] std::uint64_t estimated_cost() const noexcept;
    /// Octets that this program occupies, compiled patterns estimated.
    [[nodiscard]] std::size_t memory() const noexcept;

    /// Evaluates with `values[slot]` for each variable (a missing slot is an error value). The result borrows
    /// from the values, the program and the scratch: it is valid until the scratch is used again; copy() it to keep it.
    /// Thread rule: a program may be shared, a scratch may not.
    [[nodiscard]] Value evaluate(std::span<const Value> values, Scratch& scratch) const noexcept;

private:
    friend class Compiler;
    explicit Program(std::shared_ptr<const Code> code) noexcept : code_(std::move(code)) {}

    std::shared_ptr<const Code> code_;
};

/// Compiles. Rejected with "line L, column C: …" (the first mistake); `diagnostics`, where given, gets all of them.
[[nodiscard]] Result<Program> compile(const Environment& environment, std::string_view text, CompileOptions options = {},
                                      std::vector<Diagnostic>* diagnostics = nullptr);

}  // namespace anchor::cel
