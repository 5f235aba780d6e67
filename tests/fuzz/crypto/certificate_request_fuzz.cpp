// SPDX-License-Identifier: Apache-2.0

// Certification requests: what is accepted is the same request after a way through PEM.

#include <cstdlib>

#include <anchor/crypto/certificate_request.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using anchor::crypto::CertificateRequest;
    const auto request = CertificateRequest::from_der({data, size});
    if (!request) return 0;

    const auto again = CertificateRequest::from_pem(request->pem());
    if (!again || !(again->public_key() == request->public_key()) || again->subject() != request->subject()) std::abort();
    return 0;
}
