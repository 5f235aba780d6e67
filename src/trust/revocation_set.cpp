// SPDX-License-Identifier: Apache-2.0
#include <anchor/trust/revocation_set.h>

#include <algorithm>

#include <anchor/base/encoding.h>
#include <anchor/crypto/hash.h>

namespace anchor::trust {
namespace {

using crypto::Certificate;
using crypto::Crl;

const std::string kFloor = "crl/";
const std::string kAside = "crl-aside/";

Error refuse(const Crl& list, const std::string& why) { return rejected("revocation list of '" + list.issuer() + "': " + why); }

// A name is DER and says where it ends; so no two authorities share this.
std::string identity_of(const Crl& list) {
    const std::uint8_t scope = list.only_end_entities() ? 1 : 0;
    return to_hex(crypto::hash(HashAlg::Sha256, {list.issuer_name(), ByteView(&scope, 1), list.authority_key_id()}).view());
}

bool same_authority(const Crl& a, const Crl& b) {
    return equal(a.issuer_name(), b.issuer_name()) && equal(a.authority_key_id(), b.authority_key_id()) &&
           a.only_end_entities() == b.only_end_entities();
}

std::optional<std::uint64_t> floor_of(const Crl& list, const Floors& floors) {
    const std::string identity = identity_of(list);
    for (const std::string& prefix : {kFloor, kAside}) {
        if (const auto floor = floors.find(prefix + identity); floor != floors.end()) return floor->second;
    }
    return std::nullopt;
}

// Proven lists alone move the floor, and what is unproven is taken above it only.
bool is_proven(const Crl& held, const Floors& floors) {
    const auto floor = floor_of(held, floors);
    return floor && *held.number() <= *floor;
}

Result<void> check_form(const Crl& list) {
    if (!list.number()) return refuse(list, "has no number, so nobody could tell an old one");
    if (list.authority_key_id().empty()) return refuse(list, "does not say by which key");
    return {};
}

const Certificate* authority_of(const Crl& list, const std::vector<Certificate>& authorities) {
    const auto may_be_its = [&](const Certificate& authority) {
        return equal(authority.subject_name(), list.issuer_name()) && equal(authority.subject_key_id(), list.authority_key_id());
    };
    const auto found = std::ranges::find_if(authorities, may_be_its);
    return found == authorities.end() ? nullptr : &*found;
}

// Whether its authority is known and has signed it.
Result<bool> check_signature(const Crl& list, const std::vector<Certificate>& authorities, Voucher voucher) {
    const Certificate* const authority = authority_of(list, authorities);
    if (authority == nullptr) {
        if (voucher == Voucher::Nobody) return refuse(list, "of an authority that this device does not know");
        return false;  // whoever judges a certificate by it will meet the authority then, and checks the signature again
    }
    if (!authority->allows(crypto::KeyUsage::CrlSign)) return refuse(list, "by an authority that may not sign lists");
    auto verified = list.verify_signature(authority->public_key());
    if (!verified) return refuse(list, verified.error().what);
    return true;
}

std::size_t octets_of(const std::vector<Crl>& lists) {
    std::size_t octets = 0;
    for (const Crl& list : lists) octets += list.der().size();
    return octets;
}

bool is_among(const std::vector<Crl>& lists, const Crl& list) {
    return std::ranges::any_of(lists, [&](const Crl& other) { return equal(other.der(), list.der()); });
}

struct Arrival {
    Crl list;
    bool proven;
};

// Puts lists that arrive together into the place of those before them, one after the other.
class Placement {
public:
    Placement(std::vector<Crl>& lists, const std::vector<Arrival>& arrivals, const std::vector<Certificate>& authorities, Voucher voucher,
              Floors& floors)
        : lists_(lists), arrivals_(arrivals), authorities_(authorities), voucher_(voucher), floors_(floors) {}

    Result<void> place(const Arrival& arrival) {
        const Crl& list = arrival.list;
        const std::string aside = kAside + identity_of(list);
        const bool begins_anew = voucher_ == Voucher::Manifest && floors_.contains(aside);
        if (auto aged = check_age(arrival, begins_anew); !aged) {
            if (!begins_anew) return aged;
            floors_.erase(aside);
            std::erase_if(lists_, [&](const Crl& known) { return same_authority(known, list) && !arrives(known); });
        } else if (is_among(lists_, list) && is_proven(list, floors_) == arrival.proven) {
            return {};
        }
        ANCHOR_RETURN_IF_ERROR(check_base(arrival));
        std::erase_if(lists_, [&](const Crl& known) { return gives_way(known, arrival); });
        ANCHOR_RETURN_IF_ERROR(make_room(arrival));
        lists_.push_back(list);
        // A list of before moves no floor: what was set aside stays so over a restart.
        if (!arrival.proven || (voucher_ == Voucher::State && is_proven(list, floors_))) return {};
        const std::uint64_t before = floor_of(list, floors_).value_or(0);
        floors_.erase(aside);
        floors_[floor_key(list)] = std::max(before, *list.number());
        return {};
    }

private:
    // A full list that a delta goes beyond is still right together with that delta; a proven one together with a proven delta.
    [[nodiscard]] Result<void> check_age(const Arrival& arrival, bool begins_anew) const {
        const auto floor = floor_of(arrival.list, floors_);
        const std::uint64_t number = *arrival.list.number();
        if (!floor || (!arrival.proven && number > *floor)) return {};
        const std::string numbers = "number " + std::to_string(number) + " is older than number " + std::to_string(*floor);
        if (!arrival.proven) return refuse(arrival.list, numbers + " or the same, and that one its authority has signed");
        std::uint64_t newest = number;
        const auto carry = [&](const Crl& delta, bool counts) {
            if (counts && crypto::fits(delta, arrival.list)) newest = std::max(newest, *delta.number());
        };
        for (const Arrival& other : arrivals_) carry(other.list, other.proven || begins_anew);
        for (const Crl& known : lists_) carry(known, is_proven(known, floors_) && !begins_anew);
        return newest >= *floor ? Result<void>() : refuse(arrival.list, numbers + ", which was known before");
    }

