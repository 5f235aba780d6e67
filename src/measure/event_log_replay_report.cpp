// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/event_log_replay.h>

#include <algorithm>
#include <array>

#include <anchor/crypto/hash.h>
#include <anchor/measure/event_log_content.h>

#include "event_log_startup.h"

namespace anchor::measure {
namespace {

constexpr std::size_t kMaxExtends = 8'192;

std::string name_of(std::uint32_t event) { return "event " + std::to_string(event); }

/// Looks for the reason why one register does not hold what its events say.
class Explanation {
public:
    Explanation(const EventLog& log, std::uint8_t locality, PcrCheck& check) : log_(log), locality_(locality), check_(check) {
        for (const BootEvent& event : log.events()) {
            if (event.type == EventType::NoAction || event.pcr != check.pcr) continue;
            if (const auto digest = log.digest(event, check.bank)) {
                events_.push_back(&event);
                digests_.push_back(*digest);
            }
        }
    }

    void find() {
        if (ends_early() || started_elsewhere() || has_one_too_many() || has_foreign_content()) return;
        for (const BootEvent* event : events_) check_.unexplained.push_back(event->number);
        check_.why = "no part of its " + std::to_string(events_.size()) + " events leads to this value";
    }

private:
    [[nodiscard]] Digest start() const { return pcr_at_startup(check_.bank, check_.pcr, locality_); }

    // The register stands where only the first events were extended: the rest of the log is invented or came later.
    bool ends_early() {
        Digest value = start();
        for (std::size_t i = 0; i < events_.size(); ++i) {
            if (value == check_.found) {
                for (std::size_t j = i; j < events_.size(); ++j) check_.unexplained.push_back(events_[j]->number);
                check_.why = i == 0 ? "the register was never extended, the log has " + std::to_string(events_.size()) + " events for it"
                                    : "the register holds the events up to " + name_of(events_[i - 1]->number) + ", not those after it";
                return true;
            }
            value = crypto::extend(value, digests_[i]);
        }
        return false;
    }

    bool started_elsewhere() {
        if (check_.pcr != 0) return false;
        for (const std::uint8_t locality : std::to_array<std::uint8_t>({0, 3, 4})) {
            if (locality == locality_) continue;
            Digest value = pcr_at_startup(check_.bank, 0, locality);
            for (const Digest& digest : digests_) value = crypto::extend(value, digest);
            if (value != check_.found) continue;
            check_.why = "all events fit when the TPM was started from locality " + std::to_string(locality) + ", the log says " +
                         std::to_string(locality_);
            return true;
        }
        return false;
    }

    bool has_one_too_many() {
        if (events_.size() * events_.size() / 2 > kMaxExtends) return false;
        Digest before = start();
        for (std::size_t left_out = 0; left_out < events_.size(); ++left_out) {
            Digest value = before;
            for (std::size_t i = left_out + 1; i < digests_.size(); ++i) value = crypto::extend(value, digests_[i]);
            if (value == check_.found) {
                check_.unexplained.push_back(events_[left_out]->number);
                check_.why = "all events fit but " + name_of(events_[left_out]->number) + ", which the register does not contain";
                return true;
            }
            before = crypto::extend(before, digests_[left_out]);
        }
        return false;
    }

    // Whoever changed a digest rarely has a content for it.
    bool has_foreign_content() {
        for (const BootEvent* event : events_) {
            if (check_content(log_, *event) == ContentVerdict::Mismatch) check_.unexplained.push_back(event->number);
        }
        if (check_.unexplained.empty()) return false;
        check_.why = "the digest of " + name_of(check_.unexplained.front()) + " is not that of its content";
        return true;
    }

    const EventLog& log_;
    std::uint8_t locality_;
    PcrCheck& check_;
    std::vector<const BootEvent*> events_;
    std::vector<Digest> digests_;
};

bool has_events(const EventLog& log, unsigned pcr) {
    return std::ranges::any_of(log.events(),
                               [pcr](const BootEvent& event) { return event.pcr == pcr && event.type != EventType::NoAction; });
}

PcrCheck check_one(const EventLog& log, const Replay& replayed, unsigned pcr, const Digest& found) {
    PcrCheck check{found.alg(), pcr, PcrVerdict::NotInLog, found, std::nullopt, {}, {}};
    if (!has_events(log, pcr)) {
        check.why = "the log has no event for this register";
        return check;
    }
    const Digest* expected = replayed.values.find(found.alg(), pcr);
    if (expected == nullptr) {
        const auto gap = std::ranges::find_if(replayed.gaps, [&](const ReplayGap& g) { return g.bank == found.alg() && g.pcr == pcr; });
        check.verdict = PcrVerdict::NotInBank;
        check.why =
            gap == replayed.gaps.end() ? "the log has no digests of this bank" : name_of(gap->event) + " has no digest of this bank";
        return check;
    }
    check.replayed = *expected;
    check.verdict = *expected == found ? PcrVerdict::Match : PcrVerdict::Mismatch;
    if (check.verdict == PcrVerdict::Mismatch) Explanation(log, replayed.startup_locality, check).find();
    return check;
}

}  // namespace

const PcrCheck* ReplayReport::first_mismatch() const noexcept {
    const auto found = std::ranges::find(checks, PcrVerdict::Mismatch, &PcrCheck::verdict);
    return found == checks.end() ? nullptr : &*found;
}

bool ReplayReport::replays() const noexcept {
    return first_mismatch() == nullptr && std::ranges::find(checks, PcrVerdict::Match, &PcrCheck::verdict) != checks.end();
}

ReplayReport compare_replay(const EventLog& log, const Replay& replayed, const PcrValues& given) {
    ReplayReport report;
    for (const auto& [key, value] : given) report.checks.push_back(check_one(log, replayed, key.index, value));
    return report;
}

}  // namespace anchor::measure
