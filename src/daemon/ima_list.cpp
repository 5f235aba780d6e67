// SPDX-License-Identifier: Apache-2.0
#include "ima_list.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include <anchor/base/file.h>

namespace anchor::daemon {
namespace {

class DescriptorStream final : public LogStream {
public:
    DescriptorStream(UniqueFd fd, std::string name) : fd_(std::move(fd)), name_(std::move(name)) {}

    Result<std::size_t> read(std::span<std::uint8_t> into) override {
        while (true) {
            const ssize_t got = ::read(fd_.get(), into.data(), into.size());
            if (got >= 0) return static_cast<std::size_t>(got);
            if (errno != EINTR) return from_errno(name_, errno);
        }
    }

private:
    UniqueFd fd_;
    std::string name_;
};

}  // namespace

Result<std::unique_ptr<LogStream>> ImaList::open(std::uint64_t offset) {
    UniqueFd fd(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    if (!fd.valid()) {
        Error own = from_errno(path_, errno);
        if (own.kind != ErrorKind::Denied) return own;
        auto opened = opener_.open(kImaLog);
        // Our own failure says what is missing here; the opener's is only the reason why nobody helped.
        if (!opened) return denied(own.what + "; warden: " + opened.error().what, own.native);
        fd = std::move(opened).value();
    }
    if (::lseek(fd.get(), static_cast<off_t>(offset), SEEK_SET) < 0) return from_errno(path_, errno);
    return std::unique_ptr<LogStream>(std::make_unique<DescriptorStream>(std::move(fd), path_));
}

}  // namespace anchor::daemon
