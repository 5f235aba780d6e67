// SPDX-License-Identifier: Apache-2.0
#include <anchor/policy/evaluator.h>

#include <algorithm>
#include <bit>
#include <utility>
#include <vector>

#include <anchor/base/same_text.h>

#include "claim_input.h"
#include "verdict.h"
#include "vocabulary.h"

namespace anchor::policy {
namespace {

enum class Outcome : std::uint8_t { Pass, Fail, Unknown };

// A rule of one of the policies, with what it came to last.
struct JudgedRule {
    const Rule* rule;
    std::uint32_t policy;
    Outcome outcome = Outcome::Unknown;
};

// Rules as bits, 64 a word: what has to be judged again is marked by one instruction, and taken in the order of the rules.
struct RuleBits {
    std::size_t word;
    std::uint64_t bits;
};

// What one policy's expressions see, by slot.
struct Judge {
    const Policy* policy;
    std::vector<cel::Value> values;
};

struct Reader {
    ClaimInput input;
    std::uint32_t policy;
    std::vector<RuleBits> rules;  // that read it
};

// All readers of one name.
struct Group {
    std::string_view name;
    std::uint32_t first;
    std::uint32_t end;
};

}  // namespace

class Evaluator::State {
public:
    explicit State(PolicySet policies) : policies_(std::move(policies)) {
        for (const PolicyInForce& each : policies_.policies()) add(*each.policy);
        std::ranges::stable_sort(readers_, {}, [](const Reader& reader) { return reader.input.name(); });
        for (std::uint32_t i = 0; i < readers_.size(); ++i) {
            const std::string_view name = readers_[i].input.name();
            if (groups_.empty() || groups_.back().name != name) groups_.push_back({name, i, i});
            groups_.back().end = i + 1;
        }
        findings_.resize(rules_.size());
        dirty_.resize((rules_.size() + 63) / 64);
        mark_all();
    }

    // Every rule, as if all claims had changed.
    void mark_all() {
        std::ranges::fill(dirty_, ~std::uint64_t{0});
        if (const std::size_t rest = rules_.size() % 64; rest != 0) dirty_.back() = (std::uint64_t{1} << rest) - 1;
        is_any_dirty_ = !rules_.empty();
    }

    void set(std::uint32_t group, const Claim* claim) {
        Reader* const end = readers_.data() + groups_[group].end;
        for (Reader* each = readers_.data() + groups_[group].first; each != end; ++each) {
            Reader& reader = *each;
            if (reader.input.set(claim)) changed(reader);
            if (!reader.input.ages()) continue;
            if (const auto due = reader.input.due()) earliest_due_ = std::min(earliest_due_, *due);
        }
    }

    void set_all(const Claims& claims) {
        auto claim = claims.begin();
        for (std::uint32_t group = 0; group < groups_.size(); ++group) {  // both are in the order of names
            const std::string_view name = groups_[group].name;
            bool is_said = false;
            while (claim != claims.end() && !(is_said = same_text(claim->first, name)) && claim->first < name) ++claim;
            set(group, is_said ? &claim->second : nullptr);
        }
    }

    const Decision& judge(SteadyTime now) {
        if (now >= earliest_due_ || now < last_judged_) look_at_ages(now);
        last_judged_ = now;
        if (!is_any_dirty_) return decision_;
        is_any_dirty_ = false;
        bool is_other_decision = false;
        for (std::size_t word = 0; word < dirty_.size(); ++word) {
            for (std::uint64_t bits = std::exchange(dirty_[word], 0); bits != 0; bits &= bits - 1) {
                if (rejudge(word * 64 + static_cast<std::size_t>(std::countr_zero(bits)))) is_other_decision = true;
                ++rules_judged_;
            }
        }
        if (is_other_decision) summarise();
        return decision_;
    }

    [[nodiscard]] std::optional<std::uint32_t> slot_of(std::string_view name) const {
        const auto found = std::ranges::lower_bound(groups_, name, {}, &Group::name);
        if (found == groups_.end() || found->name != name) return std::nullopt;
        return static_cast<std::uint32_t>(found - groups_.begin());
    }

    [[nodiscard]] std::optional<SteadyTime> next_due() const {
        std::optional<SteadyTime> next;
        for (const Reader& reader : readers_) {
            if (const auto due = reader.input.due(); due && (!next || *due < *next)) next = due;
        }
        return next;
    }

    [[nodiscard]] std::uint64_t rules_judged() const noexcept { return rules_judged_; }
    [[nodiscard]] const PolicySet& policies() const noexcept { return policies_; }

private:
    void add(const Policy& policy) {
        const auto number = static_cast<std::uint32_t>(judges_.size());
        judges_.push_back({&policy, {}});
        for (std::uint32_t slot = 0; slot < policy.slots.size(); ++slot) judges_.back().values.push_back(cel::Value::unknown(slot));

        std::map<std::uint32_t, std::vector<RuleBits>> rules_by_slot;
        for (const Rule& rule : policy.rules) {
            for (const std::uint32_t slot : rule.program.slots()) add_to(rules_by_slot[slot], rules_.size());
            rules_.push_back({&rule, number});
        }
        for (auto& [slot, rules] : rules_by_slot) {
            const auto declared = policy.claims.find(policy.slots[slot]);
            const DeclaredClaim* declaration = declared == policy.claims.end() ? nullptr : &declared->second;
            readers_.push_back({ClaimInput(policy.slots[slot], slot, policy.types[slot], declaration, judges_.back().values[slot]), number,
                                std::move(rules)});
        }
    }

