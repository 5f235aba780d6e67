// SPDX-License-Identifier: Apache-2.0

// Checkpoints: what is accepted is written again as the same octets.

#include <cstdlib>

#include <anchor/measure/ima_checkpoint.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const anchor::ByteView octets(data, size);
    const auto checkpoint = anchor::measure::ImaCheckpoint::parse(octets);
    if (checkpoint && !anchor::equal(checkpoint->serialise(), octets)) std::abort();
    return 0;
}
