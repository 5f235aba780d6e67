// SPDX-License-Identifier: Apache-2.0

// A revocation list of a million entries with serial numbers of 16 octets: how long it takes to load, how much memory it
// then holds beside the file ("MiB"), and how long one look-up takes, here, in OpenSSL and in Mbed TLS. Checking its signature is
// a measure of its own: it is one pass of SHA-256 and the same for everyone.

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <memory>

#include <benchmark/benchmark.h>
#include <mbedtls/x509_crl.h>
#include <openssl/asn1.h>
#include <openssl/x509.h>

#include <anchor/crypto/certificate_builder.h>
#include <anchor/crypto/crl.h>
#include <anchor/crypto/private_key.h>
#include <anchor/crypto/random.h>

namespace anchor::crypto {
namespace {

constexpr std::size_t kEntries = 1'000'000;
constexpr std::size_t kProbes = 1 << 12;

struct MadeList {
    std::string path;
    Bytes der;
    std::optional<Certificate> issuer;
    std::vector<Bytes> on;   // some that it has
    std::vector<Bytes> off;  // and some that it has not

    ~MadeList() { unlink(path.c_str()); }
};

// The first octet is never 0 and never has its highest bit: all entries are spelled alike.
Bytes made_serial() {
    Bytes serial = random_octets(16);
    serial[0] = static_cast<std::uint8_t>(serial[0] % 127 + 1);
    return serial;
}

void make(MadeList& made) {
    SoftwareKey key = SoftwareKey::generate(KeyAlg::EcP256).value();
    const WallTime since = from_rfc3339("2026-01-01T00:00:00Z").value();
    made.issuer = CertificateBuilder::root(key, "Issuing", {since, since + std::chrono::days(3650)}).value();
    CrlContent content{7, since, since + std::chrono::days(30), {}};
    for (std::size_t i = 0; i < kEntries; ++i) {
        content.revoked.push_back({made_serial(), since});
        if (i % (kEntries / kProbes) == 0) made.on.push_back(content.revoked.back().serial);
    }
    for (std::size_t i = 0; i < kProbes; ++i) made.off.push_back(made_serial());
    made.der = to_bytes(issue_crl(*made.issuer, key, content)->der());
    made.path = "/tmp/anchord-crl-bench-" + std::to_string(getpid());
    std::ofstream(made.path, std::ios::binary).write(reinterpret_cast<const char*>(made.der.data()), static_cast<long>(made.der.size()));
}

const MadeList& list() {
    static MadeList made;
    if (made.der.empty()) make(made);
    return made;
}

double held() {
    const auto info = mallinfo2();
    return static_cast<double>(info.uordblks + info.hblkhd) / (1 << 20);
}

/// Loads again and again; `load` gives an owner of what was loaded.
template <class Load>
void measure_load(benchmark::State& state, Load load) {
    const MadeList& made = list();
    const double before = held();
    double after = before;
    for (auto step : state) {
        auto loaded = load(made);
        if (!loaded) state.SkipWithError("not read");
        state.PauseTiming();
        after = held();
        loaded = {};
        state.ResumeTiming();
    }
    state.counters["MiB"] = after - before;
}

template <class Find>
void measure_find(benchmark::State& state, const std::vector<Bytes>& serials, bool expected, Find find) {
    std::size_t next = 0;
    for (auto step : state) {
        const bool found = find(serials[next++ % serials.size()]);
        if (found != expected) std::abort();
    }
}

// ---- Here -------------------------------------------------------------------------------------------------------

std::unique_ptr<Crl> load_own(const MadeList& made) {
    auto crl = Crl::from_file(made.path);
    return crl ? std::make_unique<Crl>(std::move(*crl)) : nullptr;
}
void own_load(benchmark::State& state) { measure_load(state, load_own); }
BENCHMARK(own_load)->Name("crl_load/bare")->Unit(benchmark::kMillisecond);

void own_find(benchmark::State& state, bool on) {
    static const auto crl = load_own(list());
    measure_find(state, on ? list().on : list().off, on, [](const Bytes& serial) { return crl->is_revoked(serial); });
}
BENCHMARK_CAPTURE(own_find, off, false)->Name("crl_find/bare");
BENCHMARK_CAPTURE(own_find, on, true)->Name("crl_find/bare_revoked");

void own_verify(benchmark::State& state) {
    for (auto step : state) {
        state.PauseTiming();
        const auto crl = load_own(list());  // each remembers who signed it
        state.ResumeTiming();
        if (!crl->verify_signature(list().issuer->public_key())) state.SkipWithError("signature");
    }
}
BENCHMARK(own_verify)->Name("crl_verify_signature")->Unit(benchmark::kMillisecond);

// ---- OpenSSL ----------------------------------------------------------------------------------------------------

using OpensslCrl = std::unique_ptr<X509_CRL, decltype([](X509_CRL* crl) { X509_CRL_free(crl); })>;
OpensslCrl load_openssl(const MadeList& made) {
    const unsigned char* at = made.der.data();
    return OpensslCrl(d2i_X509_CRL(nullptr, &at, static_cast<long>(made.der.size())));
}
void openssl_load(benchmark::State& state) { measure_load(state, load_openssl); }
BENCHMARK(openssl_load)->Name("crl_load/openssl")->Unit(benchmark::kMillisecond);

bool openssl_has(X509_CRL* crl, const Bytes& serial) {
    using Integer = std::unique_ptr<ASN1_INTEGER, decltype([](ASN1_INTEGER* number) { ASN1_INTEGER_free(number); })>;
    const Integer number(ASN1_INTEGER_new());
    ASN1_STRING_set(number.get(), serial.data(), static_cast<int>(serial.size()));
    X509_REVOKED* found = nullptr;
    return X509_CRL_get0_by_serial(crl, &found, number.get()) == 1;
}
void openssl_find(benchmark::State& state) {
    static const OpensslCrl crl = load_openssl(list());
    openssl_has(crl.get(), list().off.front());  // sorts, once
    measure_find(state, list().off, false, [](const Bytes& serial) { return openssl_has(crl.get(), serial); });
}
BENCHMARK(openssl_find)->Name("crl_find/openssl");

// ---- Mbed TLS ---------------------------------------------------------------------------------------------------

void free_mbedtls(mbedtls_x509_crl* crl) {
    mbedtls_x509_crl_free(crl);
    delete crl;
}
using MbedtlsCrl = std::unique_ptr<mbedtls_x509_crl, decltype(&free_mbedtls)>;
MbedtlsCrl load_mbedtls(const MadeList& made) {
    MbedtlsCrl crl(new mbedtls_x509_crl, free_mbedtls);
    mbedtls_x509_crl_init(crl.get());
    if (mbedtls_x509_crl_parse_der(crl.get(), made.der.data(), made.der.size()) != 0) crl.reset();
    return crl;
}
void mbedtls_load(benchmark::State& state) {
    measure_load(state, [](const MadeList& made) { return std::optional(load_mbedtls(made)); });
}
BENCHMARK(mbedtls_load)->Name("crl_load/mbedtls")->Unit(benchmark::kMillisecond);

// As its own (static) x509_crt_verifycrl() looks: from the first entry on.
bool mbedtls_has(const mbedtls_x509_crl& crl, const Bytes& serial) {
    for (const mbedtls_x509_crl_entry* entry = &crl.entry; entry != nullptr && entry->serial.len != 0; entry = entry->next) {
        if (entry->serial.len == serial.size() && std::equal(serial.begin(), serial.end(), entry->serial.p)) return true;
    }
    return false;
}
void mbedtls_find(benchmark::State& state) {
    static const MbedtlsCrl crl = load_mbedtls(list());
    measure_find(state, list().off, false, [](const Bytes& serial) { return mbedtls_has(*crl, serial); });
}
BENCHMARK(mbedtls_find)->Name("crl_find/mbedtls");

}  // namespace
}  // namespace anchor::crypto
