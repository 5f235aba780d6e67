// SPDX-License-Identifier: Apache-2.0
#include "pcr_text.h"

#include <charconv>
#include <vector>

#include <anchor/base/encoding.h>

namespace anchor::cli {
namespace {

std::vector<std::string_view> words_of(std::string_view line) {
    constexpr std::string_view kBetween = " \t\r:";
    std::vector<std::string_view> words;
    for (std::size_t end = 0; words.size() < 4;) {
        const auto begin = line.find_first_not_of(kBetween, end);
        if (begin == std::string_view::npos) break;
        end = std::min(line.find_first_of(kBetween, begin), line.size());
        words.push_back(line.substr(begin, end - begin));
    }
    return words;
}

class Reader {
public:
    Result<void> line(std::string_view line) {
        auto words = words_of(line);
        if (words.empty()) return {};
        if (words.size() == 4 && words[2] == "-halg") words = {words[3]};  // the command line of tsspcrread
        if (words.size() == 1 || words.size() == 3) name_bank(words.front());
        if (words.size() == 1 && (bank_ || words[0].starts_with("sm3") || words[0].starts_with("sha"))) return {};
        if (words.size() == 3) words.erase(words.begin());
        if (words.size() != 2) return rejected("expected a bank, or a register and its value");
        return value(words[0], words[1]);
    }
    PcrValues values;

private:
    void name_bank(std::string_view name) {
        bank_ = hash_alg_from(name);
        named_ = true;
    }

    Result<void> value(std::string_view register_name, std::string_view hex) {
        unsigned index = kPcrCount;
        const auto parsed = std::from_chars(register_name.data(), register_name.data() + register_name.size(), index);
        if (parsed.ec != std::errc() || parsed.ptr != register_name.data() + register_name.size() || index >= kPcrCount) {
            return rejected("no register: " + std::string(register_name.substr(0, 32)));
        }
        if (named_ && !bank_) return {};
        if (hex.starts_with("0x")) hex.remove_prefix(2);
        ANCHOR_ASSIGN_OR_RETURN(const Bytes octets, from_hex(hex));
        const auto bank = named_ ? bank_ : bank_of(octets.size());
        if (!bank) return rejected("no bank has registers of " + std::to_string(octets.size()) + " octets");
        ANCHOR_ASSIGN_OR_RETURN(const Digest digest, Digest::from(*bank, octets));
        values.set(index, digest);
        return {};
    }

    static std::optional<HashAlg> bank_of(std::size_t size) {
        for (const HashAlg bank : {HashAlg::Sha1, HashAlg::Sha256, HashAlg::Sha384, HashAlg::Sha512}) {
            if (digest_size(bank) == size) return bank;
        }
        return std::nullopt;
    }

    std::optional<HashAlg> bank_;
    bool named_ = false;
};

}  // namespace

Result<PcrValues> pcr_values_from(std::string_view text) {
    Reader reader;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto end = std::min(text.find('\n'), text.size());
        auto read = reader.line(text.substr(0, end));
        if (!read) return std::move(read).error().within("line " + std::to_string(number));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    if (reader.values.empty()) return rejected("no register has a value there");
    return std::move(reader.values);
}

}  // namespace anchor::cli
