// SPDX-License-Identifier: Apache-2.0
#include "ast.h"

#include <algorithm>

namespace anchor::cel {

Node* Tree::make(NodeKind kind, std::uint32_t offset) {
    if (nodes_.size() >= limits_.nodes) return nullptr;
    Node& node = nodes_.emplace_back();
    node.kind = kind;
    node.offset = offset;
    return &node;
}

bool Tree::close(Node& node) const {
    std::uint32_t below = node.target != nullptr ? node.target->height : 0;
    for (const Node* child : node.children) below = std::max(below, child->height);
    node.height = below + 1;
    return node.height <= limits_.depth;
}

}  // namespace anchor::cel
