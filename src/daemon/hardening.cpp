// SPDX-License-Identifier: Apache-2.0
#include "hardening.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>

#include <anchor/base/file.h>

namespace anchor::daemon {

Result<void> harden_process() {
    ::umask(077);
    const rlimit none{0, 0};
    if (::setrlimit(RLIMIT_CORE, &none) != 0) return from_errno("setrlimit(RLIMIT_CORE)", errno);
    if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return from_errno("prctl(PR_SET_DUMPABLE)", errno);
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return from_errno("prctl(PR_SET_NO_NEW_PRIVS)", errno);
    if (std::signal(SIGPIPE, SIG_IGN) == SIG_ERR) return from_errno("signal(SIGPIPE)", errno);
    if (::setenv("TSS2_LOG", "all+none", 0) != 0) return from_errno("setenv(TSS2_LOG)", errno);
    return {};
}

}  // namespace anchor::daemon
