// SPDX-License-Identifier: Apache-2.0
#pragma once

// GoldenFiles: the files of a golden device, or of an image of one, hashed where they lie, under the paths that the device's kernel
// will name. Only regular files have a digest; links and everything else are left out, and what is left out is told.

#include <iosfwd>
#include <map>
#include <string>

#include <anchor/measure/ima_table_builder.h>

namespace anchor::cli {

/// What was left out: the first lines of it, and how many there were.
class LeftOut {
public:
    explicit LeftOut(std::ostream& notes) : notes_(notes) {}
    void say(const std::string& path, std::string_view why);
    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }

private:
    std::ostream& notes_;
    std::uint64_t count_ = 0;
};

struct GoldenOptions {
    std::string root;  ///< where the device's / is, without a slash at its end; empty on the device itself
    HashAlg alg = HashAlg::Sha256;
    bool skip_unreadable = false;   ///< leave out what cannot be read, instead of failing
    bool all_file_systems = false;  ///< walk into what is mounted below a folder too
};

class GoldenFiles final : public measure::FileDigests {
public:
    GoldenFiles(GoldenOptions options, LeftOut& left_out) : options_(std::move(options)), left_out_(left_out) {}

    /// Links in the path's folders are followed as the device would, inside its root. Unavailable: it cannot be read, or changed
    /// meanwhile.
    [[nodiscard]] Result<std::optional<measure::HashedFile>> hash(const std::string& path, HashAlg alg) override;
    /// The same, and nothing where the file's MD5 is not the expected one; that is told.
    [[nodiscard]] Result<std::optional<measure::HashedFile>> hash_if(const std::string& path, HashAlg alg, ByteView md5);

    [[nodiscard]] const GoldenOptions& options() const noexcept { return options_; }
    [[nodiscard]] LeftOut& left_out() noexcept { return left_out_; }
    /// The path on this machine.
    [[nodiscard]] std::string here(const std::string& path) const { return options_.root + path; }
    /// The folder without links in it, as the device sees it. Rejected: links that lead in circles.
    [[nodiscard]] Result<std::string> real_folder(const std::string& folder);

private:
    GoldenOptions options_;
    LeftOut& left_out_;
    std::map<std::string, std::string, std::less<>> real_folders_;
};

}  // namespace anchor::cli
