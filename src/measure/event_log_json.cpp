// SPDX-License-Identifier: Apache-2.0

// The tree in JSON.

#include <nlohmann/json.hpp>

#include "event_log_tree.h"

namespace anchor::measure {
namespace {

using Ordered = nlohmann::ordered_json;

Ordered json_of(const Tree& tree);

struct JsonOf {
    Ordered operator()(const TreeNothing&) const { return nullptr; }
    Ordered operator()(const TreeText& text) const { return text.text; }
    Ordered operator()(const TreeNumber& number) const { return number.value; }
    Ordered operator()(const TreeMap& map) const {
        Ordered object = Ordered::object();
        for (const auto& [key, value] : map) object[key] = json_of(value);
        return object;
    }
    Ordered operator()(const TreeList& list) const {
        Ordered array = Ordered::array();
        for (const Tree& element : list) array.push_back(json_of(element));
        return array;
    }
};

Ordered json_of(const Tree& tree) { return std::visit(JsonOf{}, tree.node); }

}  // namespace

std::string render_event_log_json(const EventLog& log, const EventLogStyle& style) {
    Ordered document;
    document["version"] = style.version;
    document["events"] = Ordered::array();
    for (const BootEvent& event : log.events()) document["events"].push_back(json_of(event_tree(log, event, style)));
    document["pcrs"] = json_of(pcr_tree(replay(log).values));
    if (log.problem()) document["problem"] = log.problem()->what;
    return document.dump(2, ' ', false, Ordered::error_handler_t::replace) + "\n";
}

}  // namespace anchor::measure
