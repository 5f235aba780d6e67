// SPDX-License-Identifier: Apache-2.0
#pragma once

// registry.toml: what people edit. Strict: a key that is not known, or a value of another form than expected, is an error with its place.

#include <string>

#include <anchor/registry/settings.h>

namespace anchor::registryd {

/// Rejected: "file:line: key: expected …". Unavailable, Denied: the file can't be read.
[[nodiscard]] Result<registry::Settings> read_configuration(const std::string& path);
/// The same from text; `name` stands in errors.
[[nodiscard]] Result<registry::Settings> configuration_from(std::string_view text, const std::string& name);

/// A file that says the same, every key with its meaning.
[[nodiscard]] std::string configuration_text(const registry::Settings& settings);

}  // namespace anchor::registryd
