// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/ima_replay.h>

#include <algorithm>
#include <cstdlib>

#include <anchor/crypto/hash.h>

namespace anchor::measure {
namespace {

Digest padded(const Digest& sha1, HashAlg bank) {
    Digest digest(bank);
    std::ranges::copy(sha1.view(), digest.writable().begin());
    return digest;
}

Digest all_ones(HashAlg bank) {
    Digest digest(bank);
    std::ranges::fill(digest.writable(), std::uint8_t{0xff});
    return digest;
}

}  // namespace

/// The template hashes of one entry, each computed when a lane first asks for it. The listed digest stands for the
/// computed one in its own algorithm: it is what the kernel extended, so that a forged field shows as a forged
/// field and not as a list that can't be explained.
class ImaReplay::TemplateHashes {
public:
    explicit TemplateHashes(const ImaEntry& entry) : entry_(entry) {
        for (const HashAlg alg : {HashAlg::Sha1, HashAlg::Sha256, HashAlg::Sha384, HashAlg::Sha512}) {
            if (entry.template_digest.size() != digest_size(alg)) continue;
            Digest listed(alg);
            std::ranges::copy(entry.template_digest, listed.writable().begin());
            agrees_ = listed == ima_template_hash(alg, entry);
            slot(alg) = listed;
        }
    }
    [[nodiscard]] bool agrees() const noexcept { return agrees_; }
    [[nodiscard]] const Digest& in(HashAlg alg) {
        std::optional<Digest>& known = slot(alg);
        if (!known) known = ima_template_hash(alg, entry_);
        return *known;
    }

private:
    std::optional<Digest>& slot(HashAlg alg) { return slots_[static_cast<std::size_t>(alg)]; }

    const ImaEntry& entry_;
    bool agrees_ = false;
    std::array<std::optional<Digest>, 4> slots_;
};

std::string_view to_string(ImaExtendStyle style) noexcept { return style == ImaExtendStyle::PaddedSha1 ? "padded-sha1" : "per-bank"; }

ImaReplay::ImaReplay(std::vector<HashAlg> banks) {
    std::ranges::sort(banks);
    banks.erase(std::unique(banks.begin(), banks.end()), banks.end());
    for (const HashAlg bank : banks) follow_.push_back({bank, bank != HashAlg::Sha1, true});
    open_register(kImaPcr);
}

ImaReplay::ImaReplay(std::vector<ImaLane> lanes) : lanes_(std::move(lanes)) {
    for (const ImaLane& lane : lanes_) {
        auto known = std::ranges::find(follow_, lane.value.alg(), &Follow::bank);
        if (known == follow_.end()) known = follow_.insert(known, {lane.value.alg(), false, false});
        (lane.style == ImaExtendStyle::PaddedSha1 ? known->padded : known->per_bank) = true;
    }
}

void ImaReplay::open_register(unsigned pcr) {
    for (const Follow& bank : follow_) {
        if (bank.padded) lanes_.push_back({pcr, ImaExtendStyle::PaddedSha1, Digest(bank.bank)});
        if (bank.per_bank) lanes_.push_back({pcr, ImaExtendStyle::PerBank, Digest(bank.bank)});
    }
}

bool ImaReplay::extend(const ImaEntry& entry) {
    if (std::ranges::find(lanes_, entry.pcr, &ImaLane::pcr) == lanes_.end()) open_register(entry.pcr);

    if (entry.violation()) {
        for (ImaLane& lane : lanes_) {
            if (lane.pcr == entry.pcr) lane.value = crypto::extend(lane.value, all_ones(lane.value.alg()));
        }
        return true;
    }
    TemplateHashes hashes(entry);
    for (ImaLane& lane : lanes_) {
        if (lane.pcr != entry.pcr) continue;
        const HashAlg bank = lane.value.alg();
        lane.value =
            crypto::extend(lane.value, lane.style == ImaExtendStyle::PaddedSha1 ? padded(hashes.in(HashAlg::Sha1), bank) : hashes.in(bank));
    }
    return hashes.agrees();
}

bool ImaReplay::matches(const PcrValues& quoted) const noexcept {
    bool any = false;
    for (std::size_t i = 0; i < lanes_.size();) {
        // Lanes of one register and bank stand side by side.
        bool found = false;
        const std::size_t first = i;
        const HashAlg bank = lanes_[first].value.alg();
        const Digest* const wanted = quoted.find(bank, lanes_[first].pcr);
        for (; i < lanes_.size() && lanes_[i].pcr == lanes_[first].pcr && lanes_[i].value.alg() == bank; ++i) {
            found = found || (wanted != nullptr && lanes_[i].value == *wanted);
        }
        if (!found) return false;
        any = true;
    }
    return any;
}

void ImaReplay::settle(const PcrValues& quoted) {
    for (Follow& bank : follow_) {
        const auto holds = [&](ImaExtendStyle style) {
            return std::ranges::all_of(lanes_, [&](const ImaLane& lane) {
                const Digest* const wanted = quoted.find(bank.bank, lane.pcr);
                return lane.value.alg() != bank.bank || lane.style != style || (wanted != nullptr && lane.value == *wanted);
            });
        };
        // While nothing but violations was extended, both styles hold and both are kept.
        const bool padded = bank.padded && holds(ImaExtendStyle::PaddedSha1);
        const bool per_bank = bank.per_bank && holds(ImaExtendStyle::PerBank);
        if (padded == per_bank) continue;
        bank.padded = padded;
        bank.per_bank = per_bank;
        const ImaExtendStyle refuted = padded ? ImaExtendStyle::PerBank : ImaExtendStyle::PaddedSha1;
        std::erase_if(lanes_, [&](const ImaLane& lane) { return lane.value.alg() == bank.bank && lane.style == refuted; });
    }
}

std::optional<ImaExtendStyle> ImaReplay::style(HashAlg bank) const noexcept {
    const auto known = std::ranges::find(follow_, bank, &Follow::bank);
    if (known == follow_.end() || known->padded == known->per_bank) return std::nullopt;
    return known->padded ? ImaExtendStyle::PaddedSha1 : ImaExtendStyle::PerBank;
}

}  // namespace anchor::measure
