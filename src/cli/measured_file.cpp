// SPDX-License-Identifier: Apache-2.0
#include "measured_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include <anchor/base/file.h>
#include <anchor/measure/event_log.h>
#include <anchor/measure/ima_replay.h>

#include "pcr_text.h"

namespace anchor::cli {
namespace {

constexpr std::size_t kBeginning = 4096;
constexpr std::size_t kChunk = 64UL * 1024;
constexpr std::size_t kMaxPcrText = 64UL * 1024;

Result<UniqueFd> open_file(const std::string& file) {
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

}  // namespace

Result<std::optional<measure::ImaListFormat>> ima_format_of(const std::string& file) {
    ANCHOR_ASSIGN_OR_RETURN(const UniqueFd fd, open_file(file));
    std::array<std::uint8_t, kBeginning> beginning{};
    ANCHOR_ASSIGN_OR_RETURN(const ByteView octets, next_chunk(fd.get(), beginning, file));
    return measure::ima_list_format_of(octets);
}

Result<void> visit_chunks(const std::string& file, const std::function<Result<bool>(ByteView)>& visitor) {
    ANCHOR_ASSIGN_OR_RETURN(const UniqueFd fd, open_file(file));
    std::vector<std::uint8_t> chunk(kChunk);
    for (bool more = true; more;) {
        ANCHOR_ASSIGN_OR_RETURN(const ByteView octets, next_chunk(fd.get(), chunk, file));
        if (octets.empty()) return {};
        ANCHOR_ASSIGN_OR_RETURN(more, visitor(octets));
    }
    return {};
}

Result<void> visit_ima_entries(const std::string& file, measure::ImaListFormat format,
                               const std::function<bool(const measure::ImaEntry&)>& visitor) {
    measure::ImaReader reader(format);
    bool enough = false;
    ANCHOR_RETURN_IF_ERROR(visit_chunks(file, [&](ByteView octets) -> Result<bool> {
        reader.feed(octets);
        while (!enough) {
            ANCHOR_ASSIGN_OR_RETURN(const measure::ImaEntry* entry, reader.next());
            if (entry == nullptr) break;
            enough = !visitor(*entry);
        }
        return !enough;
    }));
    if (!enough && reader.waiting() != 0) return rejected(file + ": ends within an entry");
    return {};
}

Result<Bytes> read_boot_log(const std::string& file) { return of_a_file(read_file(file, measure::kMaxEventLogSize)); }

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
