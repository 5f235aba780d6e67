// SPDX-License-Identifier: Apache-2.0

// Certificates: what is accepted is the same certificate after a way through PEM, and what it says can be asked.

#include <cstdlib>

#include <anchor/crypto/chain.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace anchor::crypto;
    const auto certificate = Certificate::from_der({data, size});
    if (!certificate) return 0;

    const auto again = Certificate::from_pem(certificate->pem());
    if (!again || !(*again == *certificate) || again->subject() != certificate->subject()) std::abort();
    static_cast<void>(is_for_host(*certificate, "broker.example"));
    ChainOptions options;
    options.at = certificate->not_after();
    options.purpose = ForAnything{};
    static_cast<void>(verify_chain(*certificate, {*certificate}, {*certificate}, {}, options).has_value());
    return 0;
}
