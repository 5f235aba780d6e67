// SPDX-License-Identifier: Apache-2.0
#include "configuration.h"

#include <cerrno>
#include <functional>

#include <toml++/toml.h>

#include <anchor/base/file.h>
#include <anchor/enforce/warden_protocol.h>

namespace anchor::warden {
namespace {

constexpr std::size_t kLargestFile = std::size_t{64} * 1024;
constexpr Milliseconds kLongestHook = Seconds(20);

Error wrong(const toml::source_position& where, std::string_view what) {
    return rejected("line " + std::to_string(where.line) + ", column " + std::to_string(where.column) + ": " + std::string(what));
}

Result<void> read(const toml::node& value, std::string_view key, std::string& into) {
    const auto* text = value.as_string();
    if (text == nullptr) return wrong(value.source().begin, std::string(key) + " must be a text");
    into = text->get();
    return {};
}

// Empty where `optional`: what is not wanted has no path.
Result<void> read_path(const toml::node& value, std::string_view key, std::string& into, bool optional = true) {
    ANCHOR_RETURN_IF_ERROR(read(value, key, into));
    if (into.empty() ? !optional : into.front() != '/') return wrong(value.source().begin, std::string(key) + " must be an absolute path");
    return {};
}

using Reader = std::function<Result<void>(const toml::node&, std::string_view)>;
using Readers = std::map<std::string_view, Reader>;

// Each key to its reader; a key without one is a mistake, not a comment.
Result<void> read_table(const toml::node& value, std::string_view name, const Readers& readers) {
    const auto* table = value.as_table();
    if (table == nullptr) return wrong(value.source().begin, std::string(name) + " must be a table");
    for (const auto& [key, member] : *table) {
        const auto reader = readers.find(key.str());
        if (reader == readers.end()) return wrong(key.source().begin, "unknown key \"" + std::string(key.str()) + "\"");
        ANCHOR_RETURN_IF_ERROR(reader->second(member, key.str()));
    }
    return {};
}

Result<void> read_logs(const toml::node& value, Configuration& into) {
    const auto* table = value.as_table();
    if (table == nullptr) return wrong(value.source().begin, "logs must be a table");
    into.logs.clear();
    for (const auto& [key, member] : *table) {
        if (!enforce::is_name(key.str())) return wrong(key.source().begin, "the name of a log is of lower-case letters and digits");
        ANCHOR_RETURN_IF_ERROR(read_path(member, key.str(), into.logs[std::string(key.str())], false));
    }
    return {};
}

Result<void> read_deadline(const toml::node& value, Milliseconds& into) {
    std::string text;
    ANCHOR_RETURN_IF_ERROR(read(value, "deadline", text));
    const auto deadline = parse_duration(text);
    if (!deadline || *deadline <= Milliseconds(0) || *deadline > kLongestHook) {
        return wrong(value.source().begin, "deadline must be a time of at most " + to_text(kLongestHook) + ", such as \"5s\"");
    }
    into = *deadline;
    return {};
}

Result<void> read_flag(const toml::node& value, std::string_view key, bool& into) {
    const auto* flag = value.as_boolean();
    if (flag == nullptr) return wrong(value.source().begin, std::string(key) + " must be true or false");
    into = flag->get();
    return {};
}

Result<void> read_document(const toml::table& document, Configuration& into) {
    const auto path = [](std::string& place) {
        return [&place](const toml::node& value, std::string_view key) { return read_path(value, key, place); };
    };
    const auto table = [](Readers readers) {
        return [readers = std::move(readers)](const toml::node& value, std::string_view key) { return read_table(value, key, readers); };
    };
    return read_table(
        document, "the document",
        {{"user", [&](const toml::node& value, std::string_view key) { return read(value, key, into.user); }},
         {"logs", [&](const toml::node& value, std::string_view) { return read_logs(value, into); }},
         {"targets", table({{"systemctl", path(into.systemctl)}})},
         {"isolation",
          table({{"enabled", [&](const toml::node& value, std::string_view key) { return read_flag(value, key, into.isolation); }}})},
         {"hooks",
          table({{"folder", path(into.hooks)},
                 {"deadline", [&](const toml::node& value, std::string_view) { return read_deadline(value, into.hook_deadline); }}})},
         {"files", table({{"trust", path(into.trust_file)}, {"metrics", path(into.metrics_file)}})}});
}

}  // namespace

Result<Configuration> parse_configuration(std::string_view text) {
    Configuration configuration;
    try {
        ANCHOR_RETURN_IF_ERROR(read_document(toml::parse(text), configuration));
    } catch (const toml::parse_error& problem) {
        return wrong(problem.source().begin, problem.description());
    }
    return configuration;
}

Result<Configuration> load_configuration(const std::string& path) {
    const auto text = read_text_file(path, kLargestFile);
    if (!text && text.error().native == ENOENT) return Configuration{};
    if (!text) return text.error();
    auto configuration = parse_configuration(*text);
    if (!configuration) return std::move(configuration).error().within(path);
    return configuration;
}

}  // namespace anchor::warden
