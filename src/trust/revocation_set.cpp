// SPDX-License-Identifier: Apache-2.0
#include <anchor/trust/revocation_set.h>

#include <algorithm>

#include <anchor/base/encoding.h>

namespace anchor::trust {
namespace {

using crypto::Certificate;
using crypto::Crl;

Error refuse(const Crl& list, const std::string& why) { return rejected("revocation list of '" + list.issuer() + "': " + why); }

bool same_issuer(const Crl& a, const Crl& b) {
    return equal(a.issuer_name(), b.issuer_name()) && equal(a.authority_key_id(), b.authority_key_id());
}

Result<void> check_form(const Crl& list) {
    if (!list.number()) return refuse(list, "has no number, so nobody could tell an old one");
    if (list.authority_key_id().empty()) return refuse(list, "does not say by which key");
    return {};
}

Result<void> check_signature(const Crl& list, const std::vector<Certificate>& authorities, Voucher voucher) {
    const auto may_be_its = [&](const Certificate& authority) {
        return equal(authority.subject_name(), list.issuer_name()) && equal(authority.subject_key_id(), list.authority_key_id());
    };
    const auto authority = std::ranges::find_if(authorities, may_be_its);
    if (authority == authorities.end()) {
        // Whoever judges a certificate by it will meet the authority then, and checks the signature again.
        return voucher == Voucher::Manifest ? Result<void>() : refuse(list, "of an authority that this device does not know");
    }
    if (!authority->allows(crypto::KeyUsage::CrlSign)) return refuse(list, "by an authority that may not sign lists");
    auto verified = list.verify_signature(authority->public_key());
    return verified ? Result<void>() : refuse(list, verified.error().what);
}

Result<void> check_age(const Crl& list, const Floors& floors) {
    const auto floor = floors.find(floor_key(list));
    if (floor == floors.end() || *list.number() >= floor->second) return {};
    return refuse(list, "number " + std::to_string(*list.number()) + " is older than number " + std::to_string(floor->second) +
                            ", which was known before");
}

}  // namespace

std::string floor_key(const Crl& list) { return "crl/" + to_hex(list.authority_key_id()); }

Result<void> RevocationSet::take(Crl list, const std::vector<Certificate>& authorities, Voucher voucher, Floors& floors) {
    ANCHOR_RETURN_IF_ERROR(check_form(list));
    const auto is_it = [&](const Crl& known) { return equal(known.der(), list.der()); };
    if (std::ranges::any_of(lists_, is_it)) return {};
    ANCHOR_RETURN_IF_ERROR(check_signature(list, authorities, voucher));
    // A full list that a known delta goes beyond is still right together with that delta.
    const auto carried = [&](const Crl& known) { return !list.base() && crypto::fits(known, list); };
    const bool with_delta = std::ranges::any_of(lists_, carried);
    if (!with_delta) ANCHOR_RETURN_IF_ERROR(check_age(list, floors));
    if (list.base() && std::ranges::none_of(lists_, [&](const Crl& known) { return crypto::fits(list, known); })) {
        return refuse(list, "changes a list that is not here (its base is number " + std::to_string(*list.base()) + ")");
    }
    std::vector<Crl> next;
    std::size_t octets = list.der().size();
    for (const Crl& known : lists_) {
        // A full list takes the place of all that its issuer said, but for a delta that goes beyond it; a delta only that of a delta.
        const bool replaced = same_issuer(known, list) && (list.base() ? known.base().has_value() : !crypto::fits(known, list));
        if (replaced) continue;
        next.push_back(known);
        octets += known.der().size();
    }
    if (octets > Crl::kMaxSize || next.size() >= kMaxLists) return refuse(list, "there is no room for it");
    std::uint64_t& floor = floors[floor_key(list)];
    floor = std::max(floor, *list.number());
    next.push_back(std::move(list));
    lists_ = std::move(next);
    return {};
}

Result<void> RevocationSet::take_all(const std::vector<Crl>& lists, const std::vector<Certificate>& authorities, Voucher voucher,
                                     Floors& floors) {
    RevocationSet next = *this;
    Floors reached = floors;
    for (const Crl& list : lists) reached.erase(floor_key(list));
    for (const Crl& list : lists) ANCHOR_RETURN_IF_ERROR(next.take(list, authorities, voucher, reached));
    for (const Crl& list : lists) {
        const auto is_newest = [&](const Crl& held) { return floor_key(held) == floor_key(list) && check_age(held, floors).has_value(); };
        if (std::ranges::none_of(next.lists_, is_newest)) return check_age(list, floors);
    }
    for (const Crl& held : next.lists_) {
        std::uint64_t& floor = floors[floor_key(held)];
        floor = std::max(floor, *held.number());
    }
    *this = std::move(next);
    return {};
}

}  // namespace anchor::trust
