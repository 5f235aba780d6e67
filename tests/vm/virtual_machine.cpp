// SPDX-License-Identifier: Apache-2.0
#include "virtual_machine.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <thread>

#include <anchor/base/encoding.h>
#include <anchor/base/file.h>

#include "equipment.h"

namespace anchor::vm {
namespace {

using SteadyClock = std::chrono::steady_clock;

// Without KVM, and perhaps beside another machine and a compiler: nothing here is a measure of speed.
constexpr auto kBootDeadline = std::chrono::minutes(8);
constexpr auto kShutdownDeadline = std::chrono::seconds(60);
constexpr auto kTpmDeadline = std::chrono::seconds(30);
constexpr std::size_t kLongestAnswer = std::size_t{64} << 20U;
constexpr std::size_t kLongestLine = 2000;  // below what a terminal buffers
constexpr std::size_t kEndOfConsole = 3000;

Result<UniqueFd> listen_at(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return rejected(path + ": too long for a socket");
    std::ranges::copy(path, address.sun_path);
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ::unlink(path.c_str());
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return from_errno(path, errno);
    if (::listen(fd.get(), 1) != 0) return from_errno(path, errno);
    return fd;
}

bool readable_before(int fd, SteadyClock::time_point deadline) {
    for (;;) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - SteadyClock::now()).count();
        if (left <= 0) return false;
        pollfd waiting{fd, POLLIN, 0};
        if (::poll(&waiting, 1, static_cast<int>(left)) > 0) return true;
    }
}

// Appends at most `count` octets; false where none came in time or the other end is gone.
bool receive_some(int fd, std::string& into, std::size_t count, SteadyClock::time_point deadline) {
    std::array<char, 65536> buffer{};
    if (!readable_before(fd, deadline)) return false;
    const ssize_t got = ::read(fd, buffer.data(), std::min(count, buffer.size()));
    if (got <= 0) return false;
    into.append(buffer.data(), static_cast<std::size_t>(got));
    return true;
}

template <typename Number>
bool take_number(std::string_view& text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (text.starts_with(' ')) text.remove_prefix(1);
    return true;
}

}  // namespace

// The kernel's own check of its timer takes the machine for a real one, and panics where the host is busy.
const std::string VirtualMachine::kCommandLine = "console=ttyS0 no_timer_check panic=-1";

Result<std::unique_ptr<VirtualMachine>> VirtualMachine::build(BootPath path, const Initramfs& initramfs) {
    std::unique_ptr<VirtualMachine> machine(new VirtualMachine(path));
    const parts::Scratch& scratch = machine->scratch_;
    const std::string archive = scratch.write("initramfs", initramfs.archive());
    if (const auto packed = parts::run({"zstd", "-q", "--rm", archive}); !packed.ok()) return unavailable("zstd: " + packed.output);
    std::error_code error;
    std::filesystem::copy_file(path == BootPath::Direct ? kVariables : kSecureVariables, scratch.path("variables"), error);
    if (error) return unavailable("the variables of the firmware: " + error.message());
    ANCHOR_RETURN_IF_ERROR(machine->make_tpm());
    if (path == BootPath::SecureBoot) ANCHOR_RETURN_IF_ERROR(machine->make_disk());
    return machine;
}

Result<void> VirtualMachine::make_tpm() {
    std::filesystem::create_directory(scratch_.path("tpm"));
    parts::Arguments command{"swtpm_setup", "--tpm2",      "--tpmstate", scratch_.path("tpm"),      "--pcr-banks",
                             "sha1,sha256", "--overwrite", "--logfile",  scratch_.path("setup.log")};
    if (::geteuid() == 0) command.insert(command.end(), {"--runas", "root"});
    const auto made = parts::run(command);
    if (!made.ok()) return unavailable("swtpm_setup: " + made.output);
    return {};
}

