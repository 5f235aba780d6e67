// SPDX-License-Identifier: Apache-2.0
#pragma once

// ImaTableBuilder: makes the file that ImaTable reads, from pairs, from what sha256sum prints, from the file lists of a
// dpkg database, or from the IMA list of a golden device. It never touches the disk: who walks trees and hashes files
// gives it a FileDigests.

#include <set>
#include <string>
#include <utility>
#include <vector>

#include <anchor/measure/ima_entry.h>
#include <anchor/measure/ima_table.h>

namespace anchor::measure {

/// A file as the kernel will name it, and its digest.
struct HashedFile {
    std::string path;  ///< with symbolic links in its folders resolved: IMA measures /usr/bin/x also where /bin/x ran
    Digest digest;
};

/// Port to the disk (or to a copy of it) on which a golden device was prepared.
class FileDigests {
public:
    virtual ~FileDigests() = default;
    /// Nothing where the path is no regular file or is not there any more. Errors as the file system gives them.
    [[nodiscard]] virtual Result<std::optional<HashedFile>> hash(const std::string& path, HashAlg alg) = 0;
};

class ImaTableBuilder {
public:
    void add(std::string_view path, const Digest& digest);
    /// What a golden device has measured: a file or a buffer, with the path that the list gives it. False, and nothing is
    /// added, for what no table can speak of: violations, boot aggregates, fs-verity digests, algorithms that are not ours,
    /// templates that are not known. Only a replay proves an entry.
    bool add(const ImaEntry& entry);
    /// This content, wherever it lies.
    void add_anywhere(const Digest& digest);
    /// Rejected: empty, or longer than a path can be.
    [[nodiscard]] Result<void> exclude(ImaRule rule, std::string_view path);

    /// Lines of sha1sum, sha256sum, sha384sum, sha512sum, plain or --tag, with their escapes. The algorithm follows from
    /// the digits. Blank lines are passed over. Rejected, with the line, for anything else.
    [[nodiscard]] Result<void> add_checksums(std::string_view text);
    /// The list of one package (/var/lib/dpkg/info/*.list): hashes every regular file in it. dpkg's own checksums are
    /// MD5, which proves nothing. Errors of the port are passed on.
    [[nodiscard]] Result<void> add_dpkg_list(std::string_view list, HashAlg alg, FileDigests& files);

    [[nodiscard]] std::size_t size() const noexcept { return by_path_.size() + anywhere_.size(); }
    /// The file. Rejected where the rules together exceed kImaTableRules.
    [[nodiscard]] Result<Bytes> build();

private:
    struct ByPath {
        HashAlg alg;
        std::array<std::uint8_t, kImaPathKey> key;
        Digest digest;
        friend auto operator<=>(const ByPath&, const ByPath&) = default;
    };
    std::vector<ByPath> by_path_;
    std::vector<Digest> anywhere_;
    std::set<std::pair<ImaRule, std::string>> rules_;
};

}  // namespace anchor::measure
