// SPDX-License-Identifier: Apache-2.0
#include <anchor/enforce/nftables_isolation.h>

#include <algorithm>
#include <memory>

#ifdef ANCHOR_HAS_NFTABLES
#include <nftables/libnftables.h>
#endif

namespace anchor::enforce {

// Replies are let in by one bit of conntrack's mark, which only flows of the output chain get: "established" alone would
// let in the flows that other programs had before isolation.
//
// Neighbour discovery with a hop limit other than 255 came through a router and is forged (RFC 4861 §6.1, §7.1). DHCP
// replies may be broadcast, and then belong to no flow (RFC 2131 §4.1).
std::string isolation_rules(uid_t user) {
    return "table inet anchord\n"
           "delete table inet anchord\n"
           "table inet anchord {\n"
           "  chain output {\n"
           "    type filter hook output priority filter; policy drop;\n"
           "    oif \"lo\" accept\n"
           "    icmpv6 type { nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert, mld-listener-report, "
           "mld2-listener-report } accept\n"
           "    meta skuid " +
           std::to_string(user) +
           " jump open\n"
           "    udp dport { 53, 67, 123, 547 } jump open\n"
           "    tcp dport { 53, 853 } jump open\n"
           "  }\n"
           "  chain open {\n"
           "    ct mark set ct mark or 0x20000000\n"
           "    accept\n"
           "  }\n"
           "  chain input {\n"
           "    type filter hook input priority filter; policy drop;\n"
           "    iif \"lo\" accept\n"
           "    ct mark and 0x20000000 == 0x20000000 ct direction reply accept\n"
           "    ip6 hoplimit 255 icmpv6 type { nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert } accept\n"
           "    icmpv6 type mld-listener-query accept\n"
           "    udp sport 67 udp dport 68 accept\n"
           "    udp sport 547 udp dport 546 accept\n"
           "  }\n"
           "  chain forward {\n"
           "    type filter hook forward priority filter; policy drop;\n"
           "  }\n"
           "}\n";
}

// The table is made first, so that it can be deleted where it was not there.
std::string isolation_removal() {
    return "table inet anchord\n"
           "delete table inet anchord\n";
}

namespace {

#ifdef ANCHOR_HAS_NFTABLES
struct ContextFree {
    void operator()(nft_ctx* context) const noexcept { ::nft_ctx_free(context); }
};

// One buffer is one transaction: the kernel takes all of it or nothing.
Result<void> load(const std::string& rules) {
    const std::unique_ptr<nft_ctx, ContextFree> context(::nft_ctx_new(NFT_CTX_DEFAULT));
    if (context == nullptr || ::nft_ctx_buffer_error(context.get()) != 0) return unavailable("nftables: no memory");
    if (::nft_run_cmd_from_buffer(context.get(), rules.c_str()) == 0) return {};
    std::string why = ::nft_ctx_get_error_buffer(context.get());
    std::ranges::replace(why, '\n', ' ');
    return denied("nftables refuses the rules: " + why);
}
#else
Result<void> load(const std::string& rules) {
    if (rules == isolation_removal()) return {};  // nothing of ours was ever loaded
    return denied("isolation of the network is asked for, and this program was built without libnftables");
}
#endif

}  // namespace

Result<void> NftablesIsolation::apply(const Enforcement& wish) {
    const bool isolate = std::ranges::find(wish.respond, kIsolateNetwork) != wish.respond.end();
    return load(isolate ? isolation_rules(user_) : isolation_removal());
}

}  // namespace anchor::enforce
