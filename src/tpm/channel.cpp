// SPDX-License-Identifier: Apache-2.0
#include "channel.h"

#include <algorithm>
#include <thread>

namespace anchor::tpm {

Result<std::unique_ptr<Channel>> Channel::open(const std::string& tcti, Milliseconds patience) {
    ANCHOR_ASSIGN_OR_RETURN(auto way, DeadlineTcti::open(tcti));
    ESYS_CONTEXT* esys = nullptr;
    if (const TSS2_RC code = Esys_Initialize(&esys, way->context(), nullptr); code != TSS2_RC_SUCCESS) {
        return unavailable(from_tss("Esys_Initialize", code).what, code);
    }
    std::unique_ptr<Channel> channel(new Channel(std::move(way), esys, patience));
    if (const TSS2_RC code = Esys_GetSysContext(esys, &channel->sys_); code != TSS2_RC_SUCCESS) return from_tss("Esys_GetSysContext", code);
    if (auto started = channel->start(); !started) return unavailable(std::move(started.error().what), started.error().native);
    return channel;
}

Channel::Channel(std::unique_ptr<DeadlineTcti> tcti, ESYS_CONTEXT* esys, Milliseconds patience) noexcept
    : tcti_(std::move(tcti)), esys_(esys), patience_(patience) {}

Channel::~Channel() { Esys_Finalize(&esys_); }

Result<void> Channel::start() {
    EsysOwned<TPMS_TIME_INFO> time;
    const auto ask = [&] {
        return issue("TPM2_ReadClock",
                     [&](ESYS_CONTEXT* esys) { return Esys_ReadClock(esys, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, time.out()); });
    };
    const auto first = ask();
    if (first || plain(static_cast<TSS2_RC>(first.error().native)) != TPM2_RC_INITIALIZE) return first;
    lost_ = false;
    ANCHOR_RETURN_IF_ERROR(issue("TPM2_Startup", [](ESYS_CONTEXT* esys) { return Esys_Startup(esys, TPM2_SU_CLEAR); }));
    return ask();
}

bool Channel::ask_again(TSS2_RC code, Patience& patience) {
    const Answer answer = judge(code);
    if (answer == Answer::Room && relief_ && relief_()) return true;
    const auto wait = patience.after(answer);
    if (wait) std::this_thread::sleep_for(*wait);
    return wait.has_value();
}

Error Channel::failure(std::string_view name, TSS2_RC code) {
    if (judge(code) == Answer::Lost) lost_ = true;
    return from_tss(name, code);
}

Result<TPM2_HANDLE> Channel::handle_of(ESYS_TR object) {
    TPM2_HANDLE handle = 0;
    ANCHOR_RETURN_IF_ERROR(issue("Esys_TR_GetTpmHandle", [&](ESYS_CONTEXT* esys) { return Esys_TR_GetTpmHandle(esys, object, &handle); }));
    return handle;
}

Result<void> Channel::enter(ESYS_TR object) {
    ANCHOR_ASSIGN_OR_RETURN(const TPM2_HANDLE handle, handle_of(object));
    lost_ = lost_ || std::ranges::any_of(loaded_, [&](const auto& entry) { return entry.second == handle; });
    if (lost_) return stale("the TPM was reset in between");
    loaded_.emplace_back(object, handle);
    return {};
}

void Channel::leave(ESYS_TR object) noexcept {
    std::erase_if(loaded_, [&](const auto& entry) { return entry.first == object; });
}

Result<void> Channel::set_hierarchy_auth(ESYS_TR hierarchy, const SecretBytes& auth) {
    TPM2B_AUTH value{};
    if (auth.size() > sizeof(value.buffer)) return rejected("hierarchy password of " + std::to_string(auth.size()) + " octets is too long");
    value.size = static_cast<UINT16>(auth.size());
    std::ranges::copy(auth.view(), value.buffer);
    auto set = issue("Esys_TR_SetAuth", [&](ESYS_CONTEXT* esys) { return Esys_TR_SetAuth(esys, hierarchy, &value); });
    wipe({value.buffer, sizeof(value.buffer)});
    return set;
}

}  // namespace anchor::tpm
