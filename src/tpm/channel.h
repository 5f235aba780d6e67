// SPDX-License-Identifier: Apache-2.0
#pragma once

// Channel: one open connection to one TPM, owner of the TCTI and of the ESYS context. Every command of this
// module goes through issue(), the only place that is patient. A lost channel stays lost: whoever owns it opens another.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <tss2/tss2_esys.h>

#include <anchor/base/result.h>
#include <anchor/base/secret_bytes.h>

#include "deadline_tcti.h"
#include "patience.h"

namespace anchor::tpm {

class Channel {
public:
    /// Connects and makes sure that the TPM has been started (TPM2_Startup, Part 3 §9.3: firmware has done it long ago;
    /// an emulator after a power cut may wait for it). Unavailable: there is no TPM, or it does not answer.
    [[nodiscard]] static Result<std::unique_ptr<Channel>> open(const std::string& tcti, Milliseconds patience);
    ~Channel();
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;

    /// Runs `command(ESYS_CONTEXT*)`, again and again while the TPM asks for patience, at most for the time given to
    /// open(). A failure is from_tss()'s; after one that means a lost connection or handle, lost() is true.
    template <class Command>
    [[nodiscard]] Result<void> issue(std::string_view name, Command&& command) {
        Patience patience(patience_);
        for (;;) {
            const TSS2_RC code = command(esys_);
            if (code == TSS2_RC_SUCCESS) return {};
            if (!ask_again(code, patience)) return failure(name, code);
        }
    }
    /// The same of `command(TSS2_SYS_CONTEXT*)`: the system API that ESYS itself stands on.
    template <class Command>
    [[nodiscard]] Result<void> issue_below(std::string_view name, Command&& command) {
        return issue(name, [&](ESYS_CONTEXT*) { return command(sys_); });
    }

    /// For giving back what is left, where nobody can do anything about a failure.
    [[nodiscard]] ESYS_CONTEXT* esys() const noexcept { return esys_; }
    [[nodiscard]] TSS2_SYS_CONTEXT* sys() const noexcept { return sys_; }
    [[nodiscard]] bool lost() const noexcept { return lost_; }
    /// Called when the TPM has no room; true where something was given back.
    void on_no_room(std::function<bool()> relief) { relief_ = std::move(relief); }
    /// Notes that the TPM gave out this handle for a new object. Stale, and lost() from now on, where one of ours is still said
    /// to have it: the TPM was reset behind our back, and the old one would now name the new object.
    [[nodiscard]] Result<void> enter(ESYS_TR object);
    void leave(ESYS_TR object) noexcept;
    /// The TPM's own handle of a loaded object.
    [[nodiscard]] Result<TPM2_HANDLE> handle_of(ESYS_TR object);
    /// The password of a hierarchy (ESYS_TR_RH_OWNER, …), empty on most devices.
    [[nodiscard]] Result<void> set_hierarchy_auth(ESYS_TR hierarchy, const SecretBytes& auth);

private:
    Channel(std::unique_ptr<DeadlineTcti> tcti, ESYS_CONTEXT* esys, Milliseconds patience) noexcept;
    [[nodiscard]] bool ask_again(TSS2_RC code, Patience& patience);
    [[nodiscard]] Error failure(std::string_view name, TSS2_RC code);
    [[nodiscard]] Result<void> start();

    std::unique_ptr<DeadlineTcti> tcti_;  // the context below uses it to its end
    ESYS_CONTEXT* esys_;
    TSS2_SYS_CONTEXT* sys_ = nullptr;  // of esys_
    Milliseconds patience_;
    std::function<bool()> relief_;
    std::vector<std::pair<ESYS_TR, TPM2_HANDLE>> loaded_;  // three at most
    bool lost_ = false;
};

/// Memory that ESYS hands out, as its out-parameters want it.
template <class T>
class EsysOwned {
public:
    EsysOwned() = default;
    EsysOwned(const EsysOwned&) = delete;
    EsysOwned& operator=(const EsysOwned&) = delete;
    ~EsysOwned() { Esys_Free(memory_); }

    /// For the call that fills it; what an earlier try left behind goes first.
    [[nodiscard]] T** out() noexcept {
        Esys_Free(memory_);
        memory_ = nullptr;
        return &memory_;
    }
    [[nodiscard]] T& operator*() const noexcept { return *memory_; }
    [[nodiscard]] T* operator->() const noexcept { return memory_; }

private:
    T* memory_ = nullptr;
};

}  // namespace anchor::tpm
