// SPDX-License-Identifier: Apache-2.0
#include "measured_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include <anchor/base/file.h>
#include <anchor/measure/ima_replay.h>

#include "pcr_text.h"

namespace anchor::cli {
namespace {

constexpr std::size_t kBeginning = 4096;
constexpr std::size_t kChunk = 64UL * 1024;
constexpr std::size_t kMaxPcrText = 64UL * 1024;
constexpr std::string_view kStandardInput = "-";

Result<UniqueFd> open_file(const std::string& file) {
    const bool standard_input = file == kStandardInput;
    UniqueFd fd(standard_input ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!fd.valid()) return unavailable(from_errno(file, errno).what);
    return fd;
}

}  // namespace

Result<MeasuredFile> MeasuredFile::open(const std::string& file) {
    ANCHOR_ASSIGN_OR_RETURN(UniqueFd fd, open_file(file));
    MeasuredFile opened(std::move(fd), file == kStandardInput ? "standard input" : file);
    opened.beginning_.resize(kBeginning);
    std::size_t have = 0;
    for (std::size_t got = 1; got != 0 && have < kBeginning; have += got) {
        ANCHOR_ASSIGN_OR_RETURN(got, opened.read_some(std::span(opened.beginning_).subspan(have)));
    }
    opened.beginning_.resize(have);
    opened.format_ = measure::ima_list_format_of(opened.beginning_);
    return opened;
}

Result<std::size_t> MeasuredFile::read_some(std::span<std::uint8_t> into) {
    ssize_t got = 0;
    do got = ::read(fd_.get(), into.data(), into.size());
    while (got < 0 && errno == EINTR);
    if (got < 0) return unavailable(from_errno(name_, errno).what);
    return static_cast<std::size_t>(got);
}

Result<void> MeasuredFile::visit_chunks(const std::function<Result<bool>(ByteView)>& visitor) {
    if (beginning_.empty()) return {};
    ANCHOR_ASSIGN_OR_RETURN(bool more, visitor(beginning_));
    std::vector<std::uint8_t> chunk(kChunk);
    while (more) {
        ANCHOR_ASSIGN_OR_RETURN(const std::size_t got, read_some(chunk));
        if (got == 0) return {};
        ANCHOR_ASSIGN_OR_RETURN(more, visitor(ByteView(chunk).first(got)));
    }
    return {};
}

Result<void> MeasuredFile::visit_ima_entries(const std::function<bool(const measure::ImaEntry&)>& visitor) {
    if (!format_) return rejected(name_ + ": no IMA list");
    measure::ImaReader reader(*format_);
    bool enough = false;
    auto visited = visit_chunks([&](ByteView octets) -> Result<bool> {
        reader.feed(octets);
        while (!enough) {
            ANCHOR_ASSIGN_OR_RETURN(const measure::ImaEntry* entry, reader.next());
            if (entry == nullptr) break;
            enough = !visitor(*entry);
        }
        return !enough;
    });
    if (!visited) return std::move(visited).error().within(name_);
    if (enough || reader.waiting() == 0) return {};
    return rejected(name_ + ": IMA list, entry " + std::to_string(reader.number()) + ": offset " + std::to_string(reader.offset()) +
                    ": the list ends within it");
}

Result<Bytes> MeasuredFile::boot_log() {
    Bytes octets;
    ANCHOR_RETURN_IF_ERROR(visit_chunks([&](ByteView chunk) -> Result<bool> {
        append(octets, chunk);
        if (octets.size() <= measure::kMaxEventLogSize) return true;
        return rejected(name_ + ": no IMA list, and larger than a boot log can be, " + std::to_string(measure::kMaxEventLogSize) +
                        " octets");
    }));
    return octets;
}

Result<measure::EventLog> boot_log_from(ByteView octets, const std::string& name) {
    constexpr std::array<std::uint8_t, 2> gzip{0x1F, 0x8B};
    measure::EventLog log = measure::parse_event_log(octets);
    if (!log.problem() || !log.events().empty()) return log;
    if (octets.size() > gzip.size() && equal(octets.first(gzip.size()), gzip))
        return rejected(name + ": compressed by gzip, unpack it first");
    return rejected(name + ": neither an IMA list nor a boot log: " + log.problem()->what);
}

Result<PcrValues> read_registers(const std::string& file) {
    ANCHOR_ASSIGN_OR_RETURN(const std::string text, of_a_file(read_text_file(file, kMaxPcrText)));
    auto values = pcr_values_from(text);
    if (!values) return std::move(values).error().within(file);
    return values;
}

PcrValues ima_register_of(const PcrValues& registers) {
    PcrValues one;
    for (const HashAlg bank : {HashAlg::Sha256, HashAlg::Sha384, HashAlg::Sha512, HashAlg::Sha1}) {
        const Digest* const value = registers.find(bank, measure::kImaPcr);
        if (value == nullptr) continue;
        one.set(measure::kImaPcr, *value);
        break;
    }
    return one;
}

}  // namespace anchor::cli
