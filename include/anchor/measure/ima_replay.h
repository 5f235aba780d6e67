// SPDX-License-Identifier: Apache-2.0
#pragma once

// ImaReplay: extends simulated PCRs with the entries of an IMA list, in every bank and in both ways that kernels do
// it, until they equal the quoted ones. This is where a list becomes proven; what comes after the match is not.

#include <vector>

#include <anchor/base/result.h>
#include <anchor/core/pcr.h>
#include <anchor/measure/ima_entry.h>

namespace anchor::measure {

/// What a kernel extends into a bank other than SHA-1.
enum class ImaExtendStyle : std::uint8_t {
    PaddedSha1,  ///< the SHA-1 template digest and zeros: before Linux 5.8, and later in banks the kernel can't hash
    PerBank,     ///< the template hash in the bank's own algorithm
};
[[nodiscard]] std::string_view to_string(ImaExtendStyle style) noexcept;

/// One simulated register. In the SHA-1 bank both styles are the same thing; it is followed as PerBank.
struct ImaLane {
    unsigned pcr = 0;
    ImaExtendStyle style = ImaExtendStyle::PerBank;
    Digest value;

    friend bool operator==(const ImaLane&, const ImaLane&) = default;
};

class ImaReplay {
public:
    /// Registers start at zero, as after a reset of the TPM. SHA-1 is followed where it is among the banks.
    explicit ImaReplay(std::vector<HashAlg> banks);
    /// Goes on from lanes that an earlier replay left; banks and styles are those of the lanes.
    explicit ImaReplay(std::vector<ImaLane> lanes);

    /// Extends the entry. False where the listed template digest is not the hash of the listed fields: then the
    /// entry is not what was measured. A digest that is not SHA-1 is extended only in its own bank.
    bool extend(const ImaEntry& entry);

    /// Every quoted bank holds, for every register that the list used (PCR 10 at least), the value of one lane.
    /// False where the quote lacks such a register, or has none at all.
    [[nodiscard]] bool matches(const PcrValues& quoted) const noexcept;
    /// Keeps the lanes that equal the quoted values. Call only when matches(): from then on one style is computed.
    void settle(const PcrValues& quoted);

    [[nodiscard]] const std::vector<ImaLane>& lanes() const noexcept { return lanes_; }
    /// The style of a bank once it is settled, or where there is no choice.
    [[nodiscard]] std::optional<ImaExtendStyle> style(HashAlg bank) const noexcept;

private:
    class TemplateHashes;
    struct Follow {
        HashAlg bank;
        bool padded;
        bool per_bank;
    };
    void open_register(unsigned pcr);

    std::vector<Follow> follow_;
    std::vector<ImaLane> lanes_;
};

/// The register that IMA extends unless a rule of its policy names another.
inline constexpr unsigned kImaPcr = 10;

}  // namespace anchor::measure
