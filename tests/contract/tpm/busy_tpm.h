// SPDX-License-Identifier: Apache-2.0
#pragma once

// BusyTpm: stands between a program and a software TPM and answers some commands itself, as a TPM does that is busy, full or
// about to be reset. Everything else goes through.

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

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
    /// How many commands of the code given to answer() were answered here.
    [[nodiscard]] int answered() const { return answered_; }

    [[nodiscard]] std::string tcti() const { return "swtpm:path=" + path_; }

private:
    void serve();
    void serve_command(int client);
    void serve_control(int client) const;

    std::string path_;
    std::string tpm_;
    std::atomic<std::uint32_t> command_{0};
    std::atomic<std::uint32_t> response_{0};
    std::atomic<std::uint32_t> swallow_{0};
    std::atomic<int> left_{0};
    std::atomic<int> answered_{0};
    std::atomic<bool> stop_{false};
    UniqueFd commands_;
    UniqueFd control_;
    std::thread thread_;  // uses all above
};

}  // namespace anchor::tpm
