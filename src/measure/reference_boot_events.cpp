// SPDX-License-Identifier: Apache-2.0
#include "reference_boot_events.h"

#include <algorithm>

#include <anchor/measure/event_log_render.h>

#include "event_log_line.h"

namespace anchor::measure {
namespace {

constexpr std::size_t kMostAligned = 1'000;
constexpr std::size_t kLongest = 200;

/// Both lists from their different beginnings to their different ends.
class Alignment {
public:
    Alignment(const EventLog& log, unsigned pcr, std::span<const ReferenceEvent> expected, std::span<const BootEvent* const> found)
        : log_(log), pcr_(pcr), expected_(expected), found_(found) {}

    std::vector<BootDifference> differences() && {
        while (!expected_.empty() && !found_.empty() && same(expected_.front(), *found_.front())) {
            expected_ = expected_.subspan(1);
            found_ = found_.subspan(1);
        }
        while (!expected_.empty() && !found_.empty() && same(expected_.back(), *found_.back())) {
            expected_ = expected_.first(expected_.size() - 1);
            found_ = found_.first(found_.size() - 1);
        }
        if (std::max(expected_.size(), found_.size()) <= kMostAligned)
            align();
        else
            note_gap(0, expected_.size(), 0, found_.size());
        return std::move(differences_);
    }

private:
    [[nodiscard]] bool same(const ReferenceEvent& expected, const BootEvent& found) const {
        const auto digest = log_.digest(found, expected.digest.alg());
        return digest && *digest == expected.digest;
    }

    // Longest common subsequence; what stands between its members differs.
    void align() {
        const std::size_t rows = expected_.size() + 1;
        const std::size_t columns = found_.size() + 1;
        std::vector<std::uint16_t> length(rows * columns, 0);
        for (std::size_t i = rows - 1; i-- > 0;) {
            for (std::size_t j = columns - 1; j-- > 0;) {
                length[i * columns + j] = same(expected_[i], *found_[j])
                                              ? static_cast<std::uint16_t>(length[(i + 1) * columns + j + 1] + 1)
                                              : std::max(length[(i + 1) * columns + j], length[i * columns + j + 1]);
            }
        }
        std::size_t i = 0, j = 0, gap_i = 0, gap_j = 0;
        while (i + 1 < rows && j + 1 < columns) {
            if (same(expected_[i], *found_[j])) {
                note_gap(gap_i, i, gap_j, j);
                gap_i = ++i;
                gap_j = ++j;
            } else if (length[(i + 1) * columns + j] >= length[i * columns + j + 1]) {
                ++i;
            } else {
                ++j;
            }
        }
        note_gap(gap_i, expected_.size(), gap_j, found_.size());
    }

    // Between two common events: as many as both have are changed, the rest is missing or too much.
    void note_gap(std::size_t i, std::size_t i_end, std::size_t j, std::size_t j_end) {
        for (; i < i_end && j < j_end; ++i, ++j) {
            note(BootDifferenceKind::Changed, found_[j], "expected " + text_of(expected_[i]) + ", found " + text_of(*found_[j]));
        }
        for (; i < i_end; ++i) note(BootDifferenceKind::Missing, nullptr, "expected " + text_of(expected_[i]) + ", which is not there");
        for (; j < j_end; ++j) note(BootDifferenceKind::Unexpected, found_[j], "nothing expected, found " + text_of(*found_[j]));
    }

    void note(BootDifferenceKind kind, const BootEvent* event, const std::string& what) {
        BootDifference difference{kind, pcr_, std::nullopt, "PCR " + std::to_string(pcr_)};
        if (event != nullptr) {
            difference.event = event->number;
            difference.text += " event " + std::to_string(event->number);
        }
        difference.text += ": " + what;
        differences_.push_back(std::move(difference));
    }

    static std::string text_of(const ReferenceEvent& event) {
        const std::string words = event.type + (event.what.empty() ? "" : " \"" + event.what + "\"");
        return one_line((words.empty() ? "" : words + " ") + event.digest.text(), kLongest);
    }
    [[nodiscard]] std::string text_of(const BootEvent& event) const {
        const HashAlg bank = expected_.empty() ? HashAlg::Sha256 : expected_.front().digest.alg();
        const auto digest = log_.digest(event, bank);
        return std::string(event_type_name(event.type)) + " \"" + describe_event(log_, event) + "\" " +
               (digest ? digest->text() : "without digest");
    }

    const EventLog& log_;
    unsigned pcr_;
    std::span<const ReferenceEvent> expected_;
    std::span<const BootEvent* const> found_;
    std::vector<BootDifference> differences_;
};

}  // namespace

std::vector<BootDifference> compare_events(const EventLog& log, unsigned pcr, std::span<const ReferenceEvent> expected,
                                           std::span<const BootEvent* const> found) {
    return Alignment(log, pcr, expected, found).differences();
}

}  // namespace anchor::measure
