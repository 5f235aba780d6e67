// SPDX-License-Identifier: Apache-2.0
#pragma once

// The certificates by which the registry and its two brokers are known. They expire, so that a stolen key ends by itself; the next
// ones are made in time, with the same keys and names, by the issuing authority. The broker's key is not read for that.

#include <anchor/base/time.h>

#include "folder.h"

namespace anchor::registryd {

/// A renewal is due when a third of a certificate's life is left.
inline constexpr std::chrono::days kServerLifetime{2 * 365};

enum class Renewal { NotDue, Done };

/// Renews the first certificate of the file, if it is due, and leaves those above it as they are; the file is replaced in one step.
/// No certificate outlives its issuer's: where that leaves nothing to gain, Denied, and the issuing authority needs a new one. Rejected:
/// the file holds no certificate of this authority. Errors of the system.
[[nodiscard]] Result<Renewal> renew_certificate(const Folder& folder, const std::string& tenant, const std::string& file, WallTime now);

/// Those of the registry's processes and of both brokers, as files.
[[nodiscard]] std::vector<std::string> renewable_certificates(const Folder& folder);

}  // namespace anchor::registryd
