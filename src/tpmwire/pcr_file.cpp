// SPDX-License-Identifier: Apache-2.0
#include <anchor/tpmwire/pcr_file.h>

namespace anchor::tpmwire {
namespace {

// Sizes of the structures in memory (tss2_tpm2_types.h), which the tools write as they are.
constexpr std::size_t kSelections = 16;    // in a TPML_PCR_SELECTION
constexpr std::size_t kSelectionSize = 8;  // TPMS_PCR_SELECTION: 2 + 1 + 4, padded
constexpr std::size_t kDigestsInList = 8;  // in a TPML_DIGEST
constexpr std::size_t kDigestSize = 2 + kMaxDigestSize;
constexpr std::uint8_t kSelectOctets = kPcrCount / 8;

void put_le(Bytes& to, std::uint32_t value, unsigned octets) {
    for (unsigned i = 0; i < octets; ++i) to.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

void put_padded(Bytes& to, ByteView octets, std::size_t size) {
    append(to, octets);
    to.resize(to.size() + size - octets.size());
}

void put_selections(Bytes& to, const std::vector<PcrSelection>& selections) {
    put_le(to, static_cast<std::uint32_t>(selections.size()), 4);
    const std::size_t end = to.size() + kSelections * kSelectionSize;
    for (const PcrSelection& selection : selections) {
        put_le(to, tpm_alg_id(selection.bank), 2);
        to.push_back(kSelectOctets);
        put_le(to, selection.mask, kSelectOctets);
        put_le(to, 0, static_cast<unsigned>(kSelectionSize - 3 - kSelectOctets));
    }
    to.resize(end);
}

Result<std::vector<const Digest*>> selected(const std::vector<PcrSelection>& selections, const PcrValues& values) {
    std::vector<const Digest*> digests;
    for (const PcrSelection& selection : selections) {
        for (unsigned index = 0; index < kPcrCount; ++index) {
            if (!selection.has(index)) continue;
            const Digest* const value = values.find(selection.bank, index);
            if (value == nullptr)
                return rejected("no value of PCR " + std::to_string(index) + " in " + std::string(to_string(selection.bank)));
            digests.push_back(value);
        }
    }
    return digests;
}

}  // namespace

Result<Bytes> pcr_file(const std::vector<PcrSelection>& selections, const PcrValues& values) {
    if (selections.size() > kSelections) return rejected("more than 16 selections of PCRs");
    ANCHOR_ASSIGN_OR_RETURN(const auto digests, selected(selections, values));
    Bytes file;
    put_selections(file, selections);
    put_le(file, static_cast<std::uint32_t>((digests.size() + kDigestsInList - 1) / kDigestsInList), 4);
    for (std::size_t first = 0; first < digests.size(); first += kDigestsInList) {
        const std::size_t count = std::min(kDigestsInList, digests.size() - first);
        put_le(file, static_cast<std::uint32_t>(count), 4);
        const std::size_t end = file.size() + kDigestsInList * kDigestSize;
        for (std::size_t i = first; i < first + count; ++i) {
            put_le(file, static_cast<std::uint32_t>(digests[i]->size()), 2);
            put_padded(file, digests[i]->view(), kMaxDigestSize);
        }
        file.resize(end);
    }
    return file;
}

}  // namespace anchor::tpmwire
