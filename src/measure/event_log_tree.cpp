// SPDX-License-Identifier: Apache-2.0
#include "event_log_tree.h"

#include <anchor/base/encoding.h>

#include "boot_text.h"

namespace anchor::measure {
namespace {

// TCG Algorithm Registry; the names that tpm2-tools print.
std::string algorithm_name(std::uint16_t alg_id) {
    if (const auto alg = hash_alg_from_tpm(alg_id)) return std::string(to_string(*alg));
    switch (alg_id) {
        case 0x0012: return "sm3_256";
        case 0x0027: return "sha3_256";
        case 0x0028: return "sha3_384";
        case 0x0029: return "sha3_512";
        default: return hex_number(alg_id);
    }
}

std::string type_name(EventType type) {
    const std::string_view name = event_type_name(type);
    return name.empty() ? "Unknown event type" : std::string(name);
}

Tree digest_list(const EventLog& log, const BootEvent& event) {
    TreeList digests;
    for (const EventDigest& digest : log.digests(event)) {
        TreeMap map;
        map.emplace_back("AlgorithmId", Tree::plain(algorithm_name(digest.alg_id)));
        map.emplace_back("Digest", Tree::text(to_hex(digest.octets), TextForm::DoubleQuoted));
        digests.push_back({std::move(map)});
    }
    return {std::move(digests)};
}

Tree spec_id_tree(const SpecId& spec) {
    TreeList algorithms;
    for (std::size_t i = 0; i < spec.algorithms.size(); ++i) {
        TreeMap algorithm;
        algorithm.emplace_back("Algorithm[" + std::to_string(i) + "]", Tree::nothing());
        algorithm.emplace_back("algorithmId", Tree::plain(algorithm_name(spec.algorithms[i].alg_id)));
        algorithm.emplace_back("digestSize", Tree::number(spec.algorithms[i].digest_size));
        algorithms.push_back({std::move(algorithm)});
    }
    TreeMap map;
    map.emplace_back("Signature", Tree::plain("Spec ID Event03"));
    map.emplace_back("platformClass", Tree::number(spec.platform_class));
    map.emplace_back("specVersionMinor", Tree::number(spec.version_minor));
    map.emplace_back("specVersionMajor", Tree::number(spec.version_major));
    map.emplace_back("specErrata", Tree::number(spec.errata));
    map.emplace_back("uintnSize", Tree::number(spec.uintn_size));
    map.emplace_back("numberOfAlgorithms", Tree::number(spec.algorithms.size()));
    map.emplace_back("Algorithms", Tree{std::move(algorithms)});
    map.emplace_back("vendorInfoSize", Tree::number(spec.vendor_info.size()));
    if (!spec.vendor_info.empty()) map.emplace_back("vendorInfo", Tree::text(to_hex(spec.vendor_info), TextForm::DoubleQuoted));
    return {TreeList{Tree{std::move(map)}}};
}

}  // namespace

Tree event_tree(const EventLog& log, const BootEvent& event, const EventLogStyle& style) {
    TreeMap map;
    map.emplace_back("EventNum", Tree::number(event.number));
    map.emplace_back("PCRIndex", Tree::number(event.pcr));
    map.emplace_back("EventType", Tree::plain(type_name(event.type)));
    if (event.number == 0 && log.spec_id()) {
        map.emplace_back("Digest", Tree::text(to_hex(log.digests(event)[0].octets), TextForm::DoubleQuoted));
        map.emplace_back("EventSize", Tree::number(event.content.size()));
        map.emplace_back("SpecID", spec_id_tree(*log.spec_id()));
        return {std::move(map)};
    }
    map.emplace_back("DigestCount", Tree::number(event.digest_count));
    map.emplace_back("Digests", digest_list(log, event));
    map.emplace_back("EventSize", Tree::number(event.content.size()));
    if (!event.content.empty()) map.emplace_back("Event", content_tree(log, event, style));
    return {std::move(map)};
}

Tree pcr_tree(const PcrValues& values) {
    TreeMap banks;
    for (const HashAlg bank : values.banks()) {
        TreeMap registers;
        for (const auto& [key, value] : values) {
            if (key.bank == bank) registers.emplace_back(std::to_string(key.index), Tree::plain("0x" + to_hex(value.view())));
        }
        banks.emplace_back(to_string(bank), Tree{std::move(registers)});
    }
    return {std::move(banks)};
}

}  // namespace anchor::measure
