// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/boot_device_path.h>

#include <anchor/base/encoding.h>

#include "boot_device_path_nodes.h"

namespace anchor::measure {
namespace {

constexpr std::uint8_t kEndType = 0x7F;
constexpr std::uint8_t kEndOfInstance = 0x01;
constexpr std::size_t kNodeHeader = 4;

struct Node {
    std::uint8_t type = 0;
    std::uint8_t subtype = 0;
    ByteView data;
    std::uint64_t data_offset = 0;
};

Result<Node> read_node(ByteReader& reader) {
    Node node;
    const std::uint64_t offset = reader.offset();
    ANCHOR_ASSIGN_OR_RETURN(node.type, reader.u8("device path node type"));
    ANCHOR_ASSIGN_OR_RETURN(node.subtype, reader.u8("device path node subtype"));
    ANCHOR_ASSIGN_OR_RETURN(const std::uint16_t length, reader.u16_le("device path node length"));
    if (length < kNodeHeader) {
        return rejected("offset " + std::to_string(offset) + ": device path node of " + std::to_string(length) + " octets");
    }
    node.data_offset = reader.offset();
    ANCHOR_ASSIGN_OR_RETURN(node.data, reader.take(length - kNodeHeader, "device path node"));
    return node;
}

std::string unknown(const Node& node) {
    return "Path(" + std::to_string(node.type) + "," + std::to_string(node.subtype) + (node.data.empty() ? "" : ",") + to_hex(node.data) +
           ")";
}

Result<std::string> node_text(const Node& node) {
    ByteReader reader(node.data, node.data_offset);
    ANCHOR_ASSIGN_OR_RETURN(std::string text, known_node_text(node.type, node.subtype, reader));
    return text.empty() ? unknown(node) : text;
}

}  // namespace

Result<std::string> device_path_text(ByteView path, std::uint64_t origin) {
    ByteReader reader(path, origin);
    std::string text;
    bool first = true;
    while (!reader.at_end()) {
        ANCHOR_ASSIGN_OR_RETURN(const Node node, read_node(reader));
        if (node.type == kEndType) {
            if (node.subtype != kEndOfInstance) break;
            text += ',';
            first = true;
            continue;
        }
        if (!first) text += '/';
        first = false;
        ANCHOR_ASSIGN_OR_RETURN(const std::string one, node_text(node));
        text += one;
    }
    return text;
}

}  // namespace anchor::measure
