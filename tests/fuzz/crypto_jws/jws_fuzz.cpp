// SPDX-License-Identifier: Apache-2.0

// JWS: what is accepted keeps its bounds, survives being written again, and is verified by nobody's key.

#include <cstdlib>

#include <anchor/crypto/jws.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using anchor::crypto::UnverifiedJws;
    const auto jws = UnverifiedJws::parse(anchor::as_text({data, size}));
    if (!jws) return 0;

    const auto headers = jws->headers();
    if (headers.empty() || headers.size() > anchor::crypto::JwsLimits{}.signatures) std::abort();
    for (const auto& header : headers) {
        if (header.typ != jws->typ() || header.kid.empty() || header.kid.size() > 128) std::abort();
    }
    if (jws->verify(jws->typ(), {})) std::abort();

    const auto written = anchor::crypto::combine_jws({&*jws, 1});
    if (!written || !UnverifiedJws::parse(*written, {.octets = 4 * size + 4096})) std::abort();
    return 0;
}
