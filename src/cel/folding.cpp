// SPDX-License-Identifier: Apache-2.0
#include "folding.h"

#include <algorithm>

#include "failures.h"
#include "format.h"
#include "operators.h"

namespace anchor::cel {
namespace {

bool is_constant(const Node* node) { return node->kind == NodeKind::Constant; }

bool operands_are_constant(const Node& node) {
    const bool target_is = node.target == nullptr || is_constant(node.target);
    return target_is && std::all_of(node.children.begin(), node.children.end(), is_constant);
}

bool has_optional_elements(const Node& node) {
    return std::any_of(node.children.begin(), node.children.end(), [](const Node* child) { return child->is_optional_element; });
}

// Reading the clock of a place may read a file: that belongs to the evaluation.
bool is_foldable_call(const Node& node) { return node.body != nullptr && !(node.name.starts_with("get") && !node.children.empty()); }

}  // namespace

Value Folding::value_of(const Node& node) {
    std::vector<Value> operands;
    if (node.target != nullptr) operands.push_back(node.target->constant);
    for (const Node* child : node.children) operands.push_back(child->constant);
    scratch_.begin(0);
    switch (node.kind) {
        case NodeKind::Call: return node.body(operands, scratch_);
        case NodeKind::List: return make_list(scratch_.arena(), operands);
        case NodeKind::Map: {
            std::vector<MapEntry> entries;
            for (std::size_t i = 0; i < operands.size(); i += 2) entries.push_back({operands[i], operands[i + 1]});
            return make_map(scratch_.arena(), entries);
        }
        case NodeKind::Select: {
            const Value field = Value::string(node.name);
            if (node.is_test) return has_field(operands[0], field);
            return node.is_optional ? optional_select(operands[0], field, scratch_) : select(operands[0], field, scratch_);
        }
        default: return no_such_overload();
    }
}

void Folding::fold(Node& node) {
    if (node.target != nullptr) fold(*node.target);
    for (Node* child : node.children) fold(*child);
    if (node.kind == NodeKind::Identifier && node.meaning == Meaning::TypeName) node.kind = NodeKind::Constant;
    const bool can_fold = (node.kind == NodeKind::Call && is_foldable_call(node)) || node.kind == NodeKind::Select ||
                          ((node.kind == NodeKind::List || node.kind == NodeKind::Map) && !has_optional_elements(node));
    if (!can_fold) return;
    if (validate_) validate_pattern(node);
    if (!operands_are_constant(node)) return;
    const Value value = value_of(node);
    if (value.is(Kind::Error)) {
        if (validate_ && value.error_code() == ErrorCode::BadArgument) diagnostics_.add(node.offset, std::string(value.error_message()));
        return;
    }
    const Value kept = copy(tree_.constants(), value);
    if (!kept.is_known() || scratch_.exhausted()) return;
    node.kind = NodeKind::Constant;
    node.constant = kept;
    node.target = nullptr;
    node.children.clear();
}

// "…".format(x) with a clause that does not exist fails for every x.
void Folding::validate_pattern(const Node& call) {
    const bool is_format = call.kind == NodeKind::Call && call.name == "format" && call.target != nullptr && is_constant(call.target);
    if (!is_format || !call.target->constant.is(Kind::String)) return;
    const std::string_view problem = pattern_problem(call.target->constant.as_string());
    if (!problem.empty()) diagnostics_.add(call.target->offset, std::string(problem));
}

}  // namespace anchor::cel
