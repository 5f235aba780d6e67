// SPDX-License-Identifier: Apache-2.0

// TPMS_ATTEST: what is accepted can be written and read again as the same value.

#include <cstdlib>

#include <anchor/tpmwire/attestation.h>

using namespace anchor;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto statement = tpmwire::parse_statement({data, size});
    if (!statement) return 0;

    const auto again = tpmwire::parse_statement(tpmwire::marshal(*statement));
    if (!again || *again != *statement) std::abort();
    return 0;
}
