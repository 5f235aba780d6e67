// SPDX-License-Identifier: Apache-2.0
#pragma once

// One full mutual handshake, both ends in this thread, with any key at the client: what a device pays for a connection,
// without the network.

#include <benchmark/benchmark.h>

#include <unit/crypto/tls_world.h>

namespace anchor::bench {

inline void measure_handshake(benchmark::State& state, DeviceKey& client_key) {
    using namespace crypto;
    using namespace crypto::tls_world;
    Authority authority;
    SoftwareKey server_key = SoftwareKey::generate(KeyAlg::EcP256).value();
    const std::vector<Certificate> server_chain{authority.server(server_key.public_value())};
    const std::vector<Certificate> client_chain{authority.device(PublicKey::from_spki(client_key.public_key()).value())};
    const TlsTrust trust{.anchors = {authority.root}, .crls = {}, .at = now()};

    for (auto step : state) {
        Stream stream;
        auto client = TlsSession::client(stream.client.get(), {client_key, client_chain}, trust, kHost).value();
        auto server = TlsSession::server(stream.server.get(), {server_key, server_chain}, trust).value();
        bool connected = false;
        while (!connected) {
            const auto of_client = client.handshake();
            const auto of_server = server.handshake();
            if (!of_client || !of_server) return state.SkipWithError("the handshake failed");
            connected = *of_client == TlsProgress::Done && *of_server == TlsProgress::Done;
        }
    }
}

}  // namespace anchor::bench
