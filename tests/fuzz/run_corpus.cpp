// SPDX-License-Identifier: Apache-2.0

// Runs one fuzz target over every file of its corpus folders, without a fuzzer. Each name is printed before its
// input runs: after a crash the last line names the culprit. Fails where a folder has no inputs.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <span>
#include <system_error>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

std::vector<std::filesystem::path> inputs_of(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> inputs;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
        if (entry.is_regular_file(error)) inputs.push_back(entry.path());
    }
    std::sort(inputs.begin(), inputs.end());
    return inputs;
}

bool run(const std::filesystem::path& input) {
    std::cerr << input.string() << '\n';
    std::ifstream stream(input, std::ios::binary);
    const std::vector<char> content{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
    if (!stream.good() && !stream.eof()) return false;
    // An exact copy on the heap, so that AddressSanitizer sees a read beyond the last octet.
    const std::vector<std::uint8_t> octets(content.begin(), content.end());
    return LLVMFuzzerTestOneInput(octets.data(), octets.size()) == 0;
}

bool run_all(const std::filesystem::path& folder) {
    const auto inputs = inputs_of(folder);
    if (inputs.empty()) {
        std::cerr << folder.string() << ": no inputs\n";
        return false;
    }
    return std::all_of(inputs.begin(), inputs.end(), run);
}

}  // namespace

int main(int argc, char** argv) {
    const std::span<char*> folders(argv + 1, static_cast<std::size_t>(std::max(argc - 1, 0)));
    if (folders.empty()) {
        std::cerr << "usage: run_corpus FOLDER...\n";
        return 2;
    }
    return std::all_of(folders.begin(), folders.end(), [](const char* folder) { return run_all(folder); }) ? 0 : 1;
}
