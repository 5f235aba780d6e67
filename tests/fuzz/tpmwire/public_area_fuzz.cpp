// SPDX-License-Identifier: Apache-2.0

// TPMT_PUBLIC: what is accepted is written back octet for octet, so that a Name has one spelling; and no check crashes.

#include <cstdlib>

#include <anchor/tpmwire/public_area.h>

using namespace anchor;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto area = tpmwire::parse_public_area({data, size});
    if (!area) return 0;

    if (!equal(tpmwire::marshal(*area), {data, size})) std::abort();
    static_cast<void>(tpmwire::check_endorsement_key(*area));
    static_cast<void>(tpmwire::check_attestation_key(*area));
    static_cast<void>(tpmwire::check_device_key(*area, Digest(HashAlg::Sha256)));
    return 0;
}
