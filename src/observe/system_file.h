// SPDX-License-Identifier: Apache-2.0
#pragma once

// Small files of /proc and /sys, read within a bound and taken apart. What can't be read or understood is an Unknown with
// its cause.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <anchor/base/result.h>
#include <anchor/core/claim.h>

namespace anchor::observe {

/// The text without white space at its ends.
[[nodiscard]] Result<std::string> read_system_text(const std::string& path, std::size_t limit = std::size_t{64} << 10U);
/// The names in a folder, sorted, at most `most`; further ones are an error, not left out.
[[nodiscard]] Result<std::vector<std::string>> names_in(const std::string& folder, std::size_t most);

[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;
[[nodiscard]] std::vector<std::string_view> lines_of(std::string_view text);
[[nodiscard]] std::vector<std::string_view> words_of(std::string_view line);
/// The whole text as a number; nothing for anything else.
[[nodiscard]] std::optional<std::int64_t> number_from(std::string_view text, int base = 10) noexcept;

/// Printable, for messages: garbage may stand in any file.
[[nodiscard]] std::string shown(std::string_view text);

/// Sets claims of one source and one moment.
class ClaimWriter {
public:
    ClaimWriter(std::string_view source, SteadyTime observed, Claims& into) : source_(source), observed_(observed), into_(into) {}
    void set(std::string_view name, ClaimValue value) { into_.set(std::string(name), {std::move(value), observed_, std::string(source_)}); }
    void unknown(std::string_view name, const Error& error) { set(name, Unknown{error.what}); }
    /// The value, or unknown with the error.
    template <class T>
    void result(std::string_view name, Result<T> value) {
        if (value)
            set(name, std::move(*value));
        else
            unknown(name, value.error());
    }

private:
    std::string_view source_;
    SteadyTime observed_;
    Claims& into_;
};

}  // namespace anchor::observe
