// SPDX-License-Identifier: Apache-2.0
#pragma once

// FakeShelf: blobs in memory.

#include <map>

#include <anchor/core/blob_shelf.h>
#include <anchor/crypto/hash.h>

namespace anchor::fakes {

class FakeShelf final : public BlobShelf {
public:
    class MemoryBlob final : public Blob {
    public:
        explicit MemoryBlob(Bytes octets) : octets_(std::move(octets)) {}
        [[nodiscard]] ByteView octets() const noexcept override { return octets_; }

    private:
        Bytes octets_;
    };

    /// A whole blob, as if it had been put there.
    BlobName add(Bytes octets) {
        const BlobName name{crypto::hash(HashAlg::Sha256, octets), octets.size()};
        whole_[name.sha256] = std::make_shared<const MemoryBlob>(std::move(octets));
        return name;
    }

    Result<std::shared_ptr<const Blob>> find(const BlobName& name) override {
        const auto found = whole_.find(name.sha256);
        return found == whole_.end() ? nullptr : found->second;
    }
    Result<std::uint64_t> put(const BlobName& name, std::uint64_t offset, ByteView octets) override {
        if (whole_.contains(name.sha256)) return name.size;
        Bytes& part = parts_[name.sha256];
        if (offset != part.size() || octets.empty()) return std::uint64_t{part.size()};
        append(part, octets);
        if (part.size() < name.size) return std::uint64_t{part.size()};
        Bytes all = std::move(part);
        parts_.erase(name.sha256);
        if (crypto::hash(HashAlg::Sha256, all) != name.sha256) return rejected("blob: its octets have another digest than it is named by");
        add(std::move(all));
        return name.size;
    }
    Result<void> keep_only(std::span<const BlobName> names) override {
        std::erase_if(whole_, [&](const auto& one) { return std::ranges::find(names, one.first, &BlobName::sha256) == names.end(); });
        return {};
    }

private:
    std::map<Digest, std::shared_ptr<const Blob>> whole_;
    std::map<Digest, Bytes> parts_;
};

}  // namespace anchor::fakes
