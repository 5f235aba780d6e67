// SPDX-License-Identifier: Apache-2.0
#pragma once

// MD5 (RFC 1321), for one purpose: package databases that know nothing better say by it whether a file is as its package
// brought it. It finds accidents and hand-made changes and proves nothing, so it is no HashAlg and cannot get into a Digest.

#include <array>
#include <memory>

#include <anchor/base/bytes.h>

namespace anchor::crypto {

class Md5 {
public:
    Md5();
    ~Md5();
    Md5(const Md5&) = delete;
    Md5& operator=(const Md5&) = delete;

    void update(ByteView octets);
    /// Of all so far. Call once.
    [[nodiscard]] std::array<std::uint8_t, 16> finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace anchor::crypto
