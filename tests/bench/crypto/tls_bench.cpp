// SPDX-License-Identifier: Apache-2.0

// What it costs to sign a handshake elsewhere: a file's key, the same behind a port, and keys of other kinds.

#include "handshake.h"

namespace anchor::bench {
namespace {

using crypto::SoftwareKey;
using crypto::tls_world::RemoteKey;

void file_key(benchmark::State& state) {
    SoftwareKey key = SoftwareKey::generate(KeyAlg::EcP256).value();
    measure_handshake(state, key);
}
BENCHMARK(file_key)->Name("handshake/bare");

void remote_key(benchmark::State& state, KeyAlg alg) {
    RemoteKey key(alg);
    measure_handshake(state, key);
}
BENCHMARK_CAPTURE(remote_key, ec_p256, KeyAlg::EcP256)->Name("handshake/remote_p256");
BENCHMARK_CAPTURE(remote_key, ec_p384, KeyAlg::EcP384)->Name("handshake/remote_p384");
BENCHMARK_CAPTURE(remote_key, rsa_2048, KeyAlg::Rsa2048)->Name("handshake/remote_rsa_2048");

}  // namespace
}  // namespace anchor::bench
