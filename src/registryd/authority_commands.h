// SPDX-License-Identifier: Apache-2.0
#pragma once

// The part of the command line that is about the authority: keys, signing, trust-anchor sets, issuing CAs.

#include <functional>
#include <memory>
#include <string>

#include <anchor/base/result.h>

namespace CLI {
class App;
}

namespace anchor::registryd {

/// Adds the commands. Whichever is parsed puts what is to be done into `act`. Both must outlive the App.
void add_authority_commands(CLI::App& app, const std::string& folder, std::function<Result<void>()>& act);

}  // namespace anchor::registryd