// What firmware finds on a disk without a boot entry of its own; QEMU shows the folder as a FAT file system.
Result<void> VirtualMachine::make_disk() {
    std::filesystem::create_directories(scratch_.path("disk/EFI/BOOT"));
    std::filesystem::create_directories(scratch_.path("disk/loader/entries"));
    const auto key = parts::run(
        {"openssl", "rsa", "-in", kSigningKey, "-passin", std::string("pass:") + kSigningPassphrase, "-out", scratch_.path("signing.key")});
    if (!key.ok()) return unavailable("openssl: " + key.output);
    ANCHOR_RETURN_IF_ERROR(sign(kBootLoader, scratch_.path("disk/EFI/BOOT/BOOTX64.EFI")));
    ANCHOR_RETURN_IF_ERROR(sign(kernel_file("vmlinuz"), scratch_.path("disk/vmlinuz.efi")));
    std::filesystem::rename(scratch_.path("initramfs.zst"), scratch_.path("disk/initramfs.zst"));
    scratch_.write("disk/loader/loader.conf", std::string_view("timeout 0\n"));
    return {};
}

// The stock kernel comes with its maker's signature, which nothing here knows; ours takes its place.
Result<void> VirtualMachine::sign(const std::string& from, const std::string& to) const {
    std::error_code error;
    const std::string plain = scratch_.path("plain");
    std::filesystem::copy_file(from, plain, std::filesystem::copy_options::overwrite_existing, error);
    if (error) return unavailable(from + ": " + error.message());
    (void)parts::run({"sbattach", "--remove", plain});  // fails where there is none
    const auto made = parts::run({"sbsign", "--key", scratch_.path("signing.key"), "--cert", kSigningCertificate, "--output", to, plain});
    if (!made.ok()) return unavailable("sbsign: " + made.output);
    return {};
}

