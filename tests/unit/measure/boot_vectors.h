// SPDX-License-Identifier: Apache-2.0
#pragma once

// Logs of real machines, and the registers that were read with them.

#include <filesystem>
#include <fstream>
#include <sstream>

#include <anchor/base/encoding.h>
#include <anchor/base/file.h>
#include <anchor/core/pcr.h>
#include <anchor/measure/event_log.h>

namespace anchor::measure {

/// tests/vectors/boot: recorded for this project, see the README there.
inline std::string own_vector(const std::string& name) { return std::string(ANCHOR_SOURCE_DIR) + "/tests/vectors/boot/" + name; }
/// Other people's logs, which are not part of this project; empty where they are not on this machine.
inline std::string foreign_vector(const std::string& name) {
    const std::string path = std::string(ANCHOR_TEST_DATA) + "/eventlog/" + name;
    return std::filesystem::exists(path) ? path : std::string();
}

inline Bytes octets_of(const std::string& path) {
    auto octets = read_file(path, kMaxEventLogSize);
    return octets ? std::move(octets).value() : Bytes{};
}

/// Lines of "sha256 7 HEX", or "7: HEX" where all are of the same bank.
inline PcrValues pcrs_of(const std::string& path, HashAlg bank = HashAlg::Sha1) {
    PcrValues values;
    std::ifstream lines(path);
    for (std::string line; std::getline(lines, line);) {
        std::replace(line.begin(), line.end(), ':', ' ');
        std::istringstream words(line);
        std::string first, second, third;
        words >> first >> second >> third;
        const auto alg = hash_alg_from(first);
        const auto octets = from_hex(alg ? third : second);
        if (!octets) continue;
        const auto digest = Digest::from(alg.value_or(bank), *octets);
        if (digest) values.set(static_cast<unsigned>(std::stoul(alg ? second : first)), *digest);
    }
    return values;
}

}  // namespace anchor::measure
