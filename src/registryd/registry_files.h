// SPDX-License-Identifier: Apache-2.0
#pragma once

// A registry's folder, opened: configuration, store and online keys.

#include <memory>

#include <anchor/registry/authority.h>

#include "folder.h"
#include "system_clock.h"

namespace anchor::registryd {

class RegistryFiles {
public:
    /// Denied where there is no registry in the folder; otherwise the errors of its files.
    [[nodiscard]] static Result<std::unique_ptr<RegistryFiles>> open(const std::string& folder);

    [[nodiscard]] const Folder& folder() const noexcept { return folder_; }
    [[nodiscard]] const registry::Settings& settings() const noexcept { return settings_; }
    [[nodiscard]] registry::Store& store() noexcept { return *store_; }
    [[nodiscard]] const Clock& clock() const noexcept { return clock_; }
    /// The online side of the registry, made when it is first asked for. Errors as Authority::open().
    [[nodiscard]] Result<registry::Authority*> authority();

private:
    RegistryFiles(Folder folder, registry::Settings settings, std::unique_ptr<registry::Store> store)
        : folder_(std::move(folder)), settings_(std::move(settings)), store_(std::move(store)) {}

    Folder folder_;
    registry::Settings settings_;
    SystemClock clock_;
    std::unique_ptr<registry::Store> store_;
    std::unique_ptr<registry::Authority> authority_;
};

}  // namespace anchor::registryd
