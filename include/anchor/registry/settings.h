// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the owner of a fleet decides about its registry. Plain values; registryd reads them from registry.toml.

#include <string>
#include <vector>

#include <anchor/base/bytes.h>
#include <anchor/base/time.h>
#include <anchor/core/pcr.h>

namespace anchor::registry {

/// Which devices begin in which group, and who certifies them. It lets nobody in whom nobody vouches for: it chooses among those that may
/// enrol at all.
struct EnrollmentRule {
    std::string name;                  ///< stands in the audit log
    std::string group;                 ///< where a new device begins
    std::vector<std::string> batches;  ///< only with one of these claims; empty: with any
    std::vector<Bytes> roots;          ///< the EK's certificate leads to one of these, by SHA-256 of the root's certificate; or
    std::vector<std::string> lists;    ///< the EK stands on one of these lists. Both empty: any device
    std::string issuing;               ///< serial number of the CA that certifies the group's devices; empty: the one in use
};

struct Settings {
    std::string tenant;

    // Where devices with their own certificate connect: part of every grant.
    std::string broker_host = "localhost";
    std::uint16_t broker_port = 8883;
    // Where the registry itself listens to devices that enrol.
    std::string enroll_broker_host = "localhost";
    std::uint16_t enroll_broker_port = 8885;

    // Where devices with a claim certificate connect: part of every claim bundle.
    std::string claim_host = "localhost";
    std::uint16_t claim_port = 8884;

    // Who may enrol. The defaults demand a TPM whose maker vouches for it, or that stands on the EK list.
    bool allow_uncertified_ek = false;  ///< a TPM that has no EK certificate at all
    bool allow_software_keys = false;   ///< a device without a TPM
    bool require_approval = false;      ///< an operator's word for each new device
    std::string default_group = "default";
    /// The first that fits counts; who fits none does not enrol. Without any, every new device begins in the default group.
    std::vector<EnrollmentRule> rules;
    Seconds session_lifetime{600};

    Seconds certificate_lifetime{90L * 24 * 3600};

    /// What is to be quoted.
    std::vector<PcrSelection> pcrs{{HashAlg::Sha256, 0x7fff}};
    Seconds nonce_lifetime{300};
    Seconds result_lifetime{3600};

    /// Of the revocation lists: a device that has no newer one by then knows that it is behind. Renewed at half of it.
    Seconds crl_lifetime{7L * 24 * 3600};
    /// Of the list beside the broker. When it expires the broker lets nobody in, so this is how long the registry may be down.
    Seconds broker_crl_lifetime{365L * 24 * 3600};
    /// Makes the broker read that list anew: a program and its arguments. Empty where somebody else sees to it.
    std::vector<std::string> broker_reload;

    /// A device that hears nothing newer within the lifetime sees that something is withheld.
    Seconds fresh_interval{300};
    Seconds fresh_lifetime{3600};
};

}  // namespace anchor::registry
