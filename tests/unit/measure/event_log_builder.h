// SPDX-License-Identifier: Apache-2.0
#pragma once

// Writes measured boot logs by hand, octet by octet as the profile lays them out, for tests.

#include <algorithm>
#include <string_view>
#include <vector>

#include <anchor/crypto/hash.h>
#include <anchor/measure/event_log.h>

namespace anchor::measure {

class LogBuilder {
public:
    struct Alg {
        std::uint16_t id;
        std::uint16_t size;
    };

    static void put(Bytes& to, std::uint64_t value, unsigned size) {
        for (unsigned i = 0; i < size; ++i) to.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    }
    static Bytes wide(std::string_view text) {
        Bytes octets;
        for (const char c : text) put(octets, static_cast<std::uint8_t>(c), 2);
        return octets;
    }

    /// A crypto-agile log that declares these algorithms.
    static LogBuilder agile(std::vector<Alg> algorithms = {{0x0004, 20}, {0x000B, 32}}) {
        LogBuilder log;
        log.algorithms_ = algorithms;
        Bytes spec = to_bytes(std::string_view("Spec ID Event03\0", 16));
        put(spec, 0, 4);                  // platform class
        append(spec, Bytes{0, 2, 0, 2});  // minor, major, errata, UINTN
        put(spec, algorithms.size(), 4);
        for (const Alg& alg : algorithms) {
            put(spec, alg.id, 2);
            put(spec, alg.size, 2);
        }
        put(spec, 0, 1);
        log.sha1(0, EventType::NoAction, spec, Bytes(20, 0));
        return log;
    }
    static LogBuilder old_form() { return {}; }

    /// TCG_PCR_EVENT.
    LogBuilder& sha1(unsigned pcr, EventType type, ByteView content, ByteView digest) {
        put(octets_, pcr, 4);
        put(octets_, static_cast<std::uint32_t>(type), 4);
        append(octets_, digest);
        put(octets_, content.size(), 4);
        append(octets_, content);
        return *this;
    }
    LogBuilder& sha1(unsigned pcr, EventType type, ByteView content) {
        return sha1(pcr, type, content, crypto::hash(HashAlg::Sha1, content).view());
    }

    /// TCG_PCR_EVENT2 whose digests are of `measured`, in every algorithm of the log; A5… where we can't compute it.
    LogBuilder& event(unsigned pcr, EventType type, ByteView content, ByteView measured) {
        put(octets_, pcr, 4);
        put(octets_, static_cast<std::uint32_t>(type), 4);
        put(octets_, algorithms_.size(), 4);
        for (const Alg& alg : algorithms_) {
            put(octets_, alg.id, 2);
            const auto known = hash_alg_from_tpm(alg.id);
            const bool zero = type == EventType::NoAction;
            append(octets_, known && !zero ? to_bytes(crypto::hash(*known, measured).view())
                                           : Bytes(alg.size, static_cast<std::uint8_t>(zero ? 0 : 0xA5)));
        }
        put(octets_, content.size(), 4);
        append(octets_, content);
        return *this;
    }
    LogBuilder& event(unsigned pcr, EventType type, ByteView content) { return event(pcr, type, content, content); }
    LogBuilder& event(unsigned pcr, EventType type, std::string_view content) { return event(pcr, type, as_bytes(content)); }

    LogBuilder& separator(unsigned pcr) { return event(pcr, EventType::Separator, Bytes(4, 0)); }
    LogBuilder& startup_locality(std::uint8_t locality) {
        Bytes content = to_bytes(std::string_view("StartupLocality\0", 16));
        content.push_back(locality);
        return event(0, EventType::NoAction, content);
    }

    /// UEFI_VARIABLE_DATA.
    static Bytes variable(const Bytes& guid, std::string_view name, ByteView data) {
        Bytes content = guid;
        put(content, name.size(), 8);
        put(content, data.size(), 8);
        append(content, wide(name));
        append(content, data);
        return content;
    }

    LogBuilder& raw(ByteView octets) {
        append(octets_, octets);
        return *this;
    }
    /// The header of a final events table, with its events following.
    LogBuilder& final_table(std::uint64_t count) {
        put(octets_, 1, 8);
        put(octets_, count, 8);
        return *this;
    }

    [[nodiscard]] const Bytes& octets() const { return octets_; }
    [[nodiscard]] std::size_t size() const { return octets_.size(); }

private:
    std::vector<Alg> algorithms_;
    Bytes octets_;
};

/// Of EFI_GLOBAL_VARIABLE and of the image security database, as they stand in a log.
inline const Bytes kGlobalGuid{0x61, 0xdf, 0xe4, 0x8b, 0xca, 0x93, 0xd2, 0x11, 0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c};
inline const Bytes kSecurityGuid{0xcb, 0xb2, 0x19, 0xd7, 0x3a, 0x3d, 0x96, 0x45, 0xa3, 0xbc, 0xda, 0xd0, 0x0e, 0x67, 0x65, 0x6f};

}  // namespace anchor::measure
