// SPDX-License-Identifier: Apache-2.0
#include <anchor/enforce/child.h>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>

#include <anchor/base/file.h>
#include <anchor/base/unique_fd.h>

namespace anchor::enforce {
namespace {

using std::chrono::steady_clock;

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (std::string& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

// What posix_spawn is told; every descriptor of ours closes by itself on exec.
class SpawnPlan {
public:
    SpawnPlan() {
        ::posix_spawn_file_actions_init(&actions_);
        ::posix_spawnattr_init(&attributes_);
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;
    ~SpawnPlan() {
        ::posix_spawn_file_actions_destroy(&actions_);
        ::posix_spawnattr_destroy(&attributes_);
    }

    [[nodiscard]] Result<pid_t> start(std::vector<std::string> arguments, std::vector<std::string> environment) {
        sigset_t none{};
        sigset_t all{};
        ::sigemptyset(&none);
        ::sigfillset(&all);
        ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        ::posix_spawn_file_actions_adddup2(&actions_, STDERR_FILENO, STDOUT_FILENO);
        ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        ::posix_spawnattr_setpgroup(&attributes_, 0);
        ::posix_spawnattr_setsigmask(&attributes_, &none);
        ::posix_spawnattr_setsigdefault(&attributes_, &all);
        const auto argv = pointers_to(arguments);
        const auto envp = pointers_to(environment);
        pid_t child = -1;
        const int failure = ::posix_spawn(&child, argv.front(), &actions_, &attributes_, argv.data(), envp.data());
        if (failure != 0) return unavailable(from_errno(arguments.front(), failure).what, failure);
        return child;
    }

private:
    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
};

// Whether the child ended in time. A descriptor of the process, not SIGCHLD: no handler, no race with other children.
bool ends_before(pid_t child, steady_clock::time_point deadline) {
    const UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
    while (process.valid()) {
        const auto left = std::chrono::duration_cast<Milliseconds>(deadline - steady_clock::now()).count();
        pollfd waiting{process.get(), POLLIN, 0};
        const int ready = ::poll(&waiting, 1, static_cast<int>(std::clamp<Milliseconds::rep>(left, 0, 1'000'000)));
        if (ready > 0) return true;
        if (left <= 0 || (ready < 0 && errno != EINTR)) return false;
    }
    return false;
}

int status_of(pid_t child) {
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

}  // namespace

Result<void> run_child(const std::vector<std::string>& arguments, const std::vector<std::string>& environment, Milliseconds deadline) {
    const auto end = steady_clock::now() + deadline;
    SpawnPlan plan;
    ANCHOR_ASSIGN_OR_RETURN(const pid_t child, plan.start(arguments, environment));
    const bool ended = ends_before(child, end);
    if (!ended) ::kill(-child, SIGKILL);
    const int status = status_of(child);
    if (!ended) return unavailable(arguments.front() + ": took longer than " + to_text(deadline) + " and was killed");
    if (WIFSIGNALED(status)) return unavailable(arguments.front() + ": ended by signal " + std::to_string(WTERMSIG(status)));
    if (WEXITSTATUS(status) != 0) return unavailable(arguments.front() + ": exit code " + std::to_string(WEXITSTATUS(status)));
    return {};
}

}  // namespace anchor::enforce
