// SPDX-License-Identifier: Apache-2.0
#include "evaluation.h"

#include <cstdlib>

namespace anchor::cel {
namespace {

Environment declared(const std::vector<Given>& given) {
    Environment environment;
    for (const Given& one : given) {
        if (!environment.declare(one.name, one.type).has_value()) std::abort();
    }
    return environment;
}

}  // namespace

std::string shown(std::string_view expression, const std::vector<Given>& given, CompileOptions options) {
    const Result<Program> program = compile(declared(given), expression, options);
    if (!program.has_value()) return "refused: " + program.error().what;
    std::vector<Value> values;
    for (const Given& one : given) values.push_back(one.value);
    Scratch scratch;
    return to_string(program->evaluate(values, scratch));
}

std::string shown(std::string_view expression, CompileOptions options) { return shown(expression, {}, options); }

std::string type_of(std::string_view expression, const std::vector<Given>& given) {
    const Result<Program> program = compile(declared(given), expression);
    return program.has_value() ? to_string(program->result_type()) : "refused: " + program.error().what;
}

}  // namespace anchor::cel
