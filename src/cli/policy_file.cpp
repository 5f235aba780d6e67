// SPDX-License-Identifier: Apache-2.0
#include "policy_file.h"

#include <ostream>

#include <anchor/base/file.h>

#include "terminal.h"

namespace anchor::cli {
namespace {

constexpr std::size_t kMaxFile = 4 * policy::kMaxOctets;  // what is larger than a policy may be, its reader shall say

Result<void> open_draft(PolicyFile& opened, const crypto::UnverifiedJws& jws) {
    ANCHOR_ASSIGN_OR_RETURN(opened.draft, protocol::draft_from(opened.text));
    const protocol::Document& document = opened.draft->document;
    if (document.kind != protocol::DocumentKind::Policy)
        return rejected(opened.file + ": a signed document, but of the kind " + std::string(to_string(document.kind)));
    for (const crypto::JwsHeader& header : jws.headers()) opened.signers.push_back(header.kid);
    opened.text = canonical_json(document.body);
    return {};
}

}  // namespace

Result<std::string> read_authors_file(const std::string& file) {
    auto text = read_text_file(file, kMaxFile);
    if (text) return text;
    Error error = std::move(text).error();
    error.native = 0;  // an errno of ours is no failure of the way to the daemon, which it would be for the exit code
    if (error.kind == ErrorKind::Denied) error.kind = ErrorKind::Unavailable;
    return error;
}

Result<PolicyFile> read_policy_file(const std::string& file) {
    PolicyFile opened{.file = file};
    ANCHOR_ASSIGN_OR_RETURN(opened.text, read_authors_file(file));
    if (const auto jws = crypto::UnverifiedJws::parse(opened.text)) ANCHOR_RETURN_IF_ERROR(open_draft(opened, *jws));
    auto policy = policy::parse_policy(opened.text, &opened.mistakes);
    if (policy) opened.policy = std::make_shared<const policy::Policy>(std::move(*policy));
    return opened;
}

void print_mistakes(const std::string& file, const std::vector<policy::Mistake>& mistakes, std::ostream& out) {
    for (const policy::Mistake& mistake : mistakes)
        out << printable(file) << ':' << mistake.line << ':' << mistake.column << ": " << printable(mistake.message) << '\n';
}

Result<std::vector<PolicyFile>> read_right_policies(const std::vector<std::string>& files, std::ostream& complaints) {
    std::vector<PolicyFile> read;
    std::size_t wrong = 0;
    for (const std::string& file : files) {
        ANCHOR_ASSIGN_OR_RETURN(PolicyFile one, read_policy_file(file));
        print_mistakes(file, one.mistakes, complaints);
        wrong += one.policy == nullptr ? 1U : 0U;
        read.push_back(std::move(one));
    }
    if (wrong > 0) return rejected(std::to_string(wrong) + (wrong == 1 ? " policy is" : " policies are") + " not right");
    return read;
}

policy::PolicySet signed_set(const std::vector<PolicyFile>& files) {
    std::vector<policy::PolicyInForce> policies;
    for (const PolicyFile& each : files) policies.push_back({each.policy, policy::Origin::Signed});
    return policy::PolicySet(std::move(policies));
}

}  // namespace anchor::cli
