// SPDX-License-Identifier: Apache-2.0

// A full mutual handshake with the key in a TPM, against the same with a key from a file.

#include <anchor/tpm/esys_key_forge.h>
#include <anchor/tpm/esys_quoter.h>
#include <bench/crypto/handshake.h>
#include <parts/swtpm.h>

namespace anchor::bench {
namespace {

void file_key(benchmark::State& state) {
    crypto::SoftwareKey key = crypto::SoftwareKey::generate(KeyAlg::EcP256).value();
    measure_handshake(state, key);
}
BENCHMARK(file_key)->Name("handshake_of_device/bare")->UseRealTime()->Unit(benchmark::kMicrosecond);

void tpm_key(benchmark::State& state) {
    const auto swtpm = parts::Swtpm::start().value();
    const auto device = tpm::Device::at({.tcti = swtpm->tcti()});
    tpm::EsysKeyForge forge(device, tpm::make_attestation_key(*device, KeyAlg::EcP256).value());
    const auto key = forge.load(forge.make(KeyAlg::EcP256).value()).value();
    measure_handshake(state, *key);
}
BENCHMARK(tpm_key)->Name("handshake_of_device/tpm_key")->UseRealTime()->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace anchor::bench
