// SPDX-License-Identifier: Apache-2.0
#pragma once

// Values that the tests of this module share.

#include <anchor/base/time.h>
#include <anchor/core/device_id.h>

namespace anchor::protocol {

inline DeviceId sample_device() { return DeviceId::parse("abcdefghijklmnopqrstuvwxyz").value(); }
inline DeviceId other_device() { return DeviceId::parse("zyxwvutsrqponmlkjihgfedcba").value(); }
inline WallTime sample_time() { return from_rfc3339("2026-11-23T12:00:00Z").value(); }

}  // namespace anchor::protocol
