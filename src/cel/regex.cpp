// SPDX-License-Identifier: Apache-2.0
#include "regex.h"

#include <re2/re2.h>

namespace anchor::cel {
namespace {
constexpr std::size_t kOctetsPerInstruction = 16;
}

// RE2 takes text in a type of its own, another in each generation of the library: pointer and length make any of them.
struct Regex::Compiled {
    Compiled(std::string_view pattern, const re2::RE2::Options& options) : expression({pattern.data(), pattern.size()}, options) {}
    re2::RE2 expression;
};

Regex::Regex(std::unique_ptr<Compiled> compiled) noexcept : compiled_(std::move(compiled)) {}
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;
Regex::~Regex() = default;

std::optional<Regex> Regex::compile(std::string_view pattern, std::size_t max_memory) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(static_cast<std::int64_t>(max_memory));
    auto compiled = std::make_unique<Compiled>(pattern, options);
    if (!compiled->expression.ok()) return std::nullopt;
    return Regex(std::move(compiled));
}

bool Regex::matches(std::string_view text) const noexcept {
    return re2::RE2::PartialMatch({text.data(), text.size()}, compiled_->expression);
}

std::size_t Regex::memory() const noexcept {
    return sizeof(Compiled) + static_cast<std::size_t>(compiled_->expression.ProgramSize()) * kOctetsPerInstruction;
}

}  // namespace anchor::cel
