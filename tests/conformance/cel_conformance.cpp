// SPDX-License-Identifier: Apache-2.0
// cel_conformance DIR: runs every case of every *.json in the folder, prints each failure, and ends with
// "N passed, N failed"; a file that cannot be read counts as one that failed. Exit code 0 where all pass, 1 where
// one fails, 2 without a folder's name, 77 (for ctest: skipped) where there is no such folder.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <vector>

#include <anchor/base/file.h>

#include "vector.h"

namespace {

constexpr int kFailed = 1;
constexpr int kUnusable = 2;
constexpr int kSkipped = 77;
constexpr anchor::JsonLimits kLimits{.octets = std::size_t{64} << 20U, .depth = 512};

struct Count {
    std::size_t passed = 0;
    std::size_t failed = 0;
    std::size_t without_zone = 0;
    std::size_t read_with_escapes = 0;
};

std::vector<std::filesystem::path> vector_files(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() == ".json") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

std::string text_in(const anchor::Json& test_case, const char* key) {
    const auto found = test_case.is_object() ? test_case.find(key) : test_case.end();
    return found != test_case.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// Names of before 1993 are a package of their own on some systems.
bool has_zone(const std::string& expression) {
    constexpr std::string_view kOldName = "US/Central";
    return expression.find(kOldName) == std::string::npos || std::filesystem::exists("/usr/share/zoneinfo/" + std::string(kOldName));
}

void run(const anchor::Json& test_case, const std::string& file, Count& count) {
    const std::string expression = text_in(test_case, "expr");
    if (!has_zone(expression)) {
        ++count.without_zone;
        return;
    }
    const anchor::Result<anchor::conformance::Verdict> verdict = anchor::conformance::run_case(test_case);
    if (verdict.has_value() && verdict->difference.empty()) {
        ++count.passed;
        if (verdict->read_with_escapes) ++count.read_with_escapes;
        return;
    }
    ++count.failed;
    const std::string why = verdict.has_value() ? verdict->difference : "malformed case: " + verdict.error().what;
    const std::string name = text_in(test_case, "section") + "/" + text_in(test_case, "name");
    std::printf("FAILED %s %s\n  %s\n  %s\n", file.c_str(), name.c_str(), expression.c_str(), why.c_str());
}

anchor::Result<void> run_file(const std::filesystem::path& path, Count& count) {
    ANCHOR_ASSIGN_OR_RETURN(const std::string text, anchor::read_text_file(path.string(), kLimits.octets));
    ANCHOR_ASSIGN_OR_RETURN(const anchor::Json cases, anchor::parse_json(text, kLimits));
    for (const anchor::Json& test_case : cases) run(test_case, path.filename().string(), count);
    return {};
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: cel_conformance DIR\n");
        return kUnusable;
    }
    const std::filesystem::path folder = argv[1];
    if (!std::filesystem::is_directory(folder)) {
        std::printf("skipped: there is no folder %s\n", folder.c_str());
        return kSkipped;
    }
    Count count;
    for (const std::filesystem::path& file : vector_files(folder)) {
        const anchor::Result<void> done = run_file(file, count);
        if (done.has_value()) continue;
        ++count.failed;
        std::printf("FAILED %s\n  no vectors: %s\n", file.c_str(), done.error().what.c_str());
    }
    if (count.read_with_escapes > 0) {
        std::printf("note: %zu expected texts hold escapes that were left in them when they were recorded\n", count.read_with_escapes);
    }
    if (count.without_zone > 0) std::printf("skipped: %zu that need a time zone which this system does not have\n", count.without_zone);
    std::printf("%zu passed, %zu failed\n", count.passed, count.failed);
    return count.failed == 0 ? 0 : kFailed;
}
