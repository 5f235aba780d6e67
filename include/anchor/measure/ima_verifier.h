// SPDX-License-Identifier: Apache-2.0
#pragma once

// ImaVerifier: an IMA list from octets to findings, in one pass and constant memory. What it proves is a prefix: the
// entries that the quoted registers stand for. The list is read after the quote and grows meanwhile; what comes behind
// the prefix is counted and left for the next quote.

#include <anchor/measure/ima_appraisal.h>
#include <anchor/measure/ima_checkpoint.h>

namespace anchor::measure {

struct ImaVerifyOptions {
    /// From a verified quote; empty where there is none: then nothing gets proven and every entry is judged.
    PcrValues quoted;
    /// The banks to replay where nothing is quoted.
    std::vector<HashAlg> banks{HashAlg::Sha256};
    ImaReference reference;
    std::size_t max_entry = kImaMaxEntry;
};

enum class ImaProof : std::uint8_t {
    NoQuote,    ///< there was nothing to prove it by
    Proven,     ///< the findings are about the entries that the quote stands for
    NotProven,  ///< no prefix explains the quoted registers: the findings are what the list says, no more
};

struct ImaReport {
    ImaProof proof = ImaProof::NoQuote;
    ImaFindings findings;        ///< of the entries since the checkpoint, or since the boot
    std::uint64_t entries = 0;   ///< since the boot, up to the end of the findings
    std::uint64_t behind = 0;    ///< read, but not yet proven and not judged
    bool incomplete = false;     ///< the last octets are the beginning of an entry
    std::vector<ImaLane> lanes;  ///< the registers at the end of the findings
};

class ImaVerifier {
public:
    /// From the first entry of a boot.
    ImaVerifier(ImaListFormat format, const ImaVerifyOptions& options);
    /// Goes on from a checkpoint: feed the list from checkpoint.reread_offset().
    [[nodiscard]] static ImaVerifier resume(ImaCheckpoint checkpoint, ImaVerifyOptions options);
    /// For a list that does not continue from the checkpoint: feed it from its beginning. The registers start from
    /// the checkpoint's; where entries from before it are still listed, they are passed over.
    [[nodiscard]] static ImaVerifier after_trim(ImaCheckpoint checkpoint, ImaVerifyOptions options);

    /// The next octets. Rejected, with entry, offset and field, where they are no list. Stale where the list does not
    /// continue from the checkpoint: the kernel trimmed it, or this is another boot. Don't go on after an error.
    [[nodiscard]] Result<void> push(ByteView chunk);
    /// What was found so far. Stale where a resumed list did not even have the checkpoint's last entry.
    [[nodiscard]] Result<ImaReport> report() const;
    /// Where to go on next time; nothing unless proven.
    [[nodiscard]] std::optional<ImaCheckpoint> checkpoint() const { return proven_; }

private:
    ImaVerifier(ImaCheckpoint from, ImaVerifyOptions options, std::uint64_t offset, std::uint64_t number);

    [[nodiscard]] Result<void> step(const ImaEntry& entry);
    [[nodiscard]] Error does_not_continue(std::string_view why) const;
    void restart_behind_checkpoint();
    void prove_if_matching();

    ImaVerifyOptions options_;
    ImaCheckpoint from_;
    ImaReader reader_;
    ImaReplay replay_;
    ImaAppraiser appraiser_;
    ImaTrail trail_;
    std::uint64_t last_size_ = 0;
    std::uint64_t behind_ = 0;
    bool rejoining_ = false;    // the checkpoint's last entry is still to come
    bool overlapping_ = false;  // the list may repeat entries from before the checkpoint
    std::optional<ImaCheckpoint> proven_;
};

}  // namespace anchor::measure
