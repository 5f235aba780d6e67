// SPDX-License-Identifier: Apache-2.0

// Revocation lists: what is accepted is the same list after a way through PEM.

#include <cstdlib>

#include <anchor/crypto/crl.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using anchor::crypto::Crl;
    const auto list = Crl::from_der({data, size});
    if (!list) return 0;

    const auto again = Crl::from_pem(list->pem());
    if (!again || again->size() != list->size() || again->number() != list->number() || again->base() != list->base()) std::abort();
    static_cast<void>(list->is_revoked(anchor::ByteView(data, size).first(1)));
    return 0;
}
