// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a TPM and tpm2-tools made: tests/vectors/tpmwire/make.sh says how.

#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include <anchor/base/encoding.h>
#include <anchor/base/file.h>
#include <anchor/tpmwire/attestation.h>

namespace anchor::tpmwire {

inline Bytes vector_of(const std::string& name) {
    auto octets = read_file(std::string(ANCHOR_SOURCE_DIR) + "/tests/vectors/tpmwire/" + name, 64U << 10U);
    EXPECT_TRUE(octets) << name << ": " << octets.error().what;
    return octets ? std::move(octets).value() : Bytes{};
}

inline Bytes hex(std::string_view text) { return from_hex(text).value(); }

inline PublicArea area_of(const std::string& key) { return parse_sized_public_area(vector_of(key + ".pub")).value(); }

inline Attestation statement_by(const std::string& ak, const std::string& kind) {
    return {vector_of(ak + "." + kind + ".attest"), vector_of(ak + "." + kind + ".sig")};
}

/// What the statements were bound to; tpm2_certify has its own.
inline Bytes vector_extra_data() { return hex("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"); }
inline Bytes certify_extra_data() { return hex("00ff55aa"); }

inline PcrValues vector_pcrs() {
    PcrValues values;
    std::istringstream lines{std::string(as_text(vector_of("quote.pcrs")))};
    std::string bank;
    std::string octets;
    for (unsigned index = 0; lines >> bank >> index >> octets;) {
        values.set(index, Digest::from(hash_alg_from(bank).value(), hex(octets)).value());
    }
    return values;
}

}  // namespace anchor::tpmwire
