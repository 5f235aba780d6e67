// SPDX-License-Identifier: Apache-2.0
#include <anchor/link/disk_outbox.h>

#include <algorithm>
#include <charconv>
#include <numeric>

namespace anchor::link {
namespace {

constexpr std::string_view kPrefix = "outbox-";
constexpr std::size_t kDigits = 20;  // of the largest number, so that names sort as numbers do

std::string name_of(std::uint64_t number, OutboxKind kind) {
    const std::string digits = std::to_string(number);
    return std::string(kPrefix) + std::string(kDigits - digits.size(), '0') + digits +
           (kind == OutboxKind::Report ? "-report" : "-telemetry");
}

struct Name {
    std::uint64_t number = 0;
    OutboxKind kind = OutboxKind::Telemetry;
};

// Exactly what name_of() writes; the folder may hold files of others.
std::optional<Name> parse_name(const std::string& name) {
    if (!name.starts_with(kPrefix) || name.size() < kPrefix.size() + kDigits) return std::nullopt;
    Name parsed;
    const char* const digits = name.data() + kPrefix.size();
    const auto [stop, failed] = std::from_chars(digits, digits + kDigits, parsed.number);
    if (failed != std::errc{} || stop != digits + kDigits) return std::nullopt;
    for (const OutboxKind kind : {OutboxKind::Telemetry, OutboxKind::Report}) {
        parsed.kind = kind;
        if (name == name_of(parsed.number, kind)) return parsed;
    }
    return std::nullopt;
}

}  // namespace

Result<DiskOutbox> DiskOutbox::open(Disk& disk, OutboxLimits limits) {
    DiskOutbox box(disk, limits);
    ANCHOR_ASSIGN_OR_RETURN(const auto names, disk.names());
    for (const std::string& name : names) {
        const auto parsed = parse_name(name);
        if (!parsed) {
            // A push that the power cut before its rename: it was never promised.
            if (name.starts_with(kPrefix)) {
                ANCHOR_RETURN_IF_ERROR(disk.remove(name));
            }
            continue;
        }
        const auto content = disk.read(name, limits.entry);
        box.waiting_.push_back({parsed->number, parsed->kind, content && *content ? (*content)->size() : 0});
        box.next_ = std::max(box.next_, parsed->number + 1);
    }
    std::ranges::sort(box.waiting_, {}, &Waiting::number);
    return box;
}

std::size_t DiskOutbox::octets() const noexcept {
    return std::accumulate(waiting_.begin(), waiting_.end(), std::size_t{0},
                           [](std::size_t sum, const Waiting& entry) { return sum + entry.octets; });
}

Result<void> DiskOutbox::make_room(std::size_t needed) {
    while (waiting_.size() >= limits_.entries || octets() + needed > limits_.octets) {
        const auto oldest = std::ranges::find(waiting_, OutboxKind::Telemetry, &Waiting::kind);
        if (oldest == waiting_.end()) return unavailable("the outbox is full of reports");
        ANCHOR_RETURN_IF_ERROR(pop(oldest->number));
    }
    return {};
}

Result<void> DiskOutbox::push(OutboxKind kind, ByteView octets) {
    if (octets.size() > limits_.entry) return rejected("an outbox entry of " + std::to_string(octets.size()) + " octets");
    ANCHOR_RETURN_IF_ERROR(make_room(octets.size()));
    ANCHOR_RETURN_IF_ERROR(replace(*disk_, name_of(next_, kind), octets));
    waiting_.push_back({next_++, kind, octets.size()});
    return {};
}

Result<std::optional<OutboxEntry>> DiskOutbox::front() {
    if (waiting_.empty()) return std::optional<OutboxEntry>();
    const auto report = std::ranges::find(waiting_, OutboxKind::Report, &Waiting::kind);
    const Waiting first = report == waiting_.end() ? waiting_.front() : *report;
    auto content = disk_->read(name_of(first.number, first.kind), limits_.entry);
    if (!content && content.error().kind == ErrorKind::Unavailable) return std::move(content).error();
    if (!content || !*content) {
        (void)pop(first.number);  // a disk that does not let go of it gives it back with the next start
        return corrupt("outbox entry " + std::to_string(first.number) + " is gone or unreadable");
    }
    return std::optional(OutboxEntry{first.number, first.kind, std::move(**content)});
}

Result<void> DiskOutbox::pop(std::uint64_t number) {
    const auto entry = std::ranges::find(waiting_, number, &Waiting::number);
    if (entry == waiting_.end()) return {};
    const Waiting gone = *entry;
    waiting_.erase(entry);
    ANCHOR_RETURN_IF_ERROR(disk_->remove(name_of(gone.number, gone.kind)));
    return disk_->sync_folder();
}

}  // namespace anchor::link