    [[nodiscard]] Result<void> check_base(const Arrival& arrival) const {
        const auto is_base = [&](const Crl& known) {
            return crypto::fits(arrival.list, known) && (is_proven(known, floors_) || !arrival.proven);
        };
        if (!arrival.list.base() || std::ranges::any_of(lists_, is_base)) return {};
        return refuse(arrival.list, "changes a list that is not here (its base is number " + std::to_string(*arrival.list.base()) + ")");
    }

    // A full list takes the place of all that its issuer said, but for a delta that goes beyond it; a delta only that of a delta.
    [[nodiscard]] bool gives_way(const Crl& known, const Arrival& arrival) const {
        if (equal(known.der(), arrival.list.der())) return true;
        if (!same_authority(known, arrival.list)) return false;
        if (is_proven(known, floors_) != arrival.proven) return arrival.proven && !arrives(known);
        return arrival.list.base() ? known.base().has_value() : !crypto::fits(known, arrival.list);
    }

    [[nodiscard]] Result<void> make_room(const Arrival& arrival) {
        const auto too_much = [&] {
            return lists_.size() >= RevocationSet::kMaxLists || octets_of(lists_) + arrival.list.der().size() > Crl::kMaxSize;
        };
        if (arrival.proven && too_much()) std::erase_if(lists_, [&](const Crl& known) { return !is_proven(known, floors_); });
        if (arrival.proven && too_much())
            std::erase_if(lists_, [&](const Crl& known) { return authority_of(known, authorities_) == nullptr; });
        return too_much() ? Result<void>(refuse(arrival.list, "there is no room for it")) : Result<void>();
    }

    [[nodiscard]] bool arrives(const Crl& known) const {
        return std::ranges::any_of(arrivals_, [&](const Arrival& arrival) { return equal(arrival.list.der(), known.der()); });
    }

    std::vector<Crl>& lists_;
    const std::vector<Arrival>& arrivals_;
    const std::vector<Certificate>& authorities_;
    Voucher voucher_;
    Floors& floors_;
};

}  // namespace

std::string floor_key(const Crl& list) { return kFloor + identity_of(list); }

void set_list_floors_aside(Floors& floors) {
    for (auto at = floors.lower_bound(kFloor); at != floors.end() && at->first.starts_with(kFloor);) {
        floors[kAside + at->first.substr(kFloor.size())] = at->second;
        at = floors.erase(at);
    }
}

bool put_list_floors_back(Floors& floors) {
    const auto first = floors.lower_bound(kAside);
    const bool any = first != floors.end() && first->first.starts_with(kAside);
    for (auto at = first; at != floors.end() && at->first.starts_with(kAside);) {
        floors[kFloor + at->first.substr(kAside.size())] = at->second;
        at = floors.erase(at);
    }
    return any;
}

Result<void> RevocationSet::take(const std::vector<Crl>& lists, const std::vector<Certificate>& authorities, Voucher voucher,
                                 Floors& floors) {
    std::vector<Arrival> arrivals;
    for (const Crl& list : lists) {
        ANCHOR_RETURN_IF_ERROR(check_form(list));
        const auto verified = check_signature(list, authorities, voucher);
        // Its authority has become known, and did not sign it; those that it did sign stay.
        if (!verified && voucher == Voucher::State) continue;
        if (!verified) return verified.error();
        const bool was_here = voucher == Voucher::State || is_among(lists_, list);
        arrivals.push_back({list, *verified || (was_here && is_proven(list, floors))});
    }
    std::vector<Crl> next = lists_;
    Floors reached = floors;
    Placement placement(next, arrivals, authorities, voucher, reached);
    for (const Arrival& arrival : arrivals) ANCHOR_RETURN_IF_ERROR(placement.place(arrival));
    lists_ = std::move(next);
    floors = std::move(reached);
    return {};
}

bool RevocationSet::drop_unproven(const std::function<bool(const Crl&)>& is_named, const Floors& floors) {
    return std::erase_if(lists_, [&](const Crl& known) { return !is_proven(known, floors) && !is_named(known); }) != 0;
}

}  // namespace anchor::trust
