// SPDX-License-Identifier: Apache-2.0

// Any text either compiles or is refused with a place inside it.

#include <algorithm>
#include <cstdlib>

#include <anchor/cel/program.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const anchor::cel::Environment environment;
    const std::string_view text = anchor::as_text({data, size});
    std::vector<anchor::cel::Diagnostic> diagnostics;
    const auto program = anchor::cel::compile(environment, text, {}, &diagnostics);
    if (program.has_value()) return 0;

    const auto lines = static_cast<std::uint32_t>(1 + std::count(text.begin(), text.end(), '\n'));
    if (diagnostics.empty()) std::abort();
    for (const anchor::cel::Diagnostic& one : diagnostics) {
        if (one.line < 1 || one.line > lines || one.column < 1 || one.column > size + 1 || one.message.empty()) std::abort();
    }
    return 0;
}
