// SPDX-License-Identifier: Apache-2.0
#pragma once

// Claims as people write them, for cases and for questions: "boot.secure_boot": true. Names and types are those of the
// policies that will read them.

#include <span>
#include <string>

#include <anchor/core/claim.h>
#include <anchor/policy/policy.h>

#include "fields.h"

namespace anchor::policy {

/// Reads a document of one's own with `reader(json, mistakes)`. Rejected with the first mistake and its place; `mistakes`, where
/// given, gets all of them.
template <class Written, class Reader>
Result<Written> read_written(std::string_view text, std::vector<Mistake>* mistakes, Reader reader) {
    const auto refuse = [&](std::vector<Mistake> found) -> Error {
        Error error = rejected(to_string(found.front()));
        if (mistakes != nullptr) *mistakes = std::move(found);
        return error;
    };
    SourceText source(text.substr(0, kMaxOctets));
    const auto json = parse_json(text, {.octets = kMaxOctets, .depth = kMaxDepth}, source.positions());
    if (!json) return refuse({mistake_from(json.error())});
    Mistakes found(source);
    Written written = reader(*json, found);
    if (!found.empty()) return refuse(std::move(found).sorted());
    return written;
}

class ClaimsReader {
public:
    /// Both must outlive it. `now` is when a claim without an age was observed.
    ClaimsReader(std::span<const Policy* const> policies, SteadyTime now, Mistakes& mistakes)
        : policies_(policies), now_(now), mistakes_(mistakes) {}

    /// Those of the member "claims", where there is one.
    void read(Fields& fields, Claims& into) const;
    void read(const Json& section, const std::string& pointer, Claims& into) const;

private:
    [[nodiscard]] std::optional<ClaimType> type_of(std::string_view name) const;
    [[nodiscard]] std::string source_of(const std::string& name) const;
    [[nodiscard]] Claim read_claim(const std::string& name, ClaimType type, const Json& json, const std::string& pointer) const;

    std::span<const Policy* const> policies_;
    SteadyTime now_;
    Mistakes& mistakes_;
};

}  // namespace anchor::policy
