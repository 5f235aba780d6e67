// SPDX-License-Identifier: Apache-2.0
#pragma once

// A text that grows, paid for as it grows: it stops growing at the limits of the evaluation.

#include <string>
#include <string_view>

#include <anchor/cel/scratch.h>

#include "failures.h"

namespace anchor::cel {

class TextBuilder {
public:
    explicit TextBuilder(Scratch& scratch) noexcept : scratch_(scratch) {}

    void add(std::string_view text) {
        if (failed_) return;
        failed_ = text_.size() + text.size() > scratch_.arena().limit() || !scratch_.charge(1 + text.size() / 16);
        if (!failed_) text_ += text;
    }
    [[nodiscard]] bool failed() const noexcept { return failed_; }
    [[nodiscard]] Value take() const {
        if (failed_) return scratch_.exhausted() ? cost_exceeded() : memory_exceeded();
        return make_string(scratch_.arena(), text_);
    }

private:
    Scratch& scratch_;
    std::string text_;
    bool failed_ = false;
};

}  // namespace anchor::cel
