// SPDX-License-Identifier: Apache-2.0
#include "made_list.h"

#include <anchor/crypto/hash.h>
#include <anchor/measure/ima_reader.h>
#include <anchor/measure/ima_replay.h>

namespace anchor::measure {
namespace {

Digest content_of(std::size_t number) { return crypto::hash(HashAlg::Sha256, as_bytes("content " + std::to_string(number))); }

void put_u32(Bytes& to, std::size_t value) {
    for (unsigned i = 0; i < 4; ++i) to.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

void put_field(Bytes& to, ByteView octets) {
    put_u32(to, octets.size());
    append(to, octets);
}

}  // namespace

std::string made_path(std::size_t number) { return "/usr/lib/x86_64-linux-gnu/library-" + std::to_string(number) + ".so.1"; }

MadeList make_list(std::size_t entries) {
    MadeList made;
    for (std::size_t i = 0; i < entries; ++i) {
        Bytes digest = to_bytes(std::string_view("sha256:\0", 8));
        append(digest, content_of(i).view());
        Bytes data;
        put_field(data, digest);
        put_field(data, to_bytes(made_path(i) + '\0'));
        put_u32(made.octets, kImaPcr);
        append(made.octets, crypto::hash(HashAlg::Sha1, data).view());
        put_field(made.octets, as_bytes("ima-ng"));
        put_field(made.octets, data);
    }
    ImaReader reader({});
    ImaReplay replay({HashAlg::Sha256});
    reader.feed(made.octets);
    for (auto entry = reader.next(); entry.value() != nullptr; entry = reader.next()) replay.extend(**entry);
    for (const ImaLane& lane : replay.lanes()) {
        if (lane.style == ImaExtendStyle::PerBank) made.quoted.set(kImaPcr, lane.value);
    }
    return made;
}

Bytes make_table(std::size_t entries) {
    ImaTableBuilder builder;
    for (std::size_t i = 0; i < entries; ++i) builder.add(made_path(i), content_of(i));
    return builder.build().value();
}

}  // namespace anchor::measure
