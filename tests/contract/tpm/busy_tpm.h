// SPDX-License-Identifier: Apache-2.0
#pragma once

// BusyTpm: stands between a program and a software TPM and answers some commands itself, as a TPM does that is busy, full or
// about to be reset. Everything else goes through, and is remembered.

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <anchor/base/bytes.h>
#include <anchor/base/unique_fd.h>

namespace anchor::tpm {

class BusyTpm {
public:
    /// Listens at `path`, as swtpm does (and at `path`.ctrl), for the TPM at `tpm`.
    BusyTpm(std::string path, std::string tpm);
    BusyTpm(const BusyTpm&) = delete;
    BusyTpm& operator=(const BusyTpm&) = delete;
    ~BusyTpm();

    /// The next `times` commands of that code get that answer and are not carried out.
    void answer(std::uint32_t command, std::uint32_t response, int times) {
        command_ = command;
        response_ = response;
        left_ = times;
    }
    /// The next command of that code is carried out, but its answer never arrives.
    void swallow_answer_of(std::uint32_t command) { swallow_ = command; }
    /// From now on the TPM behind does not know that property (TPM2_PT_*).
    void forget_property(std::uint32_t property) { forgotten_ = property; }
    /// Every command and answer that went through, as an eavesdropper on the TPM's bus has them.
    [[nodiscard]] std::vector<Bytes> heard() const {
        const std::lock_guard guard(lock_);
        return heard_;
    }
    /// How many commands of the code given to answer() were answered here.
    [[nodiscard]] int answered() const { return answered_; }

    [[nodiscard]] std::string tcti() const { return "swtpm:path=" + path_; }

private:
    void serve();
    void serve_command(int client);
    void serve_control(int client) const;
    void remember(const Bytes& octets);

    std::string path_;
    std::string tpm_;
    std::atomic<std::uint32_t> command_{0};
    std::atomic<std::uint32_t> response_{0};
    std::atomic<std::uint32_t> swallow_{0};
    std::atomic<std::uint32_t> forgotten_{0};
    std::atomic<int> left_{0};
    std::atomic<int> answered_{0};
    std::atomic<bool> stop_{false};
    mutable std::mutex lock_;  // of what was heard
    std::vector<Bytes> heard_;
    UniqueFd commands_;
    UniqueFd control_;
    std::thread thread_;  // uses all above
};

}  // namespace anchor::tpm
