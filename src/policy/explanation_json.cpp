// SPDX-License-Identifier: Apache-2.0
#include <anchor/policy/explanation_json.h>

#include <nlohmann/json.hpp>

namespace anchor::policy {
namespace {

constexpr std::int64_t kMostRisk = 100;

Result<Obstacle> obstacle_from(const Json& json, FindingReader read_finding) {
    if (!json.is_object()) return rejected("an obstacle in the answer is no object");
    Obstacle obstacle;
    ANCHOR_ASSIGN_OR_RETURN(obstacle.finding, read_finding(json.value("finding", Json::object())));
    ANCHOR_ASSIGN_OR_RETURN(obstacle.require, json_string(json, "require"));
    ANCHOR_ASSIGN_OR_RETURN(obstacle.holds_at, level_in(json, "holds_at"));
    return obstacle;
}

}  // namespace

Json to_json(const Explanation& explanation, FindingWriter write_finding) {
    Json obstacles = Json::array();
    for (const Obstacle& each : explanation.obstacles)
        obstacles.push_back({{"finding", write_finding(each.finding)}, {"require", each.require}, {"holds_at", to_string(each.holds_at)}});
    return {{"level", to_string(explanation.level)},
            {"wanted", to_string(explanation.wanted)},
            {"risk", explanation.risk},
            {"obstacles", std::move(obstacles)},
            {"risk_notes", explanation.risk_notes}};
}

Result<Level> level_in(const Json& json, std::string_view key) {
    ANCHOR_ASSIGN_OR_RETURN(const std::string name, json_string(json, key));
    const auto level = level_from(name);
    if (!level) return rejected("the answer has an unknown level");
    return *level;
}

Result<Explanation> explanation_from(const Json& json, FindingReader read_finding) {
    if (!json.is_object()) return rejected("the explanation in the answer is no object");
    Explanation read;
    ANCHOR_ASSIGN_OR_RETURN(read.level, level_in(json, "level"));
    ANCHOR_ASSIGN_OR_RETURN(read.wanted, level_in(json, "wanted"));
    ANCHOR_ASSIGN_OR_RETURN(const std::int64_t risk, json_integer(json, "risk"));
    if (risk < 0 || risk > kMostRisk) return rejected("the answer has a risk outside 0 to 100");
    read.risk = static_cast<int>(risk);
    for (const Json& each : json.value("obstacles", Json::array())) {
        ANCHOR_ASSIGN_OR_RETURN(Obstacle obstacle, obstacle_from(each, read_finding));
        read.obstacles.push_back(std::move(obstacle));
    }
    for (const Json& note : json.value("risk_notes", Json::array())) {
        if (note.is_string()) read.risk_notes.push_back(note.get<std::string>());
    }
    return read;
}

}  // namespace anchor::policy
