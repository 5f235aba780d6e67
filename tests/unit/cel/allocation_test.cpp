// SPDX-License-Identifier: Apache-2.0
// Counts what the heap is asked for: a program of its own, because it replaces the global allocation functions.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include <anchor/cel/program.h>

namespace {
std::size_t allocations = 0;
}

// Not inlined: the compiler would see malloc() behind new and free() behind delete, and warn of a mismatch.
[[gnu::noinline]] void* operator new(std::size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size)) return memory;
    std::abort();
}
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return operator new(size); }
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace anchor::cel {
namespace {

std::size_t allocations_of(std::string_view expression) {
    Environment environment;
    const bool declared = environment.declare("i", TypeKind::Int).has_value() && environment.declare("s", TypeKind::String).has_value() &&
                          environment.declare("l", Type::list(TypeKind::Int)).has_value() &&
                          environment.declare("r", TypeKind::Duration).has_value();
    const Result<Program> program = compile(environment, expression);
    EXPECT_TRUE(declared && program.has_value()) << expression;
    const std::array<Value, 3> numbers{Value::integer(1), Value::integer(2), Value::integer(3)};
    const std::array<Value, 4> values{Value::integer(7), Value::string("integrity"), Value::list(numbers),
                                      Value::duration(std::chrono::seconds(5))};
    Scratch scratch;
    static_cast<void>(program->evaluate(values, scratch));  // the stack grows once

    const std::size_t before = allocations;
    const Value value = program->evaluate(values, scratch);
    EXPECT_TRUE(value.is_true()) << to_string(value);
    return allocations - before;
}

TEST(Evaluation, AllocatesNothingForWhatPoliciesAreMadeOf) {
    for (const std::string_view expression :
         {"i == 7 && s != 'none'", "i * 2 + 1 > 14 ? true : false", "s in ['integrity', 'confidentiality']", "r < duration('1h')",
          "l.all(e, e in [1, 2, 3])", "l.exists(e, e == i - 4)", "s.startsWith('int') && size(s) == 9", "l[0] == 1 && 3 in l",
          "s.matches('^[a-z]+$')"}) {
        EXPECT_EQ(allocations_of(expression), 0U) << expression;
    }
}

TEST(Evaluation, ReusesItsArenaForValuesThatItMakes) {
    EXPECT_EQ(allocations_of("l.map(e, e * 2) == [2, 4, 6]"), 0U);
    EXPECT_EQ(allocations_of("s + '!' == 'integrity!'"), 0U);
}

}  // namespace
}  // namespace anchor::cel
