// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a TPM holds for us, each with its own way to be given back: a transient object and a session are flushed,
// a persistent object or NV index is only let go. None of them turns into an ESYS_TR by itself.

#include <utility>

#include <tss2/tss2_esys.h>

#include "channel.h"

namespace anchor::tpm {

/// Names an object for one command and owns nothing; valid while its owner lives.
struct ObjectRef {
    ESYS_TR raw;
};

namespace detail {

enum class Release { Flush, Forget };

/// One ESYS_TR with its end. Moves, so that it has one owner.
template <Release How>
class OwnedTr {
public:
    OwnedTr(Channel& channel, ESYS_TR raw) noexcept : channel_(&channel), raw_(raw) {}
    OwnedTr(const OwnedTr&) = delete;
    OwnedTr& operator=(const OwnedTr&) = delete;
    OwnedTr(OwnedTr&& other) noexcept : channel_(other.channel_), raw_(std::exchange(other.raw_, ESYS_TR_NONE)) {}
    OwnedTr& operator=(OwnedTr&& other) noexcept {
        if (this != &other) {
            release();
            channel_ = other.channel_;
            raw_ = std::exchange(other.raw_, ESYS_TR_NONE);
        }
        return *this;
    }
    ~OwnedTr() { release(); }

    [[nodiscard]] ESYS_TR raw() const noexcept { return raw_; }
    [[nodiscard]] Channel& channel() const noexcept { return *channel_; }

private:
    void release() noexcept {
        if (raw_ == ESYS_TR_NONE) return;
        if constexpr (How == Release::Flush) {
            channel_->leave(raw_);
            // Also on a channel that is lost: the TPM may have kept what only the connection forgot.
            if (Esys_FlushContext(channel_->esys(), raw_) == TSS2_RC_SUCCESS) return;
        }
        (void)Esys_TR_Close(channel_->esys(), &raw_);
    }

    Channel* channel_;
    ESYS_TR raw_;
};

}  // namespace detail

/// A loaded key. One of about three that fit into a TPM at a time.
class TransientHandle {
public:
    /// Takes over what a command has just loaded. Stale as Channel::enter() says.
    [[nodiscard]] static Result<TransientHandle> own(Channel& channel, ESYS_TR raw) {
        TransientHandle handle(channel, raw);
        ANCHOR_RETURN_IF_ERROR(channel.enter(raw));
        return handle;
    }
    TransientHandle(TransientHandle&&) noexcept = default;
    TransientHandle& operator=(TransientHandle&&) noexcept = default;
    ~TransientHandle() = default;
    [[nodiscard]] ObjectRef ref() const noexcept { return {tr_.raw()}; }

private:
    TransientHandle(Channel& channel, ESYS_TR raw) noexcept : tr_(channel, raw) {}
    detail::OwnedTr<detail::Release::Flush> tr_;
};

/// A key or NV index that stays in the TPM whatever becomes of us.
class PersistentRef {
public:
    PersistentRef(Channel& channel, ESYS_TR raw) noexcept : tr_(channel, raw) {}
    [[nodiscard]] ObjectRef ref() const noexcept { return {tr_.raw()}; }

private:
    detail::OwnedTr<detail::Release::Forget> tr_;
};

/// An HMAC or policy session.
class Session {
public:
    Session(Channel& channel, ESYS_TR raw) noexcept : tr_(channel, raw) {}
    [[nodiscard]] ESYS_TR raw() const noexcept { return tr_.raw(); }
    [[nodiscard]] Channel& channel() const noexcept { return tr_.channel(); }

private:
    detail::OwnedTr<detail::Release::Flush> tr_;
};

}  // namespace anchor::tpm
