// SPDX-License-Identifier: Apache-2.0
#pragma once

// What dpkg has installed on a golden device. Its database says which files are of which package; its own checksums are MD5,
// which proves nothing: each file is hashed as it is installed, and MD5 only tells whether somebody has changed it since.

#include "golden_files.h"

namespace anchor::cli {

struct PackagesAdded {
    std::size_t packages = 0;
    std::size_t files = 0;
    std::size_t unchecked = 0;  ///< files without a checksum in the database: configuration, mostly
};

/// Adds the files of every package in the database (/var/lib/dpkg, a path of the device). Files that are not as their packages
/// brought them are left out and told. Diversions are followed. Unavailable: the database or a file cannot be read. Rejected:
/// there is no package in it, or a part of it has another form.
[[nodiscard]] Result<PackagesAdded> add_packages(measure::ImaTableBuilder& builder, const std::string& database, GoldenFiles& files);

}  // namespace anchor::cli
