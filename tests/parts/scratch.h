// SPDX-License-Identifier: Apache-2.0
#pragma once

// Scratch: a folder of one test, mode 0700, that goes with everything in it.

#include <string>

#include <anchor/base/bytes.h>

namespace anchor::parts {

class Scratch {
public:
    /// Aborts where no folder can be made: a test without one means nothing.
    explicit Scratch(const std::string& name);
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch();

    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] std::string path(const std::string& file) const { return path_ + "/" + file; }
    /// Writes a file in the folder and gives its path.
    std::string write(const std::string& file, ByteView octets) const;
    std::string write(const std::string& file, std::string_view text) const { return write(file, as_bytes(text)); }
    /// The octets of a file in the folder; aborts where there is none.
    [[nodiscard]] Bytes read(const std::string& file) const;

private:
    std::string path_;
};

}  // namespace anchor::parts
