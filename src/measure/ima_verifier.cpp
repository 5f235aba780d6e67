// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/ima_verifier.h>

#include <algorithm>
#include <utility>

namespace anchor::measure {
namespace {

// A bank whose PCR 10 was not quoted can't be matched, and is none of our business.
std::vector<HashAlg> banks_of(const ImaVerifyOptions& options) {
    if (options.quoted.empty()) return options.banks;
    std::vector<HashAlg> banks = options.quoted.banks();
    std::erase_if(banks, [&](HashAlg bank) { return options.quoted.find(bank, kImaPcr) == nullptr; });
    return banks;
}

ImaCheckpoint at_reset(ImaListFormat format, const ImaVerifyOptions& options) {
    ImaCheckpoint start;
    start.format = format;
    start.lanes = ImaReplay(banks_of(options)).lanes();
    return start;
}

}  // namespace

ImaVerifier::ImaVerifier(ImaListFormat format, const ImaVerifyOptions& options)
    // The options are copied here: moved, they could be gone before at_reset() has looked at them.
    : ImaVerifier(at_reset(format, options), ImaVerifyOptions(options), 0, 0) {
    prove_if_matching();
}

ImaVerifier::ImaVerifier(ImaCheckpoint from, ImaVerifyOptions options, std::uint64_t offset, std::uint64_t number)
    : options_(std::move(options)),
      from_(std::move(from)),
      reader_(from_.format, offset, number, options_.max_entry),
      replay_(from_.lanes),
      appraiser_(options_.reference, from_.aggregate),
      trail_(from_.trail),
      last_size_(from_.last_size) {}

ImaVerifier ImaVerifier::resume(ImaCheckpoint checkpoint, ImaVerifyOptions options) {
    const bool rejoin = checkpoint.last_size != 0;
    const std::uint64_t offset = checkpoint.reread_offset();
    const std::uint64_t number = checkpoint.entries - (rejoin ? 1 : 0);
    ImaVerifier verifier(std::move(checkpoint), std::move(options), offset, number);
    verifier.rejoining_ = rejoin;
    if (!rejoin) verifier.prove_if_matching();
    return verifier;
}

ImaVerifier ImaVerifier::after_trim(ImaCheckpoint checkpoint, ImaVerifyOptions options) {
    const std::uint64_t number = checkpoint.entries;
    checkpoint.offset = 0;
    checkpoint.last_size = 0;
    ImaVerifier verifier(std::move(checkpoint), std::move(options), 0, number);
    verifier.overlapping_ = verifier.from_.trail.count != 0;
    verifier.prove_if_matching();
    return verifier;
}

Result<void> ImaVerifier::push(ByteView chunk) {
    reader_.feed(chunk);
    for (;;) {
        auto entry = reader_.next();
        if (!entry) return rejoining_ ? does_not_continue(entry.error().what) : std::move(entry).error();
        if (*entry == nullptr) return {};
        ANCHOR_RETURN_IF_ERROR(step(**entry));
    }
}

Result<void> ImaVerifier::step(const ImaEntry& entry) {
    if (rejoining_) {
        ImaTrail first;
        first.push(entry);
        if (!first.ends_like(from_.trail)) return does_not_continue("another entry stands there");
        rejoining_ = false;
        prove_if_matching();
        return {};
    }
    if (overlapping_) {
        // Counted from the start of this list: only what stands here can be compared.
        ImaTrail listed = trail_;
        listed.push(entry);
        listed.count = static_cast<std::size_t>(std::min<std::uint64_t>(entry.number - from_.entries + 1, ImaTrail::kLength));
        if (listed.ends_like(from_.trail)) {
            trail_ = listed;
            restart_behind_checkpoint();
            return {};
        }
        trail_.push(entry);
    }
    if (proven_) {
        ++behind_;
        return {};
    }
    appraiser_.expect(entry);  // the table's octets come while the entry is hashed
    const bool true_to_digest = replay_.extend(entry);
    appraiser_.appraise(entry, true_to_digest);
    if (!overlapping_) trail_.push(entry);
    last_size_ = entry.size;
    prove_if_matching();
    return {};
}

// What looked like new entries was known already: begin again right behind them.
void ImaVerifier::restart_behind_checkpoint() {
    overlapping_ = false;
    trail_ = from_.trail;
    reader_.renumber(from_.entries);
    replay_ = ImaReplay(from_.lanes);
    appraiser_ = ImaAppraiser(options_.reference, from_.aggregate);
    proven_.reset();
    behind_ = 0;
    last_size_ = 0;
    prove_if_matching();
}

void ImaVerifier::prove_if_matching() {
    if (!replay_.matches(options_.quoted)) return;
    replay_.settle(options_.quoted);
    proven_ = ImaCheckpoint{from_.format, reader_.offset(), reader_.number(), last_size_, trail_, appraiser_.aggregate(), replay_.lanes()};
}

Error ImaVerifier::does_not_continue(std::string_view why) const {
    return stale("IMA list: does not continue from the checkpoint (entry " + std::to_string(from_.entries) + ", offset " +
                 std::to_string(from_.offset) + "): " + std::string(why));
}

Result<ImaReport> ImaVerifier::report() const {
    if (rejoining_) return does_not_continue("it ends before");
    ImaReport report;
    report.proof = proven_ ? ImaProof::Proven : options_.quoted.empty() ? ImaProof::NoQuote : ImaProof::NotProven;
    report.findings = appraiser_.findings();
    report.entries = reader_.number() - behind_;
    report.behind = behind_;
    report.incomplete = reader_.waiting() != 0;
    report.lanes = replay_.lanes();
    return report;
}

}  // namespace anchor::measure
