// SPDX-License-Identifier: Apache-2.0

// TPMT_SIGNATURE: what is accepted is written back octet for octet, and fits a key or is refused.

#include <cstdlib>

#include <anchor/tpmwire/attestation.h>

using namespace anchor;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto signature = tpmwire::parse_signature({data, size});
    if (!signature) return 0;

    if (!equal(tpmwire::marshal(*signature), {data, size})) std::abort();
    const auto plain = tpmwire::plain_signature(*signature, KeyAlg::EcP256);
    if (plain && plain->size() != 64) std::abort();
    return 0;
}
