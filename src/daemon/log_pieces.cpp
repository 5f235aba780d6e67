// SPDX-License-Identifier: Apache-2.0
#include "log_pieces.h"

#include <algorithm>

namespace anchor::daemon {
namespace {

Result<Bytes> piece_of_boot_log(const BootLog& log, std::uint64_t offset) {
    ANCHOR_ASSIGN_OR_RETURN(const Bytes all, log.read());
    const ByteView rest = ByteView(all).subspan(static_cast<std::size_t>(std::min<std::uint64_t>(offset, all.size())));
    return to_bytes(rest.first(std::min(rest.size(), LogPieces::kPiece)));
}

Result<Bytes> piece_of_list(LogSource& list, std::uint64_t offset) {
    ANCHOR_ASSIGN_OR_RETURN(const auto stream, list.open(offset));
    Bytes piece(LogPieces::kPiece);
    std::size_t have = 0;
    while (have < piece.size()) {
        ANCHOR_ASSIGN_OR_RETURN(const std::size_t got, stream->read(std::span(piece).subspan(have)));
        if (got == 0) break;
        have += got;
    }
    piece.resize(have);
    return piece;
}

}  // namespace

void LogPieces::read(std::string_view log, std::uint64_t offset, std::function<void(const Result<Bytes>&)> done) {
    if (log == "boot") {
        offload(
            worker_, [&boot = boot_, offset] { return piece_of_boot_log(boot, offset); }, std::move(done));
    } else if (log == "ima") {
        offload(
            worker_, [&ima = ima_, offset] { return piece_of_list(ima, offset); }, std::move(done));
    } else {
        done(rejected("log: expected \"boot\" or \"ima\""));
    }
}

}  // namespace anchor::daemon
