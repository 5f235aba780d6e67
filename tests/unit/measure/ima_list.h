// SPDX-License-Identifier: Apache-2.0
#pragma once

// Lists made by hand and the recorded one, for the tests of the IMA half.

#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

#include <anchor/base/encoding.h>
#include <anchor/core/pcr.h>
#include <anchor/crypto/hash.h>
#include <anchor/measure/ima_reader.h>

namespace anchor::measure {

/// Writes entries as the kernel would, in the binary form.
class ListWriter {
public:
    explicit ListWriter(bool big_endian = false) : big_endian_(big_endian) {}

    void u32(Bytes& to, std::size_t value) const {
        for (unsigned i = 0; i < 4; ++i) to.push_back(static_cast<std::uint8_t>(value >> (8 * (big_endian_ ? 3 - i : i))));
    }
    [[nodiscard]] Bytes field(ByteView octets) const {
        Bytes field;
        u32(field, octets.size());
        append(field, octets);
        return field;
    }
    /// d-ng with its label, or d-ngv2 where the label has two parts.
    [[nodiscard]] Bytes digest(std::string_view label, ByteView octets) const {
        Bytes labelled = to_bytes(label);
        labelled.push_back(':');
        labelled.push_back(0);
        append(labelled, octets);
        return field(labelled);
    }
    [[nodiscard]] Bytes name(std::string_view text) const { return field(to_bytes(std::string(text) + '\0')); }

    void entry(std::string_view name, std::initializer_list<Bytes> fields, std::uint32_t pcr = 10) {
        Bytes data;
        for (const Bytes& field : fields) append(data, field);
        raw(name, crypto::hash(HashAlg::Sha1, data), data, pcr);
    }
    void raw(std::string_view name, const Digest& template_digest, const Bytes& data, std::uint32_t pcr = 10) {
        u32(list, pcr);
        append(list, template_digest.view());
        append(list, field(as_bytes(name)));
        append(list, field(data));
    }
    void file(std::string_view path, std::string_view content, std::uint32_t pcr = 10) {
        entry("ima-ng", {digest("sha256", crypto::hash(HashAlg::Sha256, as_bytes(content)).view()), name(path)}, pcr);
    }
    void violation(std::string_view path) {
        Bytes data = digest("sha256", Digest(HashAlg::Sha256).view());
        append(data, name(path));
        raw("ima-ng", Digest(HashAlg::Sha1), data);
    }

    Bytes list;

private:
    bool big_endian_;
};

/// Reads a whole list from one chunk and gives every entry to the visitor.
template <class Visit>
Result<void> read_list(ByteView list, ImaListFormat format, Visit visit) {
    ImaReader reader(format);
    reader.feed(list);
    for (;;) {
        ANCHOR_ASSIGN_OR_RETURN(const ImaEntry* entry, reader.next());
        if (entry == nullptr) return {};
        visit(*entry);
    }
}

inline Bytes file_octets(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    EXPECT_TRUE(stream.good()) << path;
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

inline Bytes boot_vector(const std::string& name) { return file_octets(std::string(ANCHOR_SOURCE_DIR) + "/tests/vectors/boot/" + name); }

/// "sha256 10 5673…" a line, as the recorded registers are written.
inline PcrValues boot_registers(const std::string& name) {
    std::ifstream stream(std::string(ANCHOR_SOURCE_DIR) + "/tests/vectors/boot/" + name);
    PcrValues values;
    std::string bank;
    std::string digits;
    for (unsigned index = 0; stream >> bank >> index >> digits;) {
        const auto alg = hash_alg_from(bank);
        if (alg && index < kPcrCount) values.set(index, Digest::from(*alg, from_hex(digits).value()).value());
    }
    EXPECT_FALSE(values.empty()) << name;
    return values;
}

/// PCR 10 as it was read right after the recorded list.
inline PcrValues boot_quote() {
    std::ifstream stream(std::string(ANCHOR_SOURCE_DIR) + "/tests/vectors/boot/debian12-ovmf-ima-sig.pcr10.txt");
    PcrValues values;
    for (std::string digits; stream >> digits;) {
        const HashAlg alg = digits.size() == 64 ? HashAlg::Sha256 : HashAlg::Sha1;
        values.set(10, Digest::from(alg, from_hex(digits).value()).value());
    }
    EXPECT_EQ(values.size(), 2U);
    return values;
}

}  // namespace anchor::measure
