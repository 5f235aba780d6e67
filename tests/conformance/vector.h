// SPDX-License-Identifier: Apache-2.0
#pragma once

// One case of the conformance vectors of the Common Expression Language, as JSON describes it: an expression,
// what it may speak of, and what must come out.

#include <string>

#include <nlohmann/json.hpp>

#include <anchor/base/json.h>
#include <anchor/base/result.h>
#include <anchor/cel/value.h>

namespace anchor::conformance {

struct Verdict {
    std::string difference;          ///< what was expected and what came; empty where the case passes
    bool read_with_escapes = false;  ///< passes only after escapes in the expected text were resolved
};

/// Rejected where the case itself is malformed. Some expected texts were recorded with escapes left in them ("\\u0100"
/// for the letter, "\\?" for a question mark): one that differs is compared once more with those resolved.
[[nodiscard]] Result<Verdict> run_case(const Json& test_case);

/// A tagged value ({"int": "1"}, {"list": […]}, …) made in the arena.
[[nodiscard]] Result<cel::Value> read_value(const Json& tagged, cel::Arena& arena);

/// Same kind, same content; NaN is NaN.
[[nodiscard]] bool identical(const cel::Value& a, const cel::Value& b);

}  // namespace anchor::conformance
