// SPDX-License-Identifier: Apache-2.0
#pragma once

// A folder of a golden device with all files below it, for the table of file digests.

#include "golden_files.h"

namespace anchor::cli {

/// More files than this in one folder are no device: where the walk should have ended somewhere, it ends here.
inline constexpr std::size_t kMostFiles = 4'000'000;

/// Adds each regular file below the folder, which is a path of the device. Links are not followed, what is mounted below only
/// where the options say so, and file systems without files of their own (/proc, /sys, …) never. Gives the number of files.
/// Unavailable, with the path: what cannot be read. Rejected: more than kMostFiles.
[[nodiscard]] Result<std::size_t> add_tree(measure::ImaTableBuilder& builder, const std::string& folder, GoldenFiles& files);

}  // namespace anchor::cli
