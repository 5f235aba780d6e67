// SPDX-License-Identifier: Apache-2.0
#include <parts/command.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <sstream>
#include <thread>

#include <anchor/base/file.h>
#include <anchor/base/unique_fd.h>

namespace anchor::parts {

namespace {

using Clock = std::chrono::steady_clock;

// Everything that allocates happens before fork: the test may have threads.
struct Prepared {
    std::vector<char*> argv;
    std::vector<char*> envp;

    Prepared(const Arguments& command, const Environment& environment) {
        const auto name_of = [](std::string_view entry) { return entry.substr(0, entry.find('=')); };
        for (const auto& argument : command) argv.push_back(const_cast<char*>(argument.c_str()));
        for (char** entry = environ; *entry != nullptr; ++entry) {
            const bool replaced = std::any_of(environment.begin(), environment.end(),
                                              [&](const std::string& ours) { return name_of(ours) == name_of(*entry); });
            if (!replaced) envp.push_back(*entry);
        }
        for (const auto& entry : environment) envp.push_back(const_cast<char*>(entry.c_str()));
        argv.push_back(nullptr);
        envp.push_back(nullptr);
    }
};

pid_t spawn(const Arguments& command, const Environment& environment, int output) {
    Prepared prepared(command, environment);
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child != 0) return child;

    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127);  // the test died before the line above
    const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (::dup2(nothing, 0) < 0 || ::dup2(output, 1) < 0 || ::dup2(output, 2) < 0) ::_exit(127);
    ::execvpe(prepared.argv.front(), prepared.argv.data(), prepared.envp.data());
    ::_exit(127);
}

int exit_code_of(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

// Reads until the writers are gone; false where the deadline passed first.
bool drain(int fd, std::string& into, Clock::time_point deadline) {
    std::array<char, 4096> buffer{};
    for (;;) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
        if (left <= 0) return false;
        pollfd waiting{fd, POLLIN, 0};
        if (::poll(&waiting, 1, static_cast<int>(left)) <= 0) continue;
        const ssize_t got = ::read(fd, buffer.data(), buffer.size());
        if (got == 0 || (got < 0 && errno != EINTR)) return true;
        if (got > 0) into.append(buffer.data(), static_cast<std::size_t>(got));
    }
}

}  // namespace

bool on_path(const std::string& program) {
    const char* path = std::getenv("PATH");
    std::istringstream folders(path == nullptr ? "" : path);
    for (std::string folder; std::getline(folders, folder, ':');) {
        if (::access((folder + "/" + program).c_str(), X_OK) == 0) return true;
    }
    return false;
}

CommandResult run(const Arguments& command, const Environment& environment, std::chrono::milliseconds deadline) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {};
    UniqueFd reading(ends[0]);
    UniqueFd writing(ends[1]);
    const pid_t child = spawn(command, environment, writing.get());
    writing.reset();
    if (child < 0) return {};

    CommandResult result;
    const bool ended = drain(reading.get(), result.output, Clock::now() + deadline);
    if (!ended) ::kill(child, SIGKILL);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    result.exit_code = ended ? exit_code_of(status) : 124;
    return result;
}

Result<Process> Process::start(const Arguments& command, const std::string& output_file, const Environment& environment) {
    const UniqueFd output(::open(output_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    if (!output.valid()) return from_errno(output_file, errno);
    const pid_t child = spawn(command, environment, output.get());
    if (child < 0) return from_errno("fork", errno);
    return Process(child);
}

Process::Process(Process&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}

Process& Process::operator=(Process&& other) noexcept {
    if (this != &other) {
        kill();
        pid_ = std::exchange(other.pid_, -1);
    }
    return *this;
}

bool Process::running() {
    if (pid_ < 0) return false;
    if (::waitpid(pid_, nullptr, WNOHANG) == 0) return true;
    pid_ = -1;
    return false;
}

void Process::kill() noexcept {
    if (pid_ < 0) return;
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
}

void Process::terminate() {
    if (pid_ < 0) return;
    ::kill(pid_, SIGTERM);
    const auto deadline = Clock::now() + std::chrono::seconds(5);
    while (running() && Clock::now() < deadline) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    kill();
}

}  // namespace anchor::parts
