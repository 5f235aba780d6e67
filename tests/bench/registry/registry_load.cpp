// SPDX-License-Identifier: Apache-2.0
// usage: registry_load ANCHOR-REGISTRY DEVICES ROUNDS PROCESSES
// How many devices a registry enrols and attests again, over real brokers: simulated devices with keys of their own behind one connection,
// a fixed number of them at work at any time. Devices per second of the clock hang on everything that runs on the machine; devices per
// second of the registry's own processor time do not.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <functional>
#include <map>
#include <set>

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>

#include <anchor/base/file.h>
#include <anchor/crypto/certificate_builder.h>
#include <anchor/link/paho_link.h>
#include <parts/mosquitto.h>
#include <registryd/init.h>
#include <registryd/operations.h>

#include "simulated_device.h"

namespace anchor::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kAtWork = 32;
constexpr std::chrono::seconds kPatience{120};
const std::string kName = "load";

// Seconds of processor that a process has used, by proc(5).
double processor_time(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string text((std::istreambuf_iterator<char>(file)), {});
    unsigned long user = 0, system = 0;
    const auto rest = text.rfind(')');
    if (rest == std::string::npos ||
        std::sscanf(text.c_str() + rest + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2) {
        return 0;
    }
    return static_cast<double>(user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

[[noreturn]] void give_up(const std::string& why) {
    std::fprintf(stderr, "registry_load: %s\n", why.c_str());
    std::exit(1);
}

class Load {
public:
    Load(std::string program, std::size_t devices, int rounds, unsigned processes)
        : program_(std::move(program)), devices_(devices), rounds_(rounds), processes_(processes) {}

    int run() {
        make_registry();
        start_everything();
        for (std::size_t i = 0; i < devices_; ++i) fleet_.push_back(std::make_unique<SimulatedDevice>("acme", claim(i)));
        measure(
            "enrol", 1, enroll_link_, [](SimulatedDevice& device) { return device.begin(); },
            [](SimulatedDevice& device, const Message& reply) { return device.prove(reply); });
        measure(
            "attest again", rounds_, fleet_link_, [](SimulatedDevice& device) { return device.ask_nonce(); },
            [](SimulatedDevice& device, const Message& reply) { return device.attest(reply); });
        return 0;
    }

private:
    using First = std::function<Message(SimulatedDevice&)>;
    using Second = std::function<Message(SimulatedDevice&, const Message&)>;

    // A claim has a bound of its own: a real fleet has one for each batch.
    static std::string claim(std::size_t device) { return "batch-" + std::to_string(device / 20); }

    void make_registry() {
        std::set<std::uint16_t> ports;
        while (ports.size() < 3) ports.insert(parts::Mosquitto::free_port());
        options_.folder = files_.path("registry");
        options_.tenant = "acme";
        options_.broker_user = "root";
        options_.allow_uncertified_ek = true;
        options_.fleet_port = *ports.begin();
        options_.enroll_port = *std::next(ports.begin());
        options_.enroll_registry_port = *ports.rbegin();
        if (const auto made = registryd::init(options_); !made) give_up(made.error().what);
        for (const auto* access : {"broker/fleet.acl", "enroll-broker/registry.acl"}) {
            std::ofstream(files_.path(std::string("registry/") + access), std::ios::app)
                << "user " << kName << "\ntopic readwrite anchor/#\n";
        }
        const auto files = registryd::RegistryFiles::open(options_.folder).value();
        const std::string policy = std::string(ANCHOR_SOURCE_DIR) + "/policies/baseline.json";
        const auto set = registryd::set_document(*files, protocol::DocumentKind::Policy, policy, "default", files->folder().authority());
        if (!set) give_up(set.error().what);
    }

    void start_everything() {
        const registryd::Folder folder(options_.folder);
        const auto configuration = [](const std::string& path) { return read_text_file(path + "/mosquitto.conf", 1U << 16U).value(); };
        broker_ = parts::Mosquitto::start(configuration(folder.broker()), static_cast<std::uint16_t>(options_.fleet_port)).value();
        enroll_broker_ =
            parts::Mosquitto::start(configuration(folder.enroll_broker()), static_cast<std::uint16_t>(options_.enroll_port)).value();
        for (unsigned worker = 1; worker <= processes_; ++worker) {
            const auto number = std::to_string(worker);
            registry_.push_back(
                parts::Process::start({program_, "--dir", options_.folder, "serve", "--worker", number}, files_.path("log-" + number))
                    .value());
        }
        const auto topics = protocol::Topics::of("acme").value();
        connect(fleet_link_, static_cast<std::uint16_t>(options_.fleet_port), "anchor/1/acme/device/+/reply");
        connect(enroll_link_, static_cast<std::uint16_t>(options_.enroll_registry_port), "anchor/1/acme/enroll/+/+/reply");
        wait_for([&] {
            return fleet_link_.connected() && enroll_link_.connected() && log_of(1).find("connected to the broker") != std::string::npos;
        });
        wait_for([&] { return log_of(processes_).find("connected to the broker for enrolment") != std::string::npos; });
    }
    [[nodiscard]] std::string log_of(unsigned worker) const {
        return read_text_file(files_.path("log-" + std::to_string(worker)), 1U << 24U).value_or("");
    }

    // As a worker is certified, under a name that the access lists have from above.
    LinkCredentials credentials(std::uint16_t port) {
        const registryd::Folder folder(options_.folder);
        const auto issuing = registryd::read_certificates(folder.issuing_certificate()).value();
        auto issuing_key = registryd::read_key(folder.issuing_key()).value();
        auto builder = crypto::CertificateBuilder::open(issuing.front(), issuing_key).value();
        const auto key = std::make_shared<crypto::SoftwareKey>(crypto::SoftwareKey::generate(KeyAlg::EcP256).value());
        const auto now = std::chrono::floor<Seconds>(std::chrono::system_clock::now());
        const auto own = builder.device(key->public_value(), "acme", kName, {now - Seconds(60), now + std::chrono::hours(24)}).value();
        LinkCredentials out;
        out.host = "localhost";
        out.port = port;
        out.client_id = kName;
        out.certificate_chain = {to_bytes(own.der()), to_bytes(issuing.front().der())};
        out.key = key;
        out.anchors = {to_bytes(registryd::read_certificates(folder.root_certificate())->front().der())};
        out.time = [] { return LinkTime{std::chrono::floor<Milliseconds>(std::chrono::system_clock::now()), false}; };
        return out;
    }
    void connect(link::PahoLink& link, std::uint16_t port, const std::string& topic) {
        link.start(credentials(port), {topic}, std::nullopt,
                   {[] {}, [](const Error&) {}, [this](const Message& message) { heard(message); }});
    }
    void wait_for(const std::function<bool()>& condition) {
        const auto deadline = Clock::now() + kPatience;
        while (!condition()) {
            if (Clock::now() > deadline) give_up("nothing happens: " + log_of(1));
            loop_.run_one_for(std::chrono::milliseconds(50));
        }
    }

    void heard(const Message& reply) {
        const auto waiting = waiting_.find(reply.correlation);
        if (waiting == waiting_.end()) return;
        const auto then = std::move(waiting->second);
        waiting_.erase(waiting);
        then(reply);
    }
    void ask(link::PahoLink& link, Message message, std::function<void(const Message&)> then) {
        waiting_.emplace(message.correlation, std::move(then));
        if (const auto sent = link.publish(std::move(message)); !sent) give_up(sent.error().what);
    }

    // Both messages of every device, that many times.
    void measure(const char* what, int rounds, link::PahoLink& link, const First& first, const Second& second) {
        std::deque<SimulatedDevice*> open;
        for (int i = 0; i < rounds; ++i) {
            for (const auto& device : fleet_) open.push_back(device.get());
        }
        std::size_t left = open.size();
        const double count = static_cast<double>(left);
        const std::function<void()> next = [&] {
            if (open.empty()) return;
            SimulatedDevice& device = *open.front();
            open.pop_front();
            ask(link, first(device), [&, one = &device](const Message& reply) {
                ask(link, second(*one, reply), [&](const Message& last) {
                    SimulatedDevice::answer_in(last);
                    --left;
                    next();
                });
            });
        };
        const double used_before = used();
        const double broker_before = processor_time(broker_->pid()) + processor_time(enroll_broker_->pid());
        const auto began = Clock::now();
        for (std::size_t i = 0; i < kAtWork; ++i) next();
        wait_for([&] { return left == 0; });
        const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
        const double brokers = processor_time(broker_->pid()) + processor_time(enroll_broker_->pid()) - broker_before;
        const double busy = used() - used_before;
        std::printf(
            "%-13s %6.0f devices/s of one core   %6.0f devices/s by the clock   registry %.2f ms, brokers %.2f ms of processor each\n",
            what, count / busy, count / seconds, busy / count * 1000, brokers / count * 1000);
    }
    [[nodiscard]] double used() const {
        double sum = 0;
        for (const auto& process : registry_) sum += processor_time(process.pid());
        return sum;
    }

    std::string program_;
    std::size_t devices_;
    int rounds_;
    unsigned processes_;
    parts::Scratch files_{"load"};
    registryd::InitOptions options_;
    std::vector<std::unique_ptr<SimulatedDevice>> fleet_;
    std::unique_ptr<parts::Mosquitto> broker_, enroll_broker_;
    std::vector<parts::Process> registry_;
    std::map<Bytes, std::function<void(const Message&)>> waiting_;
    asio::io_context loop_;
    asio::executor_work_guard<asio::io_context::executor_type> work_{loop_.get_executor()};
    link::PahoLink fleet_link_{loop_, {}}, enroll_link_{loop_, {}};
};

}  // namespace
}  // namespace anchor::bench

int main(int count, char** words) {
    if (count != 5) {
        std::fprintf(stderr, "usage: registry_load ANCHOR-REGISTRY DEVICES ROUNDS PROCESSES\n");
        return 2;
    }
    const auto number = [&](int i) { return std::strtoul(words[i], nullptr, 10); };
    return anchor::bench::Load(words[1], number(2), static_cast<int>(number(3)), static_cast<unsigned>(number(4))).run();
}
