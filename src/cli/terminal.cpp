// SPDX-License-Identifier: Apache-2.0
#include "terminal.h"

#include <unistd.h>

#include <cstdlib>

namespace anchor::cli {
namespace {

std::string_view sequence(Colour colour) {
    switch (colour) {
        case Colour::Plain: return "";
        case Colour::Good: return "\033[1;32m";
        case Colour::Warning: return "\033[1;33m";
        case Colour::Bad: return "\033[1;31m";
        case Colour::Faint: return "\033[2m";
    }
    return "";
}

bool is_set(const char* name) {
    const char* const value = std::getenv(name);
    return value != nullptr && *value != '\0';
}

}  // namespace

std::string printable(std::string_view text) {
    std::string safe(text);
    for (std::size_t i = 0; i < safe.size(); ++i) {
        const auto octet = static_cast<unsigned char>(safe[i]);
        // U+0080 to U+009F are controls as well; in UTF-8 they are C2 80 to C2 9F.
        const bool second_control = i > 0 && static_cast<unsigned char>(safe[i - 1]) == 0xC2 && octet >= 0x80 && octet <= 0x9F;
        if (octet < 0x20 || octet == 0x7F) safe[i] = '?';
        if (second_control) safe[i - 1] = safe[i] = '?';
    }
    return safe;
}

std::string Painter::operator()(Colour colour, std::string_view text) const {
    if (!colours_ || colour == Colour::Plain) return std::string(text);
    return std::string(sequence(colour)) + std::string(text) + "\033[0m";
}

bool colours_wanted() {
    const char* const terminal = std::getenv("TERM");
    return ::isatty(STDOUT_FILENO) != 0 && !is_set("NO_COLOR") && terminal != nullptr && std::string_view(terminal) != "dumb";
}

}  // namespace anchor::cli
