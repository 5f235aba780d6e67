// SPDX-License-Identifier: Apache-2.0
#pragma once

// DaemonConfig: what a person wrote in anchord.toml and conf.d/, read once and checked in full before anything else
// starts. The files are the operator's, so errors help: each names file, line and column and what is expected there.

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <anchor/base/result.h>
#include <anchor/base/time.h>
#include <anchor/core/algorithm.h>
#include <anchor/core/pcr.h>

namespace anchor::daemon {

enum class LogLevel : std::uint8_t { Debug, Info, Warning, Error };

/// [socket]
struct SocketConfig {
    std::string path = "/run/anchord/anchord.sock";
    mode_t mode = 0660;
    std::string group = "anchord";  ///< empty: the daemon's own
    std::string operators;          ///< group that may change things; empty: root and the daemon's own user alone
};

/// [tpm]
struct TpmConfig {
    std::string tcti = "device:/dev/tpmrm0";  ///< "none": software keys, and every claim says so
    KeyAlg key_alg = KeyAlg::EcP256;          ///< of the device key; another one than the key in use means a rotation
    bool rotate_key = true;                   ///< a rotation makes a new key, and not only a new certificate
    KeyAlg ak_alg = KeyAlg::EcP256;
    std::string ek_profile = "auto";           ///< of tpmwire's table ("L-2", "H-3", …), or "auto"
    std::uint32_t counter_index = 0x01800A00;  ///< NV index of the counter that guards the state

    [[nodiscard]] bool software() const noexcept { return tcti == "none"; }
};

/// [attest]
struct AttestConfig {
    Milliseconds interval = Seconds(30);                             ///< from one local appraisal to the next
    Milliseconds remote_every = std::chrono::hours(1);               ///< from one remote attestation to the next
    std::optional<Milliseconds> telemetry_every;                     ///< what applications said goes to the registry; nothing: never
    std::vector<PcrSelection> pcrs = {{HashAlg::Sha256, 0x007FFF}};  ///< all that boot claims rest on; 10 proves the IMA list
    std::string event_log = "/sys/kernel/security/tpm0/binary_bios_measurements";
    std::string ima_list = "/sys/kernel/security/integrity/ima/binary_runtime_measurements";
    std::optional<std::string> ima_table;  ///< a table of reference digests that came by hand
};

/// [link]
struct LinkConfig {
    Seconds keep_alive{60};
    Milliseconds backoff_first = Seconds(1);
    Milliseconds backoff_longest = std::chrono::minutes(5);
};

struct DaemonConfig {
    std::string state_dir = "/var/lib/anchord";
    std::string runtime_dir = "/run/anchord";
    std::string policy_dir = "/etc/anchord/policy.d";  ///< unsigned local policies, which can only tighten
    std::optional<std::string> claim_bundle;           ///< needed until the device has enrolled
    std::map<std::string, std::string> labels;         ///< host name, serial, place: shown, never trusted
    LogLevel log_level = LogLevel::Info;
    SocketConfig socket;
    TpmConfig tpm;
    AttestConfig attest;
    LinkConfig link;
};

/// Reads the file, then every *.toml in the folder "conf.d" beside it in the order of names; a key in a later file takes
/// the place of the same key in an earlier one. Without a conf.d the file stands alone.
/// Denied, "FILE:LINE:COLUMN: …": not TOML, an unknown key (with the one that was probably meant), a value of another form
/// (with the expected one), a claim bundle or file that others may read or write, a group that is not there.
/// Denied or Unavailable: a file can't be read.
[[nodiscard]] Result<DaemonConfig> load_config(const std::string& file);

/// The same from one text, for the name that errors shall have. Files that it names are not looked at.
[[nodiscard]] Result<DaemonConfig> parse_config(std::string_view text, std::string_view name);

}  // namespace anchor::daemon
