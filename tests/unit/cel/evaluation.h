// SPDX-License-Identifier: Apache-2.0
#pragma once

// Expressions as tests read them: text in, text out.

#include <string>
#include <string_view>
#include <vector>

#include <anchor/cel/program.h>

namespace anchor::cel {

/// What the expression evaluates to, printed; "refused: …" where it does not compile.
std::string shown(std::string_view expression, CompileOptions options = {});
/// The same with variables: their names, types and values.
struct Given {
    std::string name;
    Type type;
    Value value;
};
std::string shown(std::string_view expression, const std::vector<Given>& given, CompileOptions options = {});
/// The type that the checker gives it.
std::string type_of(std::string_view expression, const std::vector<Given>& given = {});

constexpr CompileOptions kUnchecked{.check = false, .macros = true, .validate_literals = false};
/// Without the refusal of literals that can only fail.
constexpr CompileOptions kAnyLiteral{.check = true, .macros = true, .validate_literals = false};

}  // namespace anchor::cel
