// SPDX-License-Identifier: Apache-2.0
#pragma once

// Whether a certificate fits what it is to be used for.

#include <anchor/crypto/chain.h>

namespace anchor::crypto {

/// The leaf. Rejected: wrong usage, wrong host.
[[nodiscard]] Result<void> check_purpose(const Certificate& leaf, const Purpose& purpose);
/// An authority above it that limits what it issues for by an extended key usage of its own.
[[nodiscard]] Result<void> check_purpose_of_issuer(const Certificate& authority, const Purpose& purpose);

}  // namespace anchor::crypto
