// SPDX-License-Identifier: Apache-2.0
#include "registry_files.h"

#include <filesystem>

#include "issuing_files.h"

#include "configuration.h"

namespace anchor::registryd {

Result<std::unique_ptr<RegistryFiles>> RegistryFiles::open(const std::string& path) {
    Folder folder(path);
    std::error_code ignored;
    if (!std::filesystem::exists(folder.database(), ignored)) {
        return denied("there is no registry in " + folder.path() + ": --dir names another folder, \"init\" makes one");
    }
    ANCHOR_ASSIGN_OR_RETURN(auto settings, read_configuration(folder.configuration()));
    ANCHOR_ASSIGN_OR_RETURN(auto store, registry::Store::open(folder.database()));
    return std::unique_ptr<RegistryFiles>(new RegistryFiles(std::move(folder), std::move(settings), std::move(store)));
}

Result<registry::Authority*> RegistryFiles::authority() {
    if (authority_) return authority_.get();
    registry::OnlineKeys keys;
    ANCHOR_ASSIGN_OR_RETURN(auto online, read_key(folder_.online_key()));
    ANCHOR_ASSIGN_OR_RETURN(auto issuing, read_issuing(folder_));
    ANCHOR_ASSIGN_OR_RETURN(auto predecessors, read_predecessors(folder_, clock_.wall()));
    ANCHOR_ASSIGN_OR_RETURN(keys.authority, read_public_keys(folder_.authority_public_keys()));
    keys.online = std::make_shared<crypto::SoftwareKey>(std::move(online));
    keys.issuing = std::make_shared<crypto::SoftwareKey>(std::move(issuing.key));
    keys.issuing_chain = std::move(issuing.chain);
    for (IssuingAuthority& one : predecessors) {
        std::vector<crypto::Certificate> above(one.chain.begin() + 1, one.chain.end());
        keys.predecessors.push_back(
            {std::make_shared<crypto::SoftwareKey>(std::move(one.key)), std::move(one.chain.front()), std::move(above)});
    }
    ANCHOR_ASSIGN_OR_RETURN(authority_, registry::Authority::open(settings_, *store_, clock_, std::move(keys)));
    return authority_.get();
}

}  // namespace anchor::registryd
