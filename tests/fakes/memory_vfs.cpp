// SPDX-License-Identifier: Apache-2.0
#include <fakes/memory_vfs.h>

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <string>
#include <vector>

namespace anchor::fakes {
namespace {

// A write behind the end of the file, or a new size where there are no octets to it.
struct Change {
    std::size_t at = 0;
    Bytes octets;
    bool truncates = false;

    void apply_to(Bytes& file) const {
        if (truncates) return file.resize(at);
        file.resize(std::max(file.size(), at + octets.size()));
        std::ranges::copy(octets, file.begin() + static_cast<std::ptrdiff_t>(at));
    }
};

struct File {
    Bytes now;
    Bytes durable;
    std::vector<Change> unsynced;
    std::vector<Bytes> shared;  // the index of a write-ahead log: memory, and gone with it

    void change(Change change) {
        change.apply_to(now);
        unsynced.push_back(std::move(change));
    }
    void sync() {
        durable = now;
        unsynced.clear();
    }
    void lose(Unsynced what) {
        const std::size_t half = unsynced.size() / 2;
        if (what == Unsynced::KeepFirstHalfTorn) {
            for (std::size_t i = 0; i < half; ++i) unsynced[i].apply_to(durable);
            if (half < unsynced.size()) {
                Change torn = unsynced[half];
                torn.octets.resize(torn.octets.size() / 2);
                torn.apply_to(durable);
            }
        }
        if (what == Unsynced::KeepSecondHalf) {
            for (std::size_t i = half; i < unsynced.size(); ++i) unsynced[i].apply_to(durable);
        }
        now = durable;
        unsynced.clear();
        shared.clear();
    }
};

}  // namespace

struct MemoryVfs::Inside {
    Power* power = nullptr;
    sqlite3_vfs* before = nullptr;
    sqlite3_vfs vfs{};
    std::map<std::string, std::shared_ptr<File>> files;
    int unnamed = 0;
};

struct MemoryVfs::Image {
    std::map<std::string, Bytes> files;
};

namespace {

using Inside = MemoryVfs::Inside;

struct Handle {
    sqlite3_file base;
    std::shared_ptr<File>* file;
    Inside* inside;
};

Handle& handle(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }
File& content(sqlite3_file* file) { return **handle(file).file; }
bool powered(sqlite3_file* file) { return handle(file).inside->power->pass().has_value(); }

int close_file(sqlite3_file* file) {
    delete std::exchange(handle(file).file, nullptr);
    return SQLITE_OK;
}

int read(sqlite3_file* file, void* to, int amount, sqlite3_int64 offset) {
    const Bytes& octets = content(file).now;
    const auto wanted = static_cast<std::size_t>(amount);
    const auto at = std::min(static_cast<std::size_t>(offset), octets.size());
    const std::size_t there = std::min(wanted, octets.size() - at);
    std::memset(to, 0, wanted);
    if (there > 0) std::memcpy(to, octets.data() + at, there);
    return there == wanted ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

int write(sqlite3_file* file, const void* from, int amount, sqlite3_int64 offset) {
    if (!powered(file)) return SQLITE_IOERR_WRITE;
    const auto* const octets = static_cast<const std::uint8_t*>(from);
    content(file).change({static_cast<std::size_t>(offset), Bytes(octets, octets + amount)});
    return SQLITE_OK;
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
    if (!powered(file)) return SQLITE_IOERR_TRUNCATE;
    content(file).change({static_cast<std::size_t>(size), {}, true});
    return SQLITE_OK;
}

int sync(sqlite3_file* file, int) {
    if (!powered(file)) return SQLITE_IOERR_FSYNC;
    content(file).sync();
    return SQLITE_OK;
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
    *size = static_cast<sqlite3_int64>(content(file).now.size());
    return SQLITE_OK;
}

int shared_map(sqlite3_file* file, int region, int size, int extend, void volatile** to) {
    auto& shared = content(file).shared;
    const auto index = static_cast<std::size_t>(region);
    *to = nullptr;
    if (index >= shared.size() && extend == 0) return SQLITE_OK;
    while (shared.size() <= index) shared.emplace_back(static_cast<std::size_t>(size));
    *to = shared[index].data();
    return SQLITE_OK;
}

int shared_unmap(sqlite3_file* file, int remove) {
    if (remove != 0) content(file).shared.clear();
    return SQLITE_OK;
}

// One connection: whoever asks for a lock has it.
const sqlite3_io_methods kMethods = {
    .iVersion = 2,
    .xClose = close_file,
    .xRead = read,
    .xWrite = write,
    .xTruncate = truncate,
    .xSync = sync,
    .xFileSize = file_size,
    .xLock = [](sqlite3_file*, int) { return SQLITE_OK; },
    .xUnlock = [](sqlite3_file*, int) { return SQLITE_OK; },
    .xCheckReservedLock =
        [](sqlite3_file*, int* held) {
            *held = 0;
            return SQLITE_OK;
        },
    .xFileControl = [](sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; },
    .xSectorSize = [](sqlite3_file*) { return 512; },
    .xDeviceCharacteristics = [](sqlite3_file*) { return 0; },
    .xShmMap = shared_map,
    .xShmLock = [](sqlite3_file*, int, int, int) { return SQLITE_OK; },
    .xShmBarrier = [](sqlite3_file*) {},
    .xShmUnmap = shared_unmap,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

Inside& inside(sqlite3_vfs* vfs) { return *static_cast<Inside*>(vfs->pAppData); }

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    Inside& all = inside(vfs);
    const std::string key = name != nullptr ? name : "unnamed-" + std::to_string(++all.unnamed);
    if ((flags & SQLITE_OPEN_CREATE) == 0 && !all.files.contains(key)) return SQLITE_CANTOPEN;
    auto& there = all.files[key];
    if (!there) there = std::make_shared<File>();
    Handle& opened = handle(file);
    opened.base.pMethods = &kMethods;
    opened.file = new std::shared_ptr<File>(there);
    opened.inside = &all;
    if (out_flags != nullptr) *out_flags = flags;
    return SQLITE_OK;
}

// Gone at once, and for good: the worst for a journal that is still needed.
int remove(sqlite3_vfs* vfs, const char* name, int) {
    if (!inside(vfs).power->pass()) return SQLITE_IOERR_DELETE;
    inside(vfs).files.erase(name);
    return SQLITE_OK;
}

int access(sqlite3_vfs* vfs, const char* name, int, int* there) {
    *there = inside(vfs).files.contains(name) ? 1 : 0;
    return SQLITE_OK;
}

int full_name(sqlite3_vfs*, const char* name, int size, char* to) {
    sqlite3_snprintf(size, to, "%s", name);
    return SQLITE_OK;
}

}  // namespace

MemoryVfs::MemoryVfs(Power& power) : inside_(std::make_unique<Inside>()) {
    sqlite3_initialize();
    inside_->power = &power;
    inside_->before = sqlite3_vfs_find(nullptr);
    sqlite3_vfs& vfs = inside_->vfs;
    vfs = *inside_->before;  // its clock and its randomness
    vfs.iVersion = 1;
    vfs.szOsFile = sizeof(Handle);
    vfs.mxPathname = 512;
    vfs.pNext = nullptr;
    vfs.zName = "anchor-memory";
    vfs.pAppData = inside_.get();
    vfs.xOpen = open_file;
    vfs.xDelete = remove;
    vfs.xAccess = access;
    vfs.xFullPathname = full_name;
    sqlite3_vfs_register(&vfs, 1);
}

MemoryVfs::~MemoryVfs() {
    sqlite3_vfs_unregister(&inside_->vfs);
    sqlite3_vfs_register(inside_->before, 1);
}

void MemoryVfs::restart(Unsynced what) {
    for (auto& [name, file] : inside_->files) file->lose(what);
    inside_->power->restart();
}

std::shared_ptr<const MemoryVfs::Image> MemoryVfs::image() const {
    auto image = std::make_shared<Image>();
    for (const auto& [name, file] : inside_->files) image->files.emplace(name, file->durable);
    return image;
}

void MemoryVfs::lay_in(const Image& image) {
    inside_->files.clear();
    for (const auto& [name, octets] : image.files) {
        auto& file = inside_->files[name];
        file = std::make_shared<File>();
        file->now = file->durable = octets;
    }
}

}  // namespace anchor::fakes
