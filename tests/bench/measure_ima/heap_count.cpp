// SPDX-License-Identifier: Apache-2.0
#include "heap_count.h"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {
std::atomic<std::uint64_t> octets{0};
}

std::uint64_t heap_octets() noexcept { return octets.load(); }

void* operator new(std::size_t size) {
    octets += size;
    void* const memory = std::malloc(size == 0 ? 1 : size);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
