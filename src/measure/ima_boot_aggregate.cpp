// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/ima_boot_aggregate.h>

#include <algorithm>

#include <anchor/crypto/hash.h>

namespace anchor::measure {

std::string_view to_string(ImaBootAggregate state) noexcept {
    switch (state) {
        case ImaBootAggregate::Absent: return "absent";
        case ImaBootAggregate::Zero: return "zero";
        case ImaBootAggregate::NotCheckable: return "not checkable";
        case ImaBootAggregate::Matches: return "matches";
        case ImaBootAggregate::Differs: return "differs";
    }
    return {};
}

ImaBootAggregateCheck check_boot_aggregate(const ImaDigest& aggregate, const PcrValues& registers) {
    ImaBootAggregateCheck check;
    const std::optional<Digest> wanted = aggregate.value();
    if (std::ranges::all_of(aggregate.octets, [](std::uint8_t octet) { return octet == 0; })) {
        check.state = ImaBootAggregate::Zero;
        return check;
    }
    check.state = ImaBootAggregate::NotCheckable;
    if (!wanted) return check;
    for (const HashAlg bank : registers.banks()) {
        crypto::Hasher hasher(wanted->alg());
        bool complete = true;
        for (unsigned pcr = 0; pcr < 8 && complete; ++pcr) {
            const Digest* const value = registers.find(bank, pcr);
            complete = value != nullptr;
            if (complete) hasher.update(value->view());
        }
        if (!complete) continue;

        ImaBootAggregateCheck matching{ImaBootAggregate::Matches, bank, 7};
        const Digest* const eight = registers.find(bank, 8);
        const Digest* const nine = registers.find(bank, 9);
        if (eight != nullptr && nine != nullptr) {
            crypto::Hasher longer(wanted->alg());
            for (unsigned pcr = 0; pcr < 10; ++pcr) longer.update(registers.find(bank, pcr)->view());
            matching.last_pcr = 9;
            if (longer.finish() == *wanted) return matching;
            matching.last_pcr = 7;
        }
        if (hasher.finish() == *wanted) return matching;
        // The kernel takes the bank of the digest's algorithm, and its PCRs 8 and 9 unless that is SHA-1. Without them nothing is known.
        const bool has_all = bank == HashAlg::Sha1 || (eight != nullptr && nine != nullptr);
        if (bank == wanted->alg() && has_all) check.state = ImaBootAggregate::Differs;
    }
    return check;
}

}  // namespace anchor::measure
