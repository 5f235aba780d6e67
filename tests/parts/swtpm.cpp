// SPDX-License-Identifier: Apache-2.0
#include <parts/swtpm.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>
#include <thread>

#include <anchor/base/file.h>
#include <anchor/base/unique_fd.h>

namespace anchor::parts {

namespace {

constexpr auto kStartDeadline = std::chrono::seconds(20);

bool answers(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return false;
    std::copy(path.begin(), path.end(), address.sun_path);
    const UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    return ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

// The maker's CA of this TPM alone: nothing of the machine's own configuration is read or written.
void configure_maker(const Scratch& scratch) {
    ::mkdir(scratch.path("ca").c_str(), 0700);
    const std::string ca = scratch.path("ca/");
    scratch.write("localca.conf", "statedir = " + ca + "\nsigningkey = " + ca + "signkey.pem\nissuercert = " + ca +
                                      "issuercert.pem\ncertserial = " + ca + "certserial\n");
    scratch.write("localca.options", std::string_view("--platform-manufacturer Anchor\n--platform-version 1\n--platform-model Test\n"));
    scratch.write("setup.conf", "create_certs_tool = swtpm_localca\ncreate_certs_tool_config = " + scratch.path("localca.conf") +
                                    "\ncreate_certs_tool_options = " + scratch.path("localca.options") + "\n");
}

}  // namespace

bool Swtpm::available() { return on_path("swtpm") && on_path("swtpm_setup") && on_path("tpm2"); }

Result<std::unique_ptr<Swtpm>> Swtpm::start(const SwtpmOptions& options) {
    std::unique_ptr<Swtpm> tpm(new Swtpm);
    ANCHOR_RETURN_IF_ERROR(tpm->manufacture(options));
    ANCHOR_RETURN_IF_ERROR(tpm->power_on());
    return tpm;
}

Result<void> Swtpm::manufacture(const SwtpmOptions& options) {
    ::mkdir(scratch_.path("state").c_str(), 0700);
    configure_maker(scratch_);
    // "--runas" keeps a root test root: the account it would change to may not enter the folder.
    Arguments command{
        "swtpm_setup",     "--tpm2",      "--tpmstate", scratch_.path("state"),    "--config", scratch_.path("setup.conf"), "--pcr-banks",
        options.pcr_banks, "--overwrite", "--logfile",  scratch_.path("setup.log")};
    if (::geteuid() == 0) command.insert(command.end(), {"--runas", "root"});
    if (options.certificate != SwtpmOptions::Certificate::None) command.insert(command.end(), {"--create-ek-cert"});
    if (options.certificate == SwtpmOptions::Certificate::EccP384) command.insert(command.end(), {"--ecc"});
    const auto made = run(command);
    if (!made.ok()) return unavailable("swtpm_setup: " + made.output);
    return {};
}

Result<void> Swtpm::power_on() {
    const std::string control = socket() + ".ctrl";
    ::unlink(socket().c_str());
    ::unlink(control.c_str());
    ANCHOR_ASSIGN_OR_RETURN(process_, Process::start({"swtpm", "socket", "--tpm2", "--tpmstate", "dir=" + scratch_.path("state"),
                                                      "--server", "type=unixio,path=" + socket(), "--ctrl", "type=unixio,path=" + control,
                                                      "--flags", "not-need-init,startup-clear"},
                                                     scratch_.path("swtpm.log")));
    const auto deadline = std::chrono::steady_clock::now() + kStartDeadline;
    while (!answers(control) || !answers(socket())) {  // it opens one after the other
        if (!process_.running() || std::chrono::steady_clock::now() > deadline) {
            return unavailable("swtpm: does not answer: " + std::string(as_text(scratch_.read("swtpm.log"))));
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return {};
}

void Swtpm::power_off() { process_.kill(); }

Result<void> Swtpm::power_cut() {
    power_off();
    return power_on();
}

CommandResult Swtpm::tool(const std::string& words) const {
    std::istringstream stream(words);
    Arguments command;
    for (std::string word; stream >> word;) command.push_back(word);
    return run(command, {"TPM2TOOLS_TCTI=" + tcti(), "TSS2_LOG=all+none"});
}

}  // namespace anchor::parts
