// SPDX-License-Identifier: Apache-2.0
#include "ima_look.h"

#include <anchor/measure/ima_claims.h>
#include <anchor/tpmwire/attestation.h>

namespace anchor::agent {
namespace {

using measure::ImaProgress;
using measure::ImaProof;
using measure::ImaReport;
using measure::ImaVerifier;

constexpr std::size_t kStep = 64UL * 1024;

// One stream, read once, in pieces that live until the next.
class Pieces {
public:
    explicit Pieces(std::unique_ptr<LogStream> stream) : stream_(std::move(stream)), octets_(kStep) {}

    /// Filled as far as the log goes on; empty at its end.
    Result<ByteView> next() {
        std::size_t have = 0;
        while (have < octets_.size()) {
            ANCHOR_ASSIGN_OR_RETURN(const std::size_t got, stream_->read(std::span(octets_).subspan(have)));
            if (got == 0) break;
            have += got;
        }
        read_ += have;
        if (read_ > kLongestImaList) return rejected("the IMA list is longer than " + std::to_string(kLongestImaList) + " octets");
        return ByteView(octets_.data(), have);
    }

private:
    std::unique_ptr<LogStream> stream_;
    Bytes octets_;
    std::uint64_t read_ = 0;
};

Result<ImaReport> read_to_end(ImaVerifier& verifier, Pieces& pieces, ByteView first) {
    for (ByteView piece = first; !piece.empty();) {
        ANCHOR_RETURN_IF_ERROR(verifier.push(piece));
        ANCHOR_ASSIGN_OR_RETURN(piece, pieces.next());
    }
    return verifier.report();
}

class Look {
public:
    Look(LogSource& list, const ImaMemory& memory, const PcrValues& quoted, std::uint32_t reset_count)
        : list_(list), memory_(memory), reset_count_(reset_count) {
        options_.quoted = quoted;
        options_.reference = memory.basis->reference(&options_.quoted);
    }
    Look(const Look&) = delete;
    Look& operator=(const Look&) = delete;

    ImaSight look() {
        const ImaProgress* known = goes_on(memory_.known);
        if (known != nullptr && known->is_all(options_.quoted)) return {known->report(), *known, memory_.basis};
        if (known != nullptr) {
            // What does not continue, or not to the quoted register, is read from its beginning: the list may have been trimmed.
            if (auto sight = resume(*known); !is_puzzling(sight.report)) return sight;
        }
        ImaSight sight = begin();
        if (!is_puzzling(sight.report)) return sight;
        for (const ImaProgress* before : {known, goes_on(memory_.stored)}) {
            if (before == nullptr) continue;
            if (before->is_all(options_.quoted)) return {before->report(), *before, memory_.basis};
            if (auto rest = after_trim(*before); !is_puzzling(rest.report)) return rest;
        }
        return sight;
    }

private:
    const ImaProgress* goes_on(const std::optional<ImaProgress>& before) const {
        const bool fits = before && before->goes_on(reset_count_, memory_.basis->id(), options_.quoted);
        return fits ? &*before : nullptr;
    }

    // Neither proven nor out of reach: another way of reading may explain it.
    static bool is_puzzling(const Result<ImaReport>& report) {
        return report ? report->proof != ImaProof::Proven : report.error().kind == ErrorKind::Stale;
    }

    ImaSight resume(const ImaProgress& known) {
        auto stream = list_.open(known.checkpoint.reread_offset());
        if (!stream) return {std::move(stream).error(), known, memory_.basis};
        Pieces pieces(std::move(stream).value());
        ImaVerifier verifier = ImaVerifier::resume(known.checkpoint, options_);
        return read(verifier, pieces, {}, &known);
    }

    ImaSight begin() {
        auto stream = list_.open(0);
        if (!stream) return {std::move(stream).error(), memory_.known, memory_.basis};
        Pieces pieces(std::move(stream).value());
        const auto first = pieces.next();
        if (!first) return {first.error(), memory_.known, memory_.basis};
        if (first->empty()) return {stale("the IMA list is empty"), memory_.known, memory_.basis};
        const auto format = measure::ima_list_format_of(*first);
        if (!format) return {rejected("the IMA list is in no form that can be read"), memory_.known, memory_.basis};
        ImaVerifier verifier(*format, options_);
        return read(verifier, pieces, *first, nullptr);
    }

    ImaSight after_trim(const ImaProgress& before) {
        auto stream = list_.open(0);
        if (!stream) return {std::move(stream).error(), before, memory_.basis};
        Pieces pieces(std::move(stream).value());
        ImaVerifier verifier = ImaVerifier::after_trim(before.checkpoint, options_);
        return read(verifier, pieces, {}, &before);
    }

    ImaSight read(ImaVerifier& verifier, Pieces& pieces, ByteView first, const ImaProgress* before) {
        Result<ByteView> piece = first;
        if (first.empty()) piece = pieces.next();
        auto report = piece ? read_to_end(verifier, pieces, *piece) : Result<ImaReport>(piece.error());
        if (!report) return {std::move(report).error(), memory_.known, memory_.basis};
        if (before != nullptr) report = before->with(std::move(report).value(), options_.reference.offenders_kept);
        const auto checkpoint = verifier.checkpoint();
        if (!checkpoint) return {std::move(report), memory_.known, memory_.basis};
        ImaProgress progress{*checkpoint, report->findings, reset_count_, memory_.basis->id()};
        return {std::move(report), std::move(progress), memory_.basis};
    }

    LogSource& list_;
    const ImaMemory& memory_;
    std::uint32_t reset_count_;
    measure::ImaVerifyOptions options_;
};

bool has_ima_register(const PcrValues& quoted) {
    for (const HashAlg bank : quoted.banks()) {
        if (quoted.find(bank, measure::kImaPcr) != nullptr) return true;
    }
    return false;
}

}  // namespace

ImaSight look_at_ima(LogSource* list, const Quote& quote, const ImaMemory& memory) {
    if (list == nullptr) return {unavailable("no IMA list is looked at"), memory.known, memory.basis};
    if (!has_ima_register(quote.pcrs)) return {denied("PCR 10 is not among the quoted registers"), memory.known, memory.basis};
    const auto statement = tpmwire::parse_statement(quote.attestation.attest);
    if (!statement) return {statement.error(), memory.known, memory.basis};
    return Look(*list, memory, quote.pcrs, statement->clock.reset_count).look();
}

void claim_ima_sight(const ImaSight& sight, const PcrValues& quoted, SteadyTime observed, Claims& into) {
    if (!sight.report) return measure::claim_ima_unknown(sight.report.error().what, observed, into);
    measure::claim_ima(*sight.report, sight.basis->reference(&quoted), observed, into);
}

}  // namespace anchor::agent
