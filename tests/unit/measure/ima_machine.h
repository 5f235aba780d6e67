// SPDX-License-Identifier: Apache-2.0
#pragma once

// A machine with IMA in memory: what it measures goes into the list and into PCR 10 of a TPM, as a kernel since 5.8 does it.

#include <fakes/fake_log_source.h>
#include <fakes/fake_tpm.h>
#include <unit/measure/ima_list.h>

namespace anchor::measure {

class ImaMachine {
public:
    explicit ImaMachine(std::shared_ptr<fakes::FakeTpm> tpm) : tpm_(std::move(tpm)) { boot(); }

    /// The list begins anew, with the aggregate of PCRs 0 to 9.
    void boot() {
        list.octets.clear();
        Bytes registers;
        for (unsigned i = 0; i < 10; ++i) append(registers, tpm_->pcrs().find(HashAlg::Sha256, i)->view());
        ListWriter writer;
        writer.entry("ima-ng", {writer.digest("sha256", crypto::hash(HashAlg::Sha256, registers).view()), writer.name("boot_aggregate")});
        add(writer.list);
    }
    void run(std::string_view path, std::string_view content) {
        ListWriter writer;
        writer.file(path, content);
        add(writer.list);
    }
    void violate(std::string_view path) {
        ListWriter writer;
        writer.violation(path);
        add(writer.list);
    }
    /// The kernel throws away the beginning of its list.
    void trim(std::size_t octets) { list.octets.erase(list.octets.begin(), list.octets.begin() + static_cast<std::ptrdiff_t>(octets)); }

    fakes::FakeLogSource list;

private:
    void add(const Bytes& entries) {
        append(list.octets, entries);
        const auto extend = [&](const ImaEntry& entry) {
            for (const HashAlg bank : {HashAlg::Sha1, HashAlg::Sha256, HashAlg::Sha384}) {
                Digest ones(bank);
                std::ranges::fill(ones.writable(), std::uint8_t{0xFF});
                tpm_->extend(10, entry.violation() ? ones : ima_template_hash(bank, entry));
            }
        };
        EXPECT_TRUE(read_list(entries, {}, extend));
    }

    std::shared_ptr<fakes::FakeTpm> tpm_;
};

}  // namespace anchor::measure
