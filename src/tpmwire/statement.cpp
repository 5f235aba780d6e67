// SPDX-License-Identifier: Apache-2.0
#include <tss2/tss2_tpm2_types.h>

#include <algorithm>

#include <anchor/tpmwire/attestation.h>
#include <anchor/tpmwire/policy_digest.h>

#include "fields.h"
#include "octet_writer.h"

namespace anchor::tpmwire {

namespace {

constexpr std::size_t kLargestStatement = 4096;
constexpr std::size_t kMostBanks = 16;            // TPML_PCR_SELECTION, Part 2 §10.9.7
constexpr std::size_t kLargestPcrSelect = 4;      // TPMS_PCR_SELECT, Part 2 §10.6.1, with room for 32 registers
constexpr std::size_t kLargestNvContents = 2048;  // TPM2B_MAX_NV_BUFFER, Part 2 §10.4.9

Result<Bytes> read_bytes(ByteReader& reader, std::size_t limit, std::string_view field) {
    ANCHOR_ASSIGN_OR_RETURN(const ByteView octets, read_sized(reader, limit, field));
    return to_bytes(octets);
}

Result<ClockInfo> read_clock(ByteReader& reader) {
    ClockInfo info;
    ANCHOR_ASSIGN_OR_RETURN(info.clock, reader.u64_be("clockInfo.clock"));
    ANCHOR_ASSIGN_OR_RETURN(info.reset_count, reader.u32_be("clockInfo.resetCount"));
    ANCHOR_ASSIGN_OR_RETURN(info.restart_count, reader.u32_be("clockInfo.restartCount"));
    ANCHOR_ASSIGN_OR_RETURN(const auto safe, reader.u8("clockInfo.safe"));
    if (safe > 1) return rejected("clockInfo.safe: neither YES nor NO");  // TPMI_YES_NO, Part 2 §9.2
    info.safe = safe == 1;
    return info;
}

Result<std::uint32_t> read_mask(ByteReader& reader) {
    ANCHOR_ASSIGN_OR_RETURN(const auto size, reader.u8("pcrSelect.size"));
    if (size > kLargestPcrSelect) return rejected("pcrSelect.size: " + std::to_string(size) + " octets are too many");
    ANCHOR_ASSIGN_OR_RETURN(const ByteView bits, reader.take(size, "pcrSelect"));
    std::uint32_t mask = 0;
    for (std::size_t i = 0; i < bits.size(); ++i) mask |= std::uint32_t{bits[i]} << (8 * i);
    if (mask >> kPcrCount != 0) return rejected("pcrSelect: a register above 23");
    return mask;
}

Result<std::vector<PcrSelection>> read_selections(ByteReader& reader) {
    ANCHOR_ASSIGN_OR_RETURN(const auto count, reader.u32_be("pcrSelect.count"));
    if (count > kMostBanks) return rejected("pcrSelect.count: " + std::to_string(count) + " banks are too many");
    std::vector<PcrSelection> selections;
    for (std::uint32_t i = 0; i < count; ++i) {
        ANCHOR_ASSIGN_OR_RETURN(const auto id, reader.u16_be("pcrSelect.hash"));
        ANCHOR_ASSIGN_OR_RETURN(const auto mask, read_mask(reader));
        if (mask == 0) continue;
        const auto bank = hash_alg_from_tpm(id);
        if (!bank) return rejected("pcrSelect.hash: bank " + std::to_string(id) + " is not known");
        if (std::ranges::find(selections, *bank, &PcrSelection::bank) != selections.end()) {
            return rejected("pcrSelect: the bank " + std::string(to_string(*bank)) + " comes twice");
        }
        selections.push_back({*bank, mask});
    }
    return selections;
}

Result<QuoteStatement> read_quote(ByteReader& reader) {
    QuoteStatement quote;
    ANCHOR_ASSIGN_OR_RETURN(quote.selections, read_selections(reader));
    ANCHOR_ASSIGN_OR_RETURN(quote.pcr_digest, read_bytes(reader, kMaxDigestSize, "pcrDigest"));
    return quote;
}

Result<CertifyStatement> read_certify(ByteReader& reader) {
    CertifyStatement certify;
    ANCHOR_ASSIGN_OR_RETURN(certify.name, read_bytes(reader, kLargestName, "name"));
    ANCHOR_ASSIGN_OR_RETURN(certify.qualified_name, read_bytes(reader, kLargestName, "qualifiedName"));
    return certify;
}

Result<TimeStatement> read_time(ByteReader& reader) {
    TimeStatement time;
    ANCHOR_ASSIGN_OR_RETURN(time.time, reader.u64_be("time.time"));
    ANCHOR_ASSIGN_OR_RETURN(time.clock, read_clock(reader));
    ANCHOR_ASSIGN_OR_RETURN(time.firmware_version, reader.u64_be("time.firmwareVersion"));
    return time;
}

Result<NvStatement> read_nv(ByteReader& reader) {
    NvStatement nv;
    ANCHOR_ASSIGN_OR_RETURN(nv.index_name, read_bytes(reader, kLargestName, "indexName"));
    ANCHOR_ASSIGN_OR_RETURN(nv.offset, reader.u16_be("offset"));
    ANCHOR_ASSIGN_OR_RETURN(nv.contents, read_bytes(reader, kLargestNvContents, "nvContents"));
    return nv;
}

template <class T>
Result<void> keep(Result<T> read, Statement& statement) {
    if (!read) return std::move(read).error();
    statement.attested = std::move(read).value();
    return {};
}

// TPMU_ATTEST, Part 2 §10.12.11.
Result<void> read_attested(ByteReader& reader, std::uint16_t type, Statement& statement) {
    switch (type) {
        case TPM2_ST_ATTEST_QUOTE: return keep(read_quote(reader), statement);
        case TPM2_ST_ATTEST_CERTIFY: return keep(read_certify(reader), statement);
        case TPM2_ST_ATTEST_TIME: return keep(read_time(reader), statement);
        case TPM2_ST_ATTEST_NV: return keep(read_nv(reader), statement);
        default: return rejected("type: " + std::to_string(type) + " is not a statement that is judged here");
    }
}

Result<Statement> read_statement(ByteReader& reader) {
    Statement statement;
    ANCHOR_ASSIGN_OR_RETURN(const auto magic, reader.u32_be("magic"));
    if (magic != TPM2_GENERATED_VALUE) return rejected("magic: not TPM_GENERATED, so no TPM says that this is its own statement");
    ANCHOR_ASSIGN_OR_RETURN(const auto type, reader.u16_be("type"));
    ANCHOR_ASSIGN_OR_RETURN(statement.qualified_signer, read_bytes(reader, kLargestName, "qualifiedSigner"));
    ANCHOR_ASSIGN_OR_RETURN(statement.extra_data, read_bytes(reader, kLargestData, "extraData"));
    ANCHOR_ASSIGN_OR_RETURN(statement.clock, read_clock(reader));
    ANCHOR_ASSIGN_OR_RETURN(statement.firmware_version, reader.u64_be("firmwareVersion"));
    ANCHOR_RETURN_IF_ERROR(read_attested(reader, type, statement));
    ANCHOR_RETURN_IF_ERROR(reader.expect_end("TPMS_ATTEST"));
    return statement;
}

void write_clock(OctetWriter& out, const ClockInfo& info) {
    out.u64(info.clock).u32(info.reset_count).u32(info.restart_count).u8(info.safe ? 1 : 0);
}

struct AttestedWriter {
    OctetWriter& out;

