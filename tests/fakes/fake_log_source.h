// SPDX-License-Identifier: Apache-2.0
#pragma once

// FakeLogSource: a log in memory that a test lengthens, cuts or takes away, and that counts what was read of it.

#include <algorithm>
#include <optional>

#include <anchor/base/bytes.h>
#include <anchor/core/log_source.h>

namespace anchor::fakes {

class FakeLogSource final : public LogSource {
public:
    Result<std::unique_ptr<LogStream>> open(std::uint64_t offset) override {
        if (failing) return *failing;
        ++opened;
        return std::unique_ptr<LogStream>(std::make_unique<Stream>(*this, static_cast<std::size_t>(offset)));
    }

    Bytes octets;
    std::optional<Error> failing;
    std::size_t opened = 0;
    std::size_t read = 0;

private:
    class Stream final : public LogStream {
    public:
        Stream(FakeLogSource& source, std::size_t at) : source_(source), at_(at) {}
        Result<std::size_t> read(std::span<std::uint8_t> into) override {
            if (at_ >= source_.octets.size()) return std::size_t{0};
            // Short reads, as the kernel gives them.
            const std::size_t count = std::min({into.size(), source_.octets.size() - at_, std::size_t{4096}});
            std::copy_n(source_.octets.begin() + static_cast<std::ptrdiff_t>(at_), count, into.begin());
            at_ += count;
            source_.read += count;
            return count;
        }

    private:
        FakeLogSource& source_;
        std::size_t at_;
    };
};

}  // namespace anchor::fakes
