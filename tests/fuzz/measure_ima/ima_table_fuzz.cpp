// SPDX-License-Identifier: Apache-2.0

// Digest tables: one that opens answers every question without leaving its octets, sorted or not.

#include <anchor/measure/ima_table.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace anchor;
    using namespace anchor::measure;
    const auto table = ImaTable::open({data, size});
    if (!table) return 0;
    static_cast<void>(table->verify());
    for (const HashAlg alg : {HashAlg::Sha1, HashAlg::Sha256, HashAlg::Sha384, HashAlg::Sha512}) {
        for (const std::uint8_t octet : {std::uint8_t{0}, std::uint8_t{0x7f}, std::uint8_t{0xff}}) {
            const Digest digest = Digest::from(alg, Bytes(digest_size(alg), octet)).value();
            static_cast<void>(table->find("/bin/true", digest));
            static_cast<void>(table->find("/etc/with space", digest));
        }
    }
    static_cast<void>(table->excludes("/tmp/x"));
    return 0;
}