    void operator()(const QuoteStatement& quote) const { out.plain(marshal(quote.selections)).sized(quote.pcr_digest); }
    void operator()(const CertifyStatement& certify) const { out.sized(certify.name).sized(certify.qualified_name); }
    void operator()(const TimeStatement& time) const {
        out.u64(time.time);
        write_clock(out, time.clock);
        out.u64(time.firmware_version);
    }
    void operator()(const NvStatement& nv) const { out.sized(nv.index_name).u16(nv.offset).sized(nv.contents); }
};

std::uint16_t type_of(const Statement& statement) {
    if (std::holds_alternative<QuoteStatement>(statement.attested)) return TPM2_ST_ATTEST_QUOTE;
    if (std::holds_alternative<CertifyStatement>(statement.attested)) return TPM2_ST_ATTEST_CERTIFY;
    return std::holds_alternative<TimeStatement>(statement.attested) ? TPM2_ST_ATTEST_TIME : TPM2_ST_ATTEST_NV;
}

}  // namespace

Result<Statement> parse_statement(ByteView tpms_attest) {
    if (tpms_attest.size() > kLargestStatement)
        return rejected("statement: " + std::to_string(tpms_attest.size()) + " octets are too many");
    ByteReader reader(tpms_attest);
    auto statement = read_statement(reader);
    if (!statement) return std::move(statement).error().within("statement");
    return statement;
}

Bytes marshal(const Statement& statement) {
    OctetWriter out;
    out.u32(TPM2_GENERATED_VALUE).u16(type_of(statement)).sized(statement.qualified_signer).sized(statement.extra_data);
    write_clock(out, statement.clock);
    out.u64(statement.firmware_version);
    std::visit(AttestedWriter{out}, statement.attested);
    return std::move(out).take();
}

}  // namespace anchor::tpmwire
