// SPDX-License-Identifier: Apache-2.0
#include "folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include <anchor/base/file.h>

namespace anchor::registryd {
namespace {

constexpr std::size_t kLargestFile = 1U << 20U;

template <class T>
Result<T> in_file(Result<T> read, const std::string& path) {
    if (!read) return std::move(read).error().within(path);
    return read;
}

}  // namespace

Folder::Folder(std::string path) : path_(std::move(path)) {
    std::error_code ignored;
    const auto absolute = std::filesystem::absolute(path_, ignored);
    if (!ignored) path_ = absolute.lexically_normal().string();
    while (path_.size() > 1 && path_.ends_with('/')) path_.pop_back();
}

Result<void> Folder::make(const std::string& name) const {
    const std::string whole = name.empty() ? path_ : path(name);
    if (mkdir(whole.c_str(), 0700) == 0) return {};
    const int error = errno;
    struct stat found {};
    if (error == EEXIST && stat(whole.c_str(), &found) == 0 && S_ISDIR(found.st_mode)) return {};
    return from_errno("make folder " + whole, error);
}

Result<void> write_new(const std::string& path, ByteView octets, mode_t mode) {
    const UniqueFd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
    if (!fd.valid()) return errno == EEXIST ? denied(path + " exists already") : from_errno("write " + path, errno);
    ANCHOR_RETURN_IF_ERROR(write_all(fd.get(), octets, path));
    if (fsync(fd.get()) != 0) return from_errno("write " + path, errno);
    return {};
}

Result<void> replace_file(const std::string& path, ByteView octets, mode_t mode) {
    const std::string next = path + ".new";
    unlink(next.c_str());  // of an attempt that power ended, or a trap of whoever may write here
    ANCHOR_RETURN_IF_ERROR(write_new(next, octets, mode));
    if (rename(next.c_str(), path.c_str()) != 0) return from_errno("replace " + path, errno);
    const UniqueFd folder(open(std::filesystem::path(path).parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder.valid() || fsync(folder.get()) != 0) return from_errno("replace " + path, errno);
    return {};
}

Result<void> write_key(const std::string& path, const crypto::SoftwareKey& key) { return write_new(path, key.to_pkcs8_pem().view(), 0600); }

Result<crypto::SoftwareKey> read_key(const std::string& path) {
    ANCHOR_ASSIGN_OR_RETURN(Bytes octets, read_file(path, kLargestFile));
    const SecretBytes secret(std::move(octets));
    return in_file(crypto::SoftwareKey::parse(secret.view()), path);
}

Result<std::vector<crypto::Certificate>> read_certificates(const std::string& path) {
    ANCHOR_ASSIGN_OR_RETURN(const std::string text, read_text_file(path, kLargestFile));
    return in_file(crypto::Certificate::bundle_from_pem(text), path);
}

Result<crypto::JwsKeys> read_public_keys(const std::string& path) {
    constexpr std::string_view kEnd = "-----END PUBLIC KEY-----";
    ANCHOR_ASSIGN_OR_RETURN(const std::string text, read_text_file(path, kLargestFile));
    crypto::JwsKeys keys;
    std::string_view rest(text);
    for (auto end = rest.find(kEnd); end != std::string_view::npos; end = rest.find(kEnd)) {
        ANCHOR_ASSIGN_OR_RETURN(const auto key, in_file(crypto::PublicKey::from_pem(rest.substr(0, end + kEnd.size())), path));
        keys.emplace(key.thumbprint(), key);
        rest.remove_prefix(end + kEnd.size());
    }
    if (keys.empty()) return rejected(path + ": no public key");
    return keys;
}

Result<std::vector<crypto::SoftwareKey>> read_keys(const std::string& folder, const std::string& beginning) {
    std::error_code error;
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with(beginning) && name.ends_with(".key")) names.push_back(entry.path().string());
    }
    if (error) return denied("authority keys: " + folder + ": " + error.message());
    if (names.empty()) return denied("authority keys: " + folder + " has none: bring them from where they are kept");
    std::ranges::sort(names);
    std::vector<crypto::SoftwareKey> keys;
    for (const std::string& name : names) {
        ANCHOR_ASSIGN_OR_RETURN(auto key, read_key(name));
        keys.push_back(std::move(key));
    }
    return keys;
}

}  // namespace anchor::registryd
