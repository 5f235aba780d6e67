// SPDX-License-Identifier: Apache-2.0
#pragma once

// Octets that this program has asked the heap for since it started, freed or not: what grows with the input shows.

#include <cstdint>

std::uint64_t heap_octets() noexcept;
