// SPDX-License-Identifier: Apache-2.0
#include <anchor/store/audit_log.h>

#include <nlohmann/json.hpp>

#include <anchor/base/encoding.h>
#include <anchor/base/json.h>
#include <anchor/crypto/hash.h>

namespace anchor::store {
namespace {

const std::string kName = "audit";
const std::string kPutAside = "audit.1";
const std::string kRefused = "audit.refused";

std::string line_of(std::uint64_t number, const Digest& before, const AuditEvent& event) {
    Json details = Json::object();
    for (const auto& [name, value] : event.details) details[name] = value;
    const Json line = {
        {"n", number}, {"prev", to_base64url(before.view())}, {"at", to_rfc3339(event.at)}, {"what", event.what}, {"details", details}};
    // Details may quote what foreigners sent: octets that are no UTF-8 are replaced, never a reason to lose the line.
    return line.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n";
}

Result<void> check_line(std::string_view line, const AuditChain& before) {
    ANCHOR_ASSIGN_OR_RETURN(const Json json, parse_json(line, {.octets = AuditLog::kMaxLine, .depth = 4}));
    ANCHOR_RETURN_IF_ERROR(json_only_keys(json, {"n", "prev", "at", "what", "details"}));
    ANCHOR_ASSIGN_OR_RETURN(const std::uint64_t number, json_unsigned(json, "n"));
    ANCHOR_ASSIGN_OR_RETURN(const Bytes previous, json_octets(json, "prev"));
    if (number != before.lines + 1) return rejected("says it is number " + std::to_string(number));
    if (!equal(previous, before.head.view())) return rejected("does not follow the line before it");
    return {};
}

// Where a file that continues an older one begins, taken from its own first line.
AuditChain start_of(std::string_view text) {
    AuditChain start;
    const auto json = parse_json(text.substr(0, text.find('\n')), {.octets = AuditLog::kMaxLine, .depth = 4});
    if (!json) return start;
    const auto number = json_unsigned(*json, "n");
    const auto previous = json_octets(*json, "prev");
    if (!number || *number == 0 || !previous || previous->size() != start.head.size()) return start;
    start.lines = *number - 1;
    start.head = Digest::from(HashAlg::Sha256, *previous).value();
    return start;
}

}  // namespace

Result<AuditChain> verify_audit(std::string_view text, AuditChain before) {
    AuditChain chain = before;
    chain.whole = 0;
    while (!text.empty()) {
        const auto end = text.find('\n');
        chain.torn = end == std::string_view::npos;
        if (chain.torn) return chain;
        const std::string_view line = text.substr(0, end);
        if (auto good = check_line(line, chain); !good) {
            return std::move(good).error().within("audit line " + std::to_string(chain.lines + 1));
        }
        chain.head = crypto::hash(HashAlg::Sha256, as_bytes(line));
        ++chain.lines;
        chain.whole += end + 1;
        text.remove_prefix(end + 1);
    }
    return chain;
}

Result<AuditLog> AuditLog::open(Disk& disk) {
    AuditLog log(disk);
    AuditChain chain;
    for (const std::string& name : {kPutAside, kName}) {
        ANCHOR_ASSIGN_OR_RETURN(const auto octets, disk.read(name, kMaxFile + kMaxLine));
        if (!octets) continue;
        // The older file begins in the middle of the chain: its own first line says where.
        auto checked = verify_audit(as_text(*octets), chain.lines == 0 ? start_of(as_text(*octets)) : chain);
        if (!checked) {
            ANCHOR_RETURN_IF_ERROR(disk.rename(name, kRefused));
            return corrupt(checked.error().what);
        }
        chain = *checked;
        // The older file may be the only one: the power went, or the newer one was put aside. It is not the one to go on with.
        if (name == kName) log.octets_ = chain.whole;
        if (!chain.torn) continue;
        ANCHOR_RETURN_IF_ERROR(replace(disk, name, ByteView(*octets).first(chain.whole)));
        chain.torn = false;
    }
    log.lines_ = chain.lines;
    log.head_ = chain.head;
    return log;
}

Result<void> AuditLog::append(const AuditEvent& event) {
    const std::string line = line_of(lines_ + 1, head_, event);
    if (line.size() > kMaxLine) return rejected("audit event of " + std::to_string(line.size()) + " octets");
    if (uncertain_) {
        ANCHOR_RETURN_IF_ERROR(drop_half_line());
    }
    if (octets_ + line.size() > kMaxFile) {
        ANCHOR_RETURN_IF_ERROR(disk_->rename(kName, kPutAside));
        octets_ = 0;
        name_is_durable_ = false;
    }
    uncertain_ = true;
    ANCHOR_RETURN_IF_ERROR(disk_->append(kName, as_bytes(line)));
    ANCHOR_RETURN_IF_ERROR(disk_->sync(kName));
    if (!name_is_durable_) {
        ANCHOR_RETURN_IF_ERROR(disk_->sync_folder());
        name_is_durable_ = true;
    }
    uncertain_ = false;
    octets_ += line.size();
    ++lines_;
    head_ = crypto::hash(HashAlg::Sha256, as_bytes(std::string_view(line).substr(0, line.size() - 1)));
    return {};
}

// An append that failed may have left any part of its line behind (a full disk does).
Result<void> AuditLog::drop_half_line() {
    ANCHOR_ASSIGN_OR_RETURN(const auto octets, disk_->read(kName, kMaxFile + kMaxLine));
    if (octets && octets->size() > octets_) {
        ANCHOR_RETURN_IF_ERROR(replace(*disk_, kName, ByteView(*octets).first(octets_)));
    }
    uncertain_ = false;
    return {};
}

}  // namespace anchor::store