    static void add_to(std::vector<RuleBits>& rules, std::size_t rule) {
        if (rules.empty() || rules.back().word != rule / 64) rules.push_back({rule / 64, 0});
        rules.back().bits |= std::uint64_t{1} << rule % 64;
    }

    void changed(const Reader& reader) {
        for (const RuleBits& rules : reader.rules) dirty_[rules.word] |= rules.bits;
        is_any_dirty_ = true;
    }

    void look_at_ages(SteadyTime now) {
        earliest_due_ = SteadyTime::max();
        for (Reader& reader : readers_) {
            if (reader.input.look_at_age(now)) changed(reader);
            if (const auto due = reader.input.due()) earliest_due_ = std::min(earliest_due_, *due);
        }
    }

    // True where the decision may be another one now.
    bool rejudge(std::size_t index) {
        JudgedRule& judged = rules_[index];
        const cel::Value value = judged.rule->program.evaluate(judges_[judged.policy].values, scratch_);
        const Outcome before = std::exchange(judged.outcome, outcome_of(value));
        if (judged.outcome == Outcome::Pass) return before != Outcome::Pass;
        findings_[index] = finding(judged, value);
        return true;
    }

    static Outcome outcome_of(const cel::Value& value) noexcept {
        if (value.is_true()) return Outcome::Pass;
        return value.is_false() ? Outcome::Fail : Outcome::Unknown;
    }

    [[nodiscard]] Finding finding(const JudgedRule& judged, const cel::Value& value) const {
        const Rule& rule = *judged.rule;
        const Policy& policy = *judges_[judged.policy].policy;
        const bool unknown = judged.outcome == Outcome::Unknown;
        Finding found{policy.name,  rule.id,       rule.about, unknown ? rule.if_unknown : rule.otherwise, unknown, rule.risk,
                      rule.because, rule.controls, {}};
        if (value.is(cel::Kind::Error))
            found.because += " (The condition could not be judged: " + std::string(value.error_message()) + ".)";
        for (const std::uint32_t slot : rule.program.slots())
            found.inputs.push_back({policy.slots[slot], text_of(judged.policy, policy.slots[slot])});
        return found;
    }

    [[nodiscard]] std::string text_of(std::uint32_t policy, std::string_view name) const {
        const Group& group = groups_[*slot_of(name)];
        std::uint32_t i = group.first;
        while (readers_[i].policy != policy) ++i;
        return readers_[i].input.text();
    }

    void summarise() {
        decision_ = {};
        Verdict together;
        Level level = judges_.empty() ? Level::Unverified : Level::Trusted;
        std::size_t next = 0;
        int risk = 0;
        for (std::uint32_t policy = 0; policy < judges_.size(); ++policy) {
            Verdict verdict;
            for (; next < rules_.size() && rules_[next].policy == policy; ++next) {
                const JudgedRule& judged = rules_[next];
                verdict.add(judged.rule->about, tier_of(judged));
                together.add(judged.rule->about, tier_of(judged));
                if (judged.outcome == Outcome::Pass) continue;
                verdict.add_risk(judged.rule->risk);
                decision_.findings.push_back(findings_[next]);
            }
            level = worse(level, verdict.level(judges_[policy].policy->levels));
            risk = std::max(risk, verdict.risk());  // each policy weighs on its own scale
        }
        decision_.dimensions = together.dimensions();
        decision_.overall = together.overall();
        decision_.risk = risk;
        decision_.level = level;
        std::ranges::stable_sort(decision_.findings, std::greater{}, &Finding::tier);
    }

    static Tier tier_of(const JudgedRule& judged) noexcept {
        switch (judged.outcome) {
            case Outcome::Pass: return Tier::Affirming;
            case Outcome::Fail: return judged.rule->otherwise;
            case Outcome::Unknown: return judged.rule->if_unknown;
        }
        return Tier::Contraindicated;
    }

    PolicySet policies_;
    std::vector<Judge> judges_;
    std::vector<JudgedRule> rules_;  // in the order of policies and rules
    std::vector<Reader> readers_;    // in the order of names
    std::vector<Group> groups_;
    std::vector<Finding> findings_;  // of each rule, where it did not pass
    std::vector<std::uint64_t> dirty_;
    bool is_any_dirty_ = true;
    cel::Scratch scratch_{expression_limits()};
    SteadyTime earliest_due_ = SteadyTime::max();  // never later than the first due of any reader
    SteadyTime last_judged_ = SteadyTime::min();
    std::uint64_t rules_judged_ = 0;
    Decision decision_;
};

Evaluator::Evaluator(PolicySet policies) : state_(std::make_unique<State>(std::move(policies))) {}
Evaluator::Evaluator(Evaluator&&) noexcept = default;
Evaluator& Evaluator::operator=(Evaluator&&) noexcept = default;
Evaluator::~Evaluator() = default;

const Decision& Evaluator::evaluate(const Claims& claims, SteadyTime now) {
    state_->set_all(claims);
    return state_->judge(now);
}

std::optional<std::uint32_t> Evaluator::slot_of(std::string_view name) const { return state_->slot_of(name); }
void Evaluator::set(std::uint32_t slot, const Claim& claim) { state_->set(slot, &claim); }
const Decision& Evaluator::judge(SteadyTime now) { return state_->judge(now); }
const Decision& Evaluator::judge_anew(SteadyTime now) {
    state_->mark_all();
    return state_->judge(now);
}
std::optional<SteadyTime> Evaluator::next_due() const { return state_->next_due(); }
std::uint64_t Evaluator::rules_judged() const noexcept { return state_->rules_judged(); }
const PolicySet& Evaluator::policies() const noexcept { return state_->policies(); }

}  // namespace anchor::policy
