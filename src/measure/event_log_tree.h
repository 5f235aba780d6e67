// SPDX-License-Identifier: Apache-2.0
#pragma once

// One event as a tree of keys and values, from which YAML and JSON are printed: two spellings, one truth.

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <anchor/measure/event_log_render.h>

namespace anchor::measure {

struct Tree;
using TreeMap = std::vector<std::pair<std::string, Tree>>;
using TreeList = std::vector<Tree>;

/// How a text is spelt in YAML. In JSON all are strings.
enum class TextForm : std::uint8_t {
    Plain,  ///< without quotes where that is possible
    DoubleQuoted,
    SingleQuoted,
    Block,  ///< |- where that is possible
    Lines,  ///< double quotes, a new line of output after each line of text
};

struct TreeText {
    std::string text;  ///< UTF-8
    TextForm form = TextForm::Plain;
};
struct TreeNumber {
    std::uint64_t value = 0;
    bool hexadecimal = false;
};
/// A key without a value.
struct TreeNothing {};

struct Tree {
    std::variant<TreeNothing, TreeText, TreeNumber, TreeMap, TreeList> node;

    static Tree nothing() { return {TreeNothing{}}; }
    static Tree plain(std::string text) { return {TreeText{std::move(text), TextForm::Plain}}; }
    static Tree text(std::string text, TextForm form) { return {TreeText{std::move(text), form}}; }
    static Tree number(std::uint64_t value) { return {TreeNumber{value, false}}; }
    static Tree hex(std::uint64_t value) { return {TreeNumber{value, true}}; }
};

/// The item of "events".
[[nodiscard]] Tree event_tree(const EventLog& log, const BootEvent& event, const EventLogStyle& style);
/// The value of "pcrs".
[[nodiscard]] Tree pcr_tree(const PcrValues& values);
/// The value of "Event", or nothing where the event has no content; see event_log_tree_content.cpp.
[[nodiscard]] Tree content_tree(const EventLog& log, const BootEvent& event, const EventLogStyle& style);
/// "VariableData" of version 2.
[[nodiscard]] Tree variable_data_tree(EventType type, const struct VariableEvent& variable, const EventLogStyle& style);
/// Hexadecimal or text, in the quotes that tpm2_eventlog puts around them.
[[nodiscard]] Tree device_path_tree(ByteView path, ByteView rest, std::uint64_t origin, const EventLogStyle& style);

}  // namespace anchor::measure
