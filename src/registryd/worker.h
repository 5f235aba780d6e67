// SPDX-License-Identifier: Apache-2.0
#pragma once

// Worker: one of the processes that share the work of a registry's folder. Each is known to the brokers by a certificate of its own, and
// one of them leads: it alone publishes, makes revocation lists, cuts connections and renews certificates. Who leads is nobody's decision:
// whoever takes the lock, and the next one when that process is gone.

#include <anchor/core/message_link.h>

#include "process_lock.h"
#include "registry_files.h"

namespace anchor::registryd {

class Worker {
public:
    /// Makes its key and its certificate, where there are none yet. The files must outlive it. Denied: another process has that number.
    /// Errors of the folder's files.
    [[nodiscard]] static Result<Worker> open(RegistryFiles& files, unsigned number);

    /// Whether this process leads, from now on where nobody does. One that has had no link to the fleet's broker for half a minute lets
    /// the others have the lead, and takes it again after five seconds where none of them did.
    [[nodiscard]] bool leads(bool has_link, SteadyTime now);

    /// How it connects to the fleet's broker.
    [[nodiscard]] Result<LinkCredentials> at_fleet() const;
    /// And to the broker for enrolment, with the same certificate.
    [[nodiscard]] LinkCredentials at_enrollment(LinkCredentials at_fleet) const;

    /// Renews what is due of the certificates of all processes and of the brokers. For who leads. Nothing, and it is said, where the
    /// issuing CA was replaced since this process began: it makes no revocation lists for the new one, and brokers refuse whom no list
    /// speaks of.
    void renew_certificates() const;

private:
    Worker(RegistryFiles& files, unsigned number, ProcessLock self) : files_(files), number_(number), self_(std::move(self)) {}
    [[nodiscard]] Result<void> make_certificate() const;
    [[nodiscard]] Result<bool> knows_the_issuing_ca() const;

    RegistryFiles& files_;
    unsigned number_;
    ProcessLock self_;
    std::optional<ProcessLock> lead_;
    SteadyTime useful_at_{};  // when it had a link last, or took the lead
    SteadyTime again_at_{};   // not before does it take the lead again
};

}  // namespace anchor::registryd
