// SPDX-License-Identifier: Apache-2.0
#pragma once

// Calls, lists and maps of constants are computed once, when an expression is compiled. What fails stays as it
// is, so that "false && 1 / 0 > 0" keeps its meaning; a literal that can only fail is a mistake worth telling.

#include <anchor/cel/program.h>

#include "ast.h"
#include "diagnostics.h"

namespace anchor::cel {

class Folding {
public:
    Folding(Tree& tree, const Limits& limits, bool validate, Diagnostics& diagnostics)
        : tree_(tree), scratch_(limits), validate_(validate), diagnostics_(diagnostics) {}

    /// Replaces, in place, what is constant below and at the node.
    void fold(Node& node);

private:
    [[nodiscard]] Value value_of(const Node& node);
    void validate_pattern(const Node& call);

    Tree& tree_;
    Scratch scratch_;
    bool validate_;
    Diagnostics& diagnostics_;
};

}  // namespace anchor::cel
