// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a command line amounts to: chosen while it is read, carried out when all of it is right.

#include <functional>

#include <anchor/base/result.h>

namespace anchor::cli {

/// The exit code, or an error that is printed and becomes one.
using Action = std::function<Result<int>()>;

}  // namespace anchor::cli
