// SPDX-License-Identifier: Apache-2.0

// The credential file of tpm2-tools: what is accepted is written back octet for octet.

#include <cstdlib>

#include <anchor/tpmwire/credential.h>

using namespace anchor;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto credential = tpmwire::from_tools_file({data, size});
    if (!credential) return 0;

    if (!equal(tpmwire::to_tools_file(*credential), {data, size})) std::abort();
    return 0;
}