Result<void> VirtualMachine::power_tpm() {
    const std::string control = scratch_.path("tpm.ctrl");
    ::unlink(control.c_str());
    ANCHOR_ASSIGN_OR_RETURN(tpm_, parts::Process::start({"swtpm", "socket", "--tpm2", "--tpmstate", "dir=" + scratch_.path("tpm"), "--ctrl",
                                                         "type=unixio,path=" + control, "--flags", "not-need-init"},
                                                        scratch_.path("swtpm.log")));
    const auto deadline = SteadyClock::now() + kTpmDeadline;
    while (::access(control.c_str(), F_OK) != 0) {
        if (!tpm_.running() || SteadyClock::now() > deadline) return unavailable("swtpm does not start");
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return {};
}

parts::Arguments VirtualMachine::command(const std::string& command_line) const {
    const bool secure = path_ == BootPath::SecureBoot;
    parts::Arguments command{kQemu,         "-machine",   secure ? "q35,smm=on,accel=tcg" : "q35,accel=tcg",
                             "-cpu",        "max",        "-smp",
                             "1",           "-m",         "1024",
                             "-nodefaults", "-no-reboot", "-display",
                             "none"};
    const auto add = [&](std::initializer_list<std::string> more) { command.insert(command.end(), more); };
    add({"-drive", std::string("if=pflash,format=raw,unit=0,readonly=on,file=") + (secure ? kSecureFirmware : kFirmware)});
    add({"-drive", "if=pflash,format=raw,unit=1,file=" + scratch_.path("variables")});
    add({"-chardev", "socket,id=tpm,path=" + scratch_.path("tpm.ctrl"), "-tpmdev", "emulator,id=tpm,chardev=tpm", "-device",
         "tpm-tis,tpmdev=tpm"});
    add({"-netdev", "user,id=net,ipv6=off", "-device",
         "e1000,netdev=net,romfile="});  // without a driver for firmware: nothing to boot from
    add({"-chardev", "file,id=console,append=on,path=" + scratch_.path("console"), "-serial", "chardev:console"});
    add({"-chardev", "socket,id=line,path=" + scratch_.path("line"), "-serial", "chardev:line"});
    if (secure) {
        add({"-global", "driver=cfi.pflash01,property=secure,value=on"});  // firmware's memory is for its own mode alone
        add({"-drive", "if=none,id=disk,format=raw,file=fat:rw:" + scratch_.path("disk"), "-device", "ide-hd,drive=disk"});
    } else {
        add({"-kernel", kernel_file("vmlinuz"), "-initrd", scratch_.path("initramfs.zst"), "-append", command_line});
    }
    return command;
}

Result<void> VirtualMachine::switch_on(const std::string& more_command_line) {
    const std::string command_line = kCommandLine + (more_command_line.empty() ? "" : " " + more_command_line);
    if (path_ == BootPath::SecureBoot) {
        scratch_.write("disk/loader/entries/debian.conf",
                       "title Debian\nlinux /vmlinuz.efi\ninitrd /initramfs.zst\noptions " + command_line + "\n");
    }
    ANCHOR_RETURN_IF_ERROR(power_tpm());
    ANCHOR_ASSIGN_OR_RETURN(const UniqueFd listener, listen_at(scratch_.path("line")));
    ANCHOR_ASSIGN_OR_RETURN(qemu_, parts::Process::start(command(command_line), scratch_.path("qemu.log")));
    if (!readable_before(listener.get(), SteadyClock::now() + kTpmDeadline)) return lost("QEMU does not start");
    line_ = UniqueFd(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!line_.valid()) return from_errno("accept", errno);
    const auto ready = answer(kBootDeadline);
    return ready ? Result<void>() : ready.error();
}

void VirtualMachine::switch_off() {
    if (line_.valid()) (void)write_all(line_.get(), as_bytes("poweroff -f\n"), "the machine's line");
    const auto deadline = SteadyClock::now() + kShutdownDeadline;
    while (qemu_.running() && SteadyClock::now() < deadline) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    line_.reset();
    qemu_.kill();
    tpm_.terminate();
}

Error VirtualMachine::lost(const std::string& what) const {
    const std::string printed = console();
    return unavailable(what + "; it printed:\n" + printed.substr(printed.size() - std::min(printed.size(), kEndOfConsole)) +
                       read_text_file(scratch_.path("qemu.log"), kLongestAnswer).value_or(""));
}

// "STATUS COUNT\n" and COUNT octets. Firmware may have printed on that port before: a line of another form is passed over.
Result<parts::CommandResult> VirtualMachine::answer(std::chrono::milliseconds limit) {
    const auto deadline = SteadyClock::now() + limit;
    parts::CommandResult result;
    std::size_t count = 0;
    for (std::string head;;) {
        if (!receive_some(line_.get(), head, 1, deadline)) return lost("no answer from the machine");
        if (!head.ends_with('\n')) continue;
        std::string_view rest = head;
        if (take_number(rest, result.exit_code) && take_number(rest, count) && rest.size() <= 2 && count <= kLongestAnswer) break;
        head.clear();
    }
    while (result.output.size() < count) {
        if (!receive_some(line_.get(), result.output, count - result.output.size(), deadline))
            return lost("half an answer from the machine");
    }
    return result;
}

parts::CommandResult VirtualMachine::run(const std::string& line, std::chrono::milliseconds deadline) {
    auto sent = write_all(line_.get(), as_bytes(line + "\n"), "the machine's line");
    auto got = sent ? answer(deadline) : Result<parts::CommandResult>(sent.error());
    if (got) return std::move(got).value();
    return {.exit_code = 124, .output = got.error().what};
}

Bytes VirtualMachine::read(const std::string& path) {
    const auto got = run("cat " + path);
    return got.ok() ? to_bytes(as_bytes(got.output)) : Bytes{};
}

Result<void> VirtualMachine::write(const std::string& path, ByteView octets) {
    const std::string text = to_base64(octets);
    auto written = run(": >" + path + ".base64");
    for (std::size_t at = 0; written.ok() && at < text.size(); at += kLongestLine)
        written = run("echo " + text.substr(at, kLongestLine) + " >>" + path + ".base64");
    if (written.ok()) written = run("base64 -d " + path + ".base64 >" + path + " && rm " + path + ".base64");
    if (!written.ok()) return unavailable("write " + path + ": " + written.output);
    return {};
}

std::string VirtualMachine::console() const { return read_text_file(scratch_.path("console"), kLongestAnswer).value_or(""); }

}  // namespace anchor::vm
