// SPDX-License-Identifier: Apache-2.0
#include "printable_lines.h"

#include "terminal.h"

namespace anchor::cli {

std::string printable_lines(std::string_view text) {
    std::string out;
    for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
        out += printable(text.substr(0, end)) + "\n";
        text.remove_prefix(end + 1);
    }
    return out + printable(text);
}

}  // namespace anchor::cli
