// SPDX-License-Identifier: Apache-2.0
#include <anchor/enforce/enforcer_group.h>

#include <optional>

namespace anchor::enforce {
namespace {

void collect(std::optional<Error>& failures, Error next) {
    if (!failures) {
        failures = std::move(next);
        return;
    }
    failures->what += "; " + next.what;
    if (next.kind == ErrorKind::Unavailable) failures->kind = ErrorKind::Unavailable;
}

}  // namespace

void EnforcerGroup::add(std::string name, std::unique_ptr<Enforcer> enforcer) {
    members_.push_back({std::move(name), std::move(enforcer)});
}

Result<void> EnforcerGroup::apply(const Enforcement& wish) {
    std::optional<Error> failures;
    for (const Member& member : members_) {
        if (auto done = member.enforcer->apply(wish); !done) collect(failures, std::move(done).error().within(member.name));
    }
    if (failures) return *std::move(failures);
    return {};
}

}  // namespace anchor::enforce
