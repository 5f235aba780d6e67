// SPDX-License-Identifier: Apache-2.0
#pragma once

// What is published by digest and no document in force names any more goes. A table that was put there for a document which waits for
// its signatures is named by none yet: what is younger than a month stays.

#include <anchor/store/folder_shelf.h>

#include "registry_files.h"

namespace anchor::registryd {

inline constexpr std::chrono::days kUnnamedBlobsStay{30};

/// Nothing goes where a document in force cannot be read.
[[nodiscard]] Result<void> tidy_blobs(RegistryFiles& files, store::FolderShelf& shelf);

}  // namespace anchor::registryd
