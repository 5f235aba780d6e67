// SPDX-License-Identifier: Apache-2.0
#include "key_derivation.h"

#include <algorithm>
#include <array>

#include <anchor/crypto/hash.h>

#include "octet_writer.h"

namespace anchor::tpmwire {

namespace {

constexpr std::array<std::uint8_t, 1> kEndOfLabel{0};

Bytes number(std::size_t value) {
    OctetWriter out;
    out.u32(static_cast<std::uint32_t>(value));
    return std::move(out).take();
}

// Block after block, numbered from one, until there is enough; the rest of the last one is dropped.
template <class Block>
SecretBytes derive(std::size_t size, Block block) {
    SecretBytes derived(size);
    std::size_t done = 0;
    for (std::size_t counter = 1; done < size; ++counter) {
        Digest octets = block(number(counter));
        const std::size_t part = std::min(octets.size(), size - done);
        std::ranges::copy(octets.view().first(part), derived.writable().begin() + static_cast<std::ptrdiff_t>(done));
        wipe(octets.writable());
        done += part;
    }
    return derived;
}

}  // namespace

SecretBytes kdf_a(HashAlg alg, const SecretBytes& key, std::string_view label, ByteView context_u, ByteView context_v, std::size_t size) {
    return derive(size, [&](const Bytes& counter) {
        return crypto::hmac(alg, key.view(), {counter, as_bytes(label), kEndOfLabel, context_u, context_v, number(size * 8)});
    });
}

SecretBytes kdf_e(HashAlg alg, const SecretBytes& shared_x, std::string_view label, ByteView party_u_x, ByteView party_v_x,
                  std::size_t size) {
    return derive(size, [&](const Bytes& counter) {
        return crypto::hash(alg, {counter, shared_x.view(), as_bytes(label), kEndOfLabel, party_u_x, party_v_x});
    });
}

}  // namespace anchor::tpmwire
