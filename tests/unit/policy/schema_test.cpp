// SPDX-License-Identifier: Apache-2.0

// The published schema is for editors, the reader is the law. Shown on a shipped policy, changed in one place at a time: what the
// reader takes the schema takes too, and what the schema takes the reader refuses only for reasons that no schema can express.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <regex>

#include <nlohmann/json.hpp>

#include <anchor/base/file.h>
#include <anchor/base/json.h>
#include <anchor/policy/policy.h>

namespace anchor::policy {
namespace {

// As much of JSON Schema 2020-12 as the schema uses; aborts at a keyword that it does not know.
class Schema {
public:
    explicit Schema(Json root) : root_(std::move(root)) {}
    [[nodiscard]] bool takes(const Json& value) const { return fits(value, root_); }

private:
    [[nodiscard]] bool fits(const Json& value, const Json& schema) const {
        return std::ranges::all_of(schema.items(), [&](const auto& entry) { return holds(entry.key(), entry.value(), value, schema); });
    }

    [[nodiscard]] bool holds(const std::string& keyword, const Json& rule, const Json& value, const Json& schema) const {
        if (keyword == "type") return has_type(value, rule.get<std::string>());
        if (keyword == "enum") return std::ranges::find(rule, value) != rule.end();
        if (keyword == "$ref") return fits(value, root_["$defs"][rule.get<std::string>().substr(8)]);
        if (keyword == "anyOf") return std::ranges::any_of(rule, [&](const Json& one) { return fits(value, one); });
        if (keyword == "not") return !fits(value, rule);
        if (keyword == "minimum") return !value.is_number() || value >= rule;
        if (keyword == "maximum") return !value.is_number() || value <= rule;
        if (keyword == "minLength") return !value.is_string() || value.get<std::string>().size() >= rule;
        if (keyword == "maxLength") return !value.is_string() || value.get<std::string>().size() <= rule;
        if (keyword == "pattern")
            return !value.is_string() || std::regex_match(value.get<std::string>(), std::regex(rule.get<std::string>()));
        if (keyword == "minItems") return !value.is_array() || value.size() >= rule;
        if (keyword == "maxItems") return !value.is_array() || value.size() <= rule;
        if (keyword == "maxProperties") return !value.is_object() || value.size() <= rule;
        if (keyword == "items") return !value.is_array() || std::ranges::all_of(value, [&](const Json& one) { return fits(one, rule); });
        if (keyword == "required")
            return std::ranges::all_of(rule, [&](const Json& key) { return value.contains(key.get<std::string>()); });
        if (keyword == "properties") return properties(value, rule);
        if (keyword == "propertyNames") return names(value, rule);
        if (keyword == "additionalProperties") return others(value, rule, schema);
        static const std::array notes = {"$schema", "$id", "title", "description", "$defs", "default", "format"};
        if (std::ranges::find(notes, keyword) == notes.end()) std::abort();
        return true;
    }

    static bool has_type(const Json& value, const std::string& type) {
        if (type == "object") return value.is_object();
        if (type == "array") return value.is_array();
        return type == "string" ? value.is_string() : value.is_number_integer();
    }
    [[nodiscard]] bool properties(const Json& value, const Json& known) const {
        if (!value.is_object()) return true;
        return std::ranges::all_of(known.items(),
                                   [&](const auto& one) { return !value.contains(one.key()) || fits(value[one.key()], one.value()); });
    }
    [[nodiscard]] bool names(const Json& value, const Json& rule) const {
        if (!value.is_object()) return true;
        return std::ranges::all_of(value.items(), [&](const auto& one) { return fits(one.key(), rule); });
    }
    [[nodiscard]] bool others(const Json& value, const Json& rule, const Json& schema) const {
        if (!value.is_object()) return true;
        const Json known = schema.value("properties", Json::object());
        return std::ranges::all_of(value.items(), [&](const auto& one) {
            return known.contains(one.key()) || (rule.is_boolean() ? rule.get<bool>() : fits(one.value(), rule));
        });
    }

    Json root_;
};

Json read(const std::string& name) {
    const auto text = read_text_file(ANCHOR_SOURCE_DIR "/policies/" + name, kMaxOctets);
    return parse_json(text.value_or("")).value();
}

// Beyond the form of a document: types and names of claims, sense, and the calendar.
bool needs_more_than_form(const std::string& refusal) {
    static const std::array reasons = {"undeclared",
                                       "this is no number",
                                       "\"from\" is missing",
                                       "built in",
                                       "built-in",
                                       "earlier rule",
                                       "could never make a difference",
                                       "must be a bool",
                                       "must not be below",
                                       "no such",
                                       "expected",
                                       "must be true or false",
                                       "longer than",
                                       "nothing",
                                       "RFC 3339",
                                       "time",
                                       "date"};
    return std::ranges::any_of(reasons, [&](const char* reason) { return refusal.find(reason) != std::string::npos; });
}

struct Comparison {
    const Schema& schema;
    int refused = 0;

    void compare(const Json& document, const std::string& what) {
        const auto policy = parse_policy(document.dump());
        const bool taken = schema.takes(document);
        refused += policy ? 0 : 1;
        EXPECT_TRUE(!policy || taken) << "only the schema refuses: " << what;
        EXPECT_TRUE(!taken || policy || needs_more_than_form(policy.error().what))
            << "only the reader refuses: " << what << (policy ? "" : ": " + policy.error().what);
    }

    // Every value below this place becomes another one, is taken away, or gets a neighbour.
    void vary(Json& document, const Json::json_pointer& at) {
        static const std::array values = {Json(nullptr), Json(true),      Json(0),         Json(1),
                                          Json(101),     Json(-1),        Json(1.5),       Json(""),
                                          Json("x"),     Json("X y"),     Json("trusted"), Json("warning"),
                                          Json("5m"),    Json("revoked"), Json("none"),    Json(std::string(5000, 'a')),
                                          Json::array(), Json::object()};
        const Json before = document[at];
        for (const Json& value : values) {
            document[at] = value;
            compare(document, at.to_string() + " = " + value.dump().substr(0, 40));
        }
        document[at] = before;
        if (before.is_object()) add_and_remove(document, at, before);
        const std::size_t few = std::min<std::size_t>(before.size(), 2);
        for (std::size_t i = 0; before.is_array() && i < few; ++i) vary(document, at / i);
    }

    void add_and_remove(Json& document, const Json::json_pointer& at, const Json& before) {
        document[at]["surprise"] = 1;
        compare(document, at.to_string() + " + surprise");
        for (const auto& [key, value] : before.items()) {
            document[at] = before;
            document[at].erase(key);
            compare(document, at.to_string() + " - " + key);
            document[at] = before;
            vary(document, at / key);
        }
        document[at] = before;
    }
};

class PolicySchema : public ::testing::TestWithParam<const char*> {};

TEST_P(PolicySchema, AgreesWithTheReader) {
    const Schema schema(read("policy.schema.json"));
    Json document = read(GetParam());
    ASSERT_TRUE(schema.takes(document));
    document["rules"] = Json::array({document["rules"][0], document["rules"][1]});  // the others have the same form
    Comparison comparison{schema};

    const Json whole = document;
    for (const auto& [key, value] : whole.items()) comparison.vary(document, Json::json_pointer("/" + key));

    EXPECT_GT(comparison.refused, 100);
}

INSTANTIATE_TEST_SUITE_P(Shipped, PolicySchema, ::testing::Values("industrial-gateway.json"),
                         [](const auto& tested) { return std::string(tested.param).substr(0, 8); });

}  // namespace
}  // namespace anchor::policy
