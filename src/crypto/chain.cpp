// SPDX-License-Identifier: Apache-2.0
#include <anchor/crypto/chain.h>

#include <algorithm>
#include <optional>

#include "purpose.h"

namespace anchor::crypto {
namespace {

constexpr std::size_t kMaxIntermediates = 32;
constexpr std::size_t kMaxSignatureChecks = 64;

std::string name_of(const Certificate& certificate) {
    const std::string& subject = certificate.subject();
    return "certificate '" + (subject.empty() ? "serial " + certificate.serial_text() : subject) + "'";
}

Error refuse(const Certificate& certificate, std::string_view why) { return rejected(name_of(certificate) + ": " + std::string(why)); }

// A key identifier is a hint (RFC 5280 §4.2.1.1): where both sides have one and they differ, it is another key of the same name.
bool may_have_issued(const Certificate& issuer, ByteView issuer_name, ByteView authority_key_id) {
    if (!equal(issuer.subject_name(), issuer_name)) return false;
    return authority_key_id.empty() || issuer.subject_key_id().empty() || equal(authority_key_id, issuer.subject_key_id());
}

class Search {
public:
    Search(const std::vector<Certificate>& intermediates, const std::vector<Certificate>& anchors, const std::vector<Crl>& crls,
           const ChainOptions& options)
        : intermediates_(intermediates), anchors_(anchors), crls_(crls), options_(options) {}

    Result<std::vector<Certificate>> run(const Certificate& leaf) {
        ANCHOR_RETURN_IF_ERROR(check_itself(leaf));
        ANCHOR_RETURN_IF_ERROR(check_purpose(leaf, options_.purpose));
        path_.push_back(leaf);
        if (extend()) return path_;
        return best_reason_ ? *best_reason_ : refuse(leaf, "unknown issuer '" + leaf.issuer() + "'");
    }

private:
    // Depth first: an anchor for the top of the path, else an intermediate on top of it. The depth is bounded by
    // max_depth, the work by the budget of signature checks.
    bool extend() {
        for (const Certificate& anchor : anchors_) {
            if (!may_have_issued(anchor, path_.back().issuer_name(), path_.back().authority_key_id())) continue;
            if (auto checked = check_anchor(anchor); !checked) {
                note(std::move(checked).error());
                continue;
            }
            path_.push_back(anchor);
            return true;
        }
        bool found = false;
        for (const Certificate& candidate : intermediates_) {
            if (!may_have_issued(candidate, path_.back().issuer_name(), path_.back().authority_key_id())) continue;
            if (std::ranges::find(path_, candidate) != path_.end()) continue;
            found = true;
            if (extend_by(candidate)) return true;
        }
        if (!found) note(refuse(path_.back(), "unknown issuer '" + path_.back().issuer() + "'"));
        return false;
    }

    bool extend_by(const Certificate& candidate) {
        if (auto checked = check_authority(candidate); !checked) {
            note(std::move(checked).error());
            return false;
        }
        path_.push_back(candidate);
        if (extend()) return true;
        path_.pop_back();
        return false;
    }

    Result<void> check_anchor(const Certificate& anchor) {
        // Whoever pins an end entity by mistake must not thereby let it issue.
        if (!anchor.is_ca()) return refuse(anchor, "no CA");
        if (!anchor.allows(KeyUsage::CertSign)) return refuse(anchor, "may not sign certificates");
        return check_issued_by(anchor);
    }

    Result<void> check_authority(const Certificate& authority) {
        if (path_.size() >= options_.max_depth) return refuse(path_.back(), "path too long");
        ANCHOR_RETURN_IF_ERROR(check_is_issuer(authority));
        ANCHOR_RETURN_IF_ERROR(check_itself(authority));
        ANCHOR_RETURN_IF_ERROR(check_purpose_of_issuer(authority, options_.purpose));
        return check_issued_by(authority);
    }

    // RFC 5280 §6.1.4 (k) to (n). Self-issued certificates don't count for the path length (l).
    Result<void> check_is_issuer(const Certificate& authority) {
        if (!authority.is_ca()) return refuse(authority, "no CA");
        if (!authority.allows(KeyUsage::CertSign)) return refuse(authority, "may not sign certificates");
        const auto below = std::count_if(path_.begin() + 1, path_.end(), [](const Certificate& c) { return !c.is_self_issued(); });
        const auto limit = authority.path_length();
        if (limit && static_cast<std::uint64_t>(below) > *limit) return refuse(authority, "path too long for its path length");
        return {};
    }

    // What needs no other certificate: RFC 5280 §6.1.3 (a)(2) and §6.1.5 (f).
    Result<void> check_itself(const Certificate& certificate) {
        if (!certificate.unknown_critical().empty()) {
            return refuse(certificate, "unknown critical extension " + certificate.unknown_critical());
        }
        if (options_.at > certificate.not_after()) return refuse(certificate, "expired " + to_rfc3339(certificate.not_after()));
        if (options_.at < certificate.not_before() && !options_.tolerate_not_yet_valid) {
            return refuse(certificate, "not yet valid before " + to_rfc3339(certificate.not_before()));
        }
        return {};
    }

