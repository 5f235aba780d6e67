// SPDX-License-Identifier: Apache-2.0
#include "rules_section.h"

#include <set>

namespace anchor::policy {
namespace {

constexpr std::size_t kLongestExpression = 8U << 10U;
constexpr std::size_t kLongestReason = 1024;
constexpr std::size_t kMaxControls = 32;
constexpr std::size_t kLongestControl = 128;

// What all expressions of one policy may take together.
constexpr std::size_t kMaxProgramOctets = 16U << 20U;
constexpr std::uint64_t kMaxEstimatedCost = 10'000'000;

constexpr std::string_view kTierNames = "affirming, warning, contraindicated";
constexpr std::string_view kDimensionNames =
    "instance-identity, configuration, executables, file-system, hardware, runtime-opaque, storage-opaque, sourced-data";

class RulesReader {
public:
    RulesReader(const Vocabulary& words, Mistakes& mistakes) : words_(words), mistakes_(mistakes) {}

    void read(const Json& value, std::string pointer) {
        Fields fields(value, std::move(pointer), mistakes_);
        if (!value.is_object()) return;
        fields.only({"id", "about", "require", "otherwise", "if_unknown", "risk", "because", "controls"});
        for (const char* key : {"id", "about", "require", "because"}) fields.required(key);
        const auto id = fields.name("id", NameForm::Dotted);
        if (id && !ids_.insert(*id).second) fields.wrong("id", in_quotes(*id) + " is the id of an earlier rule");
        const auto about = fields.word<Dimension>("about", dimension_from, kDimensionNames);
        const auto because = fields.text("because", kLongestReason);
        const Tier otherwise = tier(fields, "otherwise", Tier::Contraindicated);
        const Tier if_unknown = tier(fields, "if_unknown", otherwise == Tier::Affirming ? Tier::Warning : otherwise);
        const int risk = static_cast<int>(fields.integer("risk", 0, 100).value_or(0));
        if (if_unknown == Tier::Affirming) fields.wrong("if_unknown", "unknown is never a pass: warning or contraindicated");
        if (otherwise == Tier::Affirming && risk == 0)
            fields.wrong("otherwise", "\"affirming\" without a risk: the rule could never make a difference");
        auto controls = fields.texts("controls", kMaxControls, kLongestControl);

        auto require = fields.text("require", kLongestExpression);
        auto program = require ? compile(fields, *require) : std::nullopt;
        if (!id || !about || !because || !program) return;
        rules_.push_back({*id, *about, *require, std::move(*program), otherwise, if_unknown, risk, *because, std::move(controls)});
    }

    [[nodiscard]] bool is_exhausted() const noexcept { return octets_ > kMaxProgramOctets || cost_ > kMaxEstimatedCost; }
    [[nodiscard]] std::vector<Rule> take() && { return std::move(rules_); }

private:
    static Tier tier(Fields& fields, std::string_view key, Tier otherwise) {
        const auto read = fields.word<Tier>(key, tier_from, kTierNames);
        if (read == Tier::None) fields.wrong(key, "\"none\" is none of " + std::string(kTierNames));
        return read.value_or(otherwise);
    }

    std::optional<cel::Program> compile(Fields& fields, const std::string& text) {
        std::vector<cel::Diagnostic> diagnostics;
        auto program = cel::compile(words_.environment, text, {}, &diagnostics);
        if (!program) {
            for (const cel::Diagnostic& each : diagnostics)
                mistakes_.add_at(mistakes_.text().inside(fields.pointer("require"), each.line, each.column), each.message);
            if (diagnostics.empty()) fields.wrong("require", program.error().what);
            return std::nullopt;
        }
        octets_ += program->memory();
        cost_ += program->estimated_cost();
        if (program->result_type().kind() != cel::TypeKind::Bool) {
            fields.wrong("require", "the condition has the type " + cel::to_string(program->result_type()) + ", it must be bool");
            return std::nullopt;
        }
        if (program->slots().empty()) {
            fields.wrong("require", "the condition reads no claim: it would always give the same answer");
            return std::nullopt;
        }
        if (is_exhausted()) fields.wrong("require", "up to here the conditions of this policy are too large or too slow together");
        return std::move(*program);
    }

    const Vocabulary& words_;
    Mistakes& mistakes_;
    std::vector<Rule> rules_;
    std::set<std::string> ids_;
    std::size_t octets_ = 0;
    std::uint64_t cost_ = 0;
};

}  // namespace

std::vector<Rule> read_rules(Fields& document, const Vocabulary& words) {
    const Json* section = document.required("rules");
    if (section == nullptr) return {};
    if (!section->is_array() || section->empty() || section->size() > kMaxRules) {
        document.wrong("rules", "\"rules\" must be a list of 1 to " + std::to_string(kMaxRules) + " rules");
        return {};
    }
    RulesReader reader(words, document.mistakes());
    const std::string pointer = document.pointer("rules");
    for (std::size_t i = 0; i < section->size() && !reader.is_exhausted() && !document.mistakes().full(); ++i)
        reader.read((*section)[i], element_pointer(pointer, i));
    return std::move(reader).take();
}

}  // namespace anchor::policy
