// SPDX-License-Identifier: Apache-2.0
#pragma once

// RateBound: how much one asker may ask. A bucket each, filled at a steady rate; memory is bounded whoever asks.

#include <map>
#include <string>
#include <string_view>

#include <anchor/base/time.h>

namespace anchor::registry {

enum class Admission : std::uint8_t {
    Pass,
    Refuse,  ///< too much: say so, once
    Drop,    ///< too much, and it was said: nothing more is spent on it
};

class RateBound {
public:
    RateBound(double per_second, double burst, std::size_t askers) : per_second_(per_second), burst_(burst), askers_(askers) {}

    [[nodiscard]] Admission ask(std::string_view who, SteadyTime now);

private:
    struct Bucket {
        double tokens = 0;
        SteadyTime at{};
        bool told = false;
    };
    void forget_the_quiet(SteadyTime now);

    double per_second_;
    double burst_;
    std::size_t askers_;
    std::map<std::string, Bucket, std::less<>> buckets_;
};

}  // namespace anchor::registry
