// SPDX-License-Identifier: Apache-2.0
#pragma once

// One object of a document, read member by member. Each complaint is noted with its place and reading goes on with a
// harmless value, so that an author sees all mistakes at once; whoever notes one gets no policy.

#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <anchor/base/json.h>
#include <anchor/base/time.h>
#include <anchor/policy/policy.h>

#include "source_text.h"

namespace anchor::policy {

/// What the reader of JSON complained about, with its place.
[[nodiscard]] Mistake mistake_from(const Error& error);

class Mistakes {
public:
    explicit Mistakes(const SourceText& text) noexcept : text_(text) {}

    void add(std::string_view pointer, std::string message) { add_at(text_.of(pointer), std::move(message)); }
    void add_at(JsonPosition place, std::string message);
    [[nodiscard]] const SourceText& text() const noexcept { return text_; }
    [[nodiscard]] bool full() const noexcept { return found_.size() >= kMaxMistakes; }
    [[nodiscard]] bool empty() const noexcept { return found_.empty(); }
    /// In the order of the text.
    [[nodiscard]] std::vector<Mistake> sorted() &&;

private:
    const SourceText& text_;
    std::vector<Mistake> found_;
};

/// What a name may look like.
enum class NameForm : std::uint8_t {
    Plain,   ///< "edge-gateway", "isolate-network"
    Dotted,  ///< and "plc.write", "mqtt_bridge.status"
};
[[nodiscard]] bool is_name(std::string_view text, NameForm form) noexcept;
/// For messages: in quotes, cut to a sensible length.
[[nodiscard]] std::string in_quotes(std::string_view text);

class Fields {
public:
    /// Notes a mistake where it is no object.
    Fields(const Json& object, std::string pointer, Mistakes& mistakes);

    [[nodiscard]] const std::string& pointer() const noexcept { return pointer_; }
    [[nodiscard]] std::string pointer(std::string_view key) const { return member_pointer(pointer_, key); }
    [[nodiscard]] bool has(std::string_view key) const { return member(key) != nullptr; }
    [[nodiscard]] const Json* member(std::string_view key) const;
    void wrong(std::string_view key, std::string message) { mistakes_.add(pointer(key), std::move(message)); }
    [[nodiscard]] Mistakes& mistakes() noexcept { return mistakes_; }

    /// Notes each member that is not in the list.
    void only(std::initializer_list<std::string_view> keys);
    /// Notes a missing member, by name.
    const Json* required(std::string_view key);

    // Nothing where the member is missing, or wrong and noted.
    std::optional<std::string> text(std::string_view key, std::size_t at_most);
    std::optional<std::string> name(std::string_view key, NameForm form);
    std::optional<std::int64_t> integer(std::string_view key, std::int64_t least, std::int64_t most);
    std::optional<Milliseconds> duration(std::string_view key, Milliseconds most);
    std::optional<WallTime> time(std::string_view key);
    std::vector<std::string> texts(std::string_view key, std::size_t at_most, std::size_t longest);

    /// One of an enum's words; `from` reads one, `words` is what a message names.
    template <class Enum>
    std::optional<Enum> word(std::string_view key, std::optional<Enum> (*from)(std::string_view) noexcept, std::string_view words) {
        const auto written = text(key, 64);
        if (!written) return std::nullopt;
        const auto value = from(*written);
        if (!value) wrong(key, in_quotes(*written) + " is none of " + std::string(words));
        return value;
    }

private:
    const Json& object_;
    std::string pointer_;
    Mistakes& mistakes_;
};

}  // namespace anchor::policy
