// SPDX-License-Identifier: Apache-2.0

// The reader of policies: whatever comes is refused with a place inside the text, or can be judged, never gives trust
// without claims, and is judged the same twice.

#include <algorithm>
#include <cstdlib>

#include <anchor/policy/evaluator.h>

namespace {

bool is_inside(const anchor::policy::Mistake& mistake, std::string_view text) {
    const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1;
    return mistake.line >= 1 && mistake.line <= lines && mistake.column >= 1 && mistake.column <= text.size() + 1 &&
           !mistake.message.empty();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace anchor::policy;
    const std::string_view text = anchor::as_text({data, size});
    std::vector<Mistake> mistakes;
    auto parsed = parse_policy(text, &mistakes);
    if (!parsed) {
        if (mistakes.empty() || !std::ranges::all_of(mistakes, [&](const Mistake& each) { return is_inside(each, text); })) std::abort();
        return 0;
    }
    const PolicySet policies({{std::make_shared<const Policy>(std::move(*parsed)), Origin::Signed}});
    Evaluator evaluator(policies);
    const anchor::Decision decision = evaluator.evaluate({}, anchor::SteadyTime{});
    // An expression may pass without its claims ("x || true"); a finding that is unknown never may.
    const bool is_unknown = std::ranges::any_of(decision.findings, &anchor::Finding::unknown);
    if (is_unknown && decision.level == anchor::Level::Trusted) std::abort();
    if (!(Evaluator(policies).evaluate({}, anchor::SteadyTime{}) == decision)) std::abort();
    return 0;
}
