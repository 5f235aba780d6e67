// SPDX-License-Identifier: Apache-2.0
#include "golden_packages.h"

#include <algorithm>
#include <filesystem>

#include <anchor/base/encoding.h>
#include <anchor/base/file.h>

namespace anchor::cli {
namespace {

constexpr std::size_t kLargestList = 64UL << 20U;
constexpr std::string_view kList = ".list";

/// The lines of a text, one after the other.
class Lines {
public:
    explicit Lines(std::string_view text) : text_(text) {}
    [[nodiscard]] std::optional<std::string_view> next() {
        if (text_.empty()) return std::nullopt;
        const std::string_view line = text_.substr(0, text_.find('\n'));
        text_.remove_prefix(std::min(line.size() + 1, text_.size()));
        return line;
    }

private:
    std::string_view text_;
};

/// Where dpkg puts the file of a package when another one has claimed its path: three lines each, the path, where it goes, and
/// the package that claims it (dpkg-divert(1)).
class Diversions {
public:
    static Result<Diversions> read(const std::string& file) {
        Diversions diversions;
        if (!std::filesystem::exists(file)) return diversions;
        auto text = read_text_file(file, kLargestList);
        if (!text) return unavailable(text.error().what);
        Lines lines(*text);
        while (const auto path = lines.next()) {
            const auto to = lines.next();
            const auto by = lines.next();
            if (!to || !by) return rejected(file + ": ends within a diversion");
            diversions.by_path_[std::string(*path)] = {std::string(*to), std::string(*by)};
        }
        return diversions;
    }
    [[nodiscard]] std::string path_of(const std::string& path, std::string_view package) const {
        const auto found = by_path_.find(path);
        return found == by_path_.end() || found->second.by == package ? path : found->second.to;
    }

private:
    struct Diversion {
        std::string to;
        std::string by;
    };
    std::map<std::string, Diversion, std::less<>> by_path_;
};

using Checksums = std::map<std::string, Bytes, std::less<>>;

// "digits  path", the path without its first slash.
Result<Checksums> read_checksums(const std::string& file) {
    Checksums checksums;
    if (!std::filesystem::exists(file)) return checksums;
    auto text = read_text_file(file, kLargestList);
    if (!text) return unavailable(text.error().what);
    Lines lines(*text);
    while (const auto line = lines.next()) {
        const std::size_t space = line->find(' ');
        const std::size_t path = line->find_first_not_of(' ', space);
        if (space == std::string_view::npos || path == std::string_view::npos) return rejected(file + ": a line without a path");
        auto md5 = from_hex(line->substr(0, space));
        if (!md5 || md5->size() != 16) return rejected(file + ": a line without an MD5");
        checksums["/" + std::string(line->substr(path))] = std::move(*md5);
    }
    return checksums;
}

/// The files of one package, for the reader of its list.
class PackageFiles final : public measure::FileDigests {
public:
    PackageFiles(std::string_view package, const Diversions& diversions, const Checksums& checksums, GoldenFiles& files,
                 PackagesAdded& added)
        : package_(package), diversions_(diversions), checksums_(checksums), files_(files), added_(added) {}

    Result<std::optional<measure::HashedFile>> hash(const std::string& path, HashAlg alg) override {
        const auto md5 = checksums_.find(path);
        const ByteView expected = md5 == checksums_.end() ? ByteView() : ByteView(md5->second);
        auto hashed = files_.hash_if(diversions_.path_of(path, package_), alg, expected);
        if (!hashed || !*hashed) return hashed;
        ++added_.files;
        if (expected.empty()) ++added_.unchecked;
        return hashed;
    }

private:
    std::string_view package_;
    const Diversions& diversions_;
    const Checksums& checksums_;
    GoldenFiles& files_;
    PackagesAdded& added_;
};

Result<std::vector<std::string>> packages_in(const std::string& info) {
    std::error_code error;
    std::vector<std::string> packages;
    for (std::filesystem::directory_iterator entry(info, error), end; !error && entry != end; entry.increment(error)) {
        std::string name = entry->path().filename().string();
        if (!name.ends_with(kList)) continue;
        name.resize(name.size() - kList.size());
        packages.push_back(std::move(name));
    }
    if (error) return unavailable(info + ": " + error.message());
    if (packages.empty()) return rejected(info + ": no package is installed there");
    std::ranges::sort(packages);
    return packages;
}

}  // namespace

Result<PackagesAdded> add_packages(measure::ImaTableBuilder& builder, const std::string& database, GoldenFiles& files) {
    const std::string here = files.here(database);
    ANCHOR_ASSIGN_OR_RETURN(const Diversions diversions, Diversions::read(here + "/diversions"));
    ANCHOR_ASSIGN_OR_RETURN(const auto packages, packages_in(here + "/info"));
    PackagesAdded added;
    for (const std::string& name : packages) {
        const std::string beginning = here + "/info/" + name;
        ANCHOR_ASSIGN_OR_RETURN(const Checksums checksums, read_checksums(beginning + ".md5sums"));
        auto list = read_text_file(beginning + std::string(kList), kLargestList);
        if (!list) return unavailable(list.error().what);
        // "libc6:amd64" is the package libc6.
        PackageFiles of_package(std::string_view(name).substr(0, name.find(':')), diversions, checksums, files, added);
        ANCHOR_RETURN_IF_ERROR(builder.add_dpkg_list(*list, files.options().alg, of_package));
        ++added.packages;
    }
    return added;
}

}  // namespace anchor::cli