    Result<void> check_issued_by(const Certificate& issuer) {
        const Certificate& certificate = path_.back();
        if (!spend()) return refuse(certificate, "too many candidates for its path");
        auto verified = certificate.verify_signature(issuer.public_key());
        if (!verified) return refuse(certificate, verified.error().what + " (issuer " + name_of(issuer) + ")");
        return check_not_revoked(certificate, issuer);
    }

    // Full lists first, each with the newest delta that fits it: what a delta takes off a list is no longer on it.
    Result<void> check_not_revoked(const Certificate& certificate, const Certificate& issuer) {
        bool current = false;
        for (const Crl& full : crls_) {
            if (full.base() || (full.only_end_entities() && certificate.is_ca())) continue;
            ANCHOR_ASSIGN_OR_RETURN(const bool by_issuer, is_list_of(full, certificate, issuer));
            if (!by_issuer) continue;
            ANCHOR_ASSIGN_OR_RETURN(const bool followed, is_followed(full, certificate, issuer));
            if (followed) continue;
            ANCHOR_ASSIGN_OR_RETURN(const Crl* const delta, newest_delta(full, certificate, issuer));
            if (const auto entry = find(full, delta, certificate.serial())) {
                return refuse(certificate, "revoked since " + to_rfc3339(entry->since) + " (" + std::string(to_string(entry->reason)) +
                                               "), serial " + certificate.serial_text());
            }
            current = current || is_current(full) || (delta != nullptr && is_current(*delta));
        }
        if (!current && needs_crl()) return refuse(certificate, "no current revocation list of '" + certificate.issuer() + "'");
        return {};
    }

    Result<bool> is_list_of(const Crl& crl, const Certificate& certificate, const Certificate& issuer) {
        if (!may_have_issued(issuer, crl.issuer_name(), crl.authority_key_id()) || !issuer.allows(KeyUsage::CrlSign)) return false;
        if (!spend()) return refuse(certificate, "too many candidates for its path");
        return crl.verify_signature(issuer.public_key()).has_value();
    }

    // Whoever keeps a list that nobody could verify yet keeps the one before it beside it.
    Result<bool> is_followed(const Crl& full, const Certificate& certificate, const Certificate& issuer) {
        for (const Crl& other : crls_) {
            const bool is_newer =
                !other.base() && other.only_end_entities() == full.only_end_entities() && full.number() && full.number() < other.number();
            if (!is_newer || !equal(other.authority_key_id(), full.authority_key_id())) continue;
            ANCHOR_ASSIGN_OR_RETURN(const bool by_issuer, is_list_of(other, certificate, issuer));
            if (by_issuer) return true;
        }
        return false;
    }

    Result<const Crl*> newest_delta(const Crl& full, const Certificate& certificate, const Certificate& issuer) {
        const Crl* newest = nullptr;
        for (const Crl& delta : crls_) {
            if (!fits(delta, full) || (newest != nullptr && *delta.number() <= *newest->number())) continue;
            ANCHOR_ASSIGN_OR_RETURN(const bool by_issuer, is_list_of(delta, certificate, issuer));
            if (by_issuer) newest = &delta;
        }
        return newest;
    }

    [[nodiscard]] bool is_current(const Crl& crl) const {
        const bool begun = options_.at >= crl.this_update() || options_.tolerate_not_yet_valid;
        return begun && options_.at <= crl.next_update();
    }

    [[nodiscard]] bool needs_crl() const {
        return options_.revocation == Revocation::AllNeed || (options_.revocation == Revocation::LeafNeeds && path_.size() == 1);
    }

    bool spend() {
        if (signature_checks_ == kMaxSignatureChecks) return false;
        ++signature_checks_;
        return true;
    }

    // Of all reasons the one from the longest path is told: it came nearest to an anchor.
    void note(Error reason) {
        if (best_reason_ && path_.size() <= best_depth_) return;
        best_reason_ = std::move(reason);
        best_depth_ = path_.size();
    }

    const std::vector<Certificate>& intermediates_;
    const std::vector<Certificate>& anchors_;
    const std::vector<Crl>& crls_;
    const ChainOptions& options_;
    std::vector<Certificate> path_;
    std::size_t signature_checks_ = 0;
    std::optional<Error> best_reason_;
    std::size_t best_depth_ = 0;
};

}  // namespace

Result<std::vector<Certificate>> verify_chain(const Certificate& leaf, const std::vector<Certificate>& intermediates,
                                              const std::vector<Certificate>& anchors, const std::vector<Crl>& crls,
                                              const ChainOptions& options) {
    if (intermediates.size() > kMaxIntermediates) return rejected("more than " + std::to_string(kMaxIntermediates) + " intermediates");
    return Search(intermediates, anchors, crls, options).run(leaf);
}

}  // namespace anchor::crypto
