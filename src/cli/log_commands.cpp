// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <functional>
#include <ostream>

#include <anchor/base/encoding.h>
#include <anchor/base/file.h>
#include <anchor/measure/event_log_render.h>
#include <anchor/measure/ima_reader.h>
#include <anchor/measure/ima_render.h>
#include <anchor/measure/ima_replay.h>

#include "exit_code.h"
#include "offline_commands.h"
#include "pcr_text.h"

namespace anchor::cli {
namespace {

using measure::ImaEntry;

constexpr std::size_t kBeginning = 4096;
constexpr std::size_t kMaxPcrText = 64UL * 1024;

// An errno of a file is no failure of the way to the daemon, which it would be for the exit code.
template <class T>
Result<T> of_a_file(Result<T> read) {
    if (read) return read;
    return unavailable(read.error().what);
}

Result<UniqueFd> open_log(const std::string& file) {
    UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!fd.valid()) return unavailable(from_errno(file, errno).what);
    return fd;
}

Result<ByteView> next_chunk(int fd, std::span<std::uint8_t> chunk, const std::string& file) {
    ssize_t got = 0;
    do got = ::read(fd, chunk.data(), chunk.size());
    while (got < 0 && errno == EINTR);
    if (got < 0) return unavailable(from_errno(file, errno).what);
    return ByteView(chunk.data(), static_cast<std::size_t>(got));
}

// Nothing where the file is no IMA list.
Result<std::optional<measure::ImaListFormat>> ima_format_of(const std::string& file) {
    ANCHOR_ASSIGN_OR_RETURN(const UniqueFd fd, open_log(file));
    std::array<std::uint8_t, kBeginning> beginning{};
    ANCHOR_ASSIGN_OR_RETURN(const ByteView octets, next_chunk(fd.get(), beginning, file));
    return measure::ima_list_format_of(octets);
}

// A list of a million entries is a stream: each entry goes as it comes, until the visitor has had enough.
Result<void> visit_ima_entries(const std::string& file, measure::ImaListFormat format,
                               const std::function<bool(const ImaEntry&)>& visitor) {
    ANCHOR_ASSIGN_OR_RETURN(const UniqueFd fd, open_log(file));
    measure::ImaReader reader(format);
    std::vector<std::uint8_t> chunk(64UL * 1024);
    while (true) {
        ANCHOR_ASSIGN_OR_RETURN(const ByteView octets, next_chunk(fd.get(), chunk, file));
        if (octets.empty()) break;
        reader.feed(octets);
        while (true) {
            ANCHOR_ASSIGN_OR_RETURN(const ImaEntry* entry, reader.next());
            if (entry == nullptr) break;
            if (!visitor(*entry)) return {};
        }
    }
    if (reader.waiting() != 0) return rejected(file + ": ends within an entry");
    return {};
}

Result<int> show_ima(const std::string& file, measure::ImaListFormat format, LogForm form, std::ostream& out) {
    if (form == LogForm::Yaml) return unavailable("--yaml is a form of boot logs; IMA lists have --json");
    std::string text;
    if (form == LogForm::Table) measure::append_ima_table_head(text);
    ANCHOR_RETURN_IF_ERROR(visit_ima_entries(file, format, [&](const ImaEntry& entry) {
        if (form == LogForm::Json)
            measure::append_ima_json(text, entry);
        else
            measure::append_ima_table_row(text, entry);
        out << text;
        text.clear();
        return out.good();
    }));
    return exit_code::kDone;
}

Result<int> replay_ima(const std::string& file, measure::ImaListFormat format, const std::optional<PcrValues>& given, std::ostream& out) {
    measure::ImaReplay replay(given ? given->banks() : std::vector<HashAlg>{HashAlg::Sha1, HashAlg::Sha256, HashAlg::Sha384});
    std::uint64_t entries = 0;
    std::optional<std::uint64_t> forged;
    bool matched = false;
    ANCHOR_RETURN_IF_ERROR(visit_ima_entries(file, format, [&](const ImaEntry& entry) {
        if (!replay.extend(entry) && !forged) forged = entry.number;
        ++entries;
        matched = given && replay.matches(*given);
        return !matched;
    }));
    if (forged) out << "entry " << *forged << ": its digest is not that of its contents\n";
    if (matched) {
        out << "replays: the registers are explained by the first " << entries << " entries\n";
        return forged ? exit_code::kRefused : exit_code::kDone;
    }
    if (given) out << "does not replay: none of the " << entries << " entries leads to the given registers\n";
    for (const measure::ImaLane& lane : replay.lanes()) {
        out << to_string(lane.value.alg()) << ' ' << lane.pcr << ' ' << to_hex(lane.value.view()) << " (" << to_string(lane.style) << ")\n";
    }
    return given || forged ? exit_code::kRefused : exit_code::kDone;
}

Result<int> replay_boot(const measure::EventLog& log, const std::optional<PcrValues>& given, std::ostream& out) {
    const measure::Replay replayed = measure::replay(log);
    if (log.problem()) out << "the log breaks off: " << log.problem()->what << '\n';
    if (given) {
        const auto report = measure::compare_replay(log, replayed, *given);
        out << measure::render_replay_report(log, report);
        return report.replays() && !log.problem() ? exit_code::kDone : exit_code::kRefused;
    }
    for (const auto& [key, value] : replayed.values) out << to_string(key.bank) << ' ' << key.index << ' ' << to_hex(value.view()) << '\n';
    return log.problem() ? exit_code::kRefused : exit_code::kDone;
}

Result<std::optional<PcrValues>> given_pcrs(const std::optional<std::string>& file) {
    if (!file) return std::optional<PcrValues>();
    ANCHOR_ASSIGN_OR_RETURN(const std::string text, of_a_file(read_text_file(*file, kMaxPcrText)));
    auto values = pcr_values_from(text);
    if (!values) return std::move(values).error().within(*file);
    return std::optional<PcrValues>(std::move(*values));
}

}  // namespace

Result<int> show_log(const std::string& file, LogForm form, std::ostream& out) {
    ANCHOR_ASSIGN_OR_RETURN(const auto ima, ima_format_of(file));
    if (ima) return show_ima(file, *ima, form, out);
    ANCHOR_ASSIGN_OR_RETURN(const Bytes octets, of_a_file(read_file(file, measure::kMaxEventLogSize)));
    const measure::EventLog log = measure::parse_event_log(octets);
    switch (form) {
        case LogForm::Table: out << measure::render_event_log_table(log); break;
        case LogForm::Json: out << measure::render_event_log_json(log) << '\n'; break;
        case LogForm::Yaml: out << measure::render_event_log_yaml(log); break;
    }
    if (log.problem()) return rejected(file + ": " + log.problem()->what);
    return exit_code::kDone;
}

Result<int> replay_log(const std::string& file, const std::optional<std::string>& pcrs, std::ostream& out) {
    ANCHOR_ASSIGN_OR_RETURN(const auto given, given_pcrs(pcrs));
    ANCHOR_ASSIGN_OR_RETURN(const auto ima, ima_format_of(file));
    if (ima) return replay_ima(file, *ima, given, out);
    ANCHOR_ASSIGN_OR_RETURN(const Bytes octets, of_a_file(read_file(file, measure::kMaxEventLogSize)));
    return replay_boot(measure::parse_event_log(octets), given, out);
}

}  // namespace anchor::cli
