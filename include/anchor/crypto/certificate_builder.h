// SPDX-License-Identifier: Apache-2.0
#pragma once

// CertificateBuilder: issues the kinds of certificate that a fleet needs, each with just the usages of its kind, so
// that one can't be taken for another. Who may have one is decided elsewhere; here every certificate is true to form.

#include <string>
#include <string_view>
#include <vector>

#include <anchor/base/time.h>
#include <anchor/core/device_key.h>
#include <anchor/crypto/certificate.h>

namespace anchor::crypto {

struct Validity {
    WallTime not_before;
    WallTime not_after;
};

/// Every certificate gets a random positive serial number of 16 octets, a subject key identifier (SHA-1 of the key's
/// bits, RFC 5280 §4.2.1.2: a label, not a proof) and its issuer's as authority key identifier, and is signed with
/// SHA-256 or, by P-384 keys, SHA-384. All functions are Rejected for a validity that ends before it begins or after
/// the issuer's, and a common name that has not 1 to 64 octets of UTF-8; the DeviceKey's errors come through.
class CertificateBuilder {
public:
    /// A self-signed root: CA, keyCertSign and cRLSign, no limit below.
    [[nodiscard]] static Result<Certificate> root(DeviceKey& key, std::string_view common_name, Validity validity);

    /// Issues in the name of this authority; the key must outlive the builder. Rejected: the key is not the
    /// certificate's, or the certificate is no CA's.
    [[nodiscard]] static Result<CertificateBuilder> open(Certificate authority, DeviceKey& key);
    /// Every certificate from now on says where its issuer's CRL can be had (an ASCII URI).
    void set_crl_uri(std::string uri) { crl_uri_ = std::move(uri); }

    /// An authority below this one, that may have `path_length` more below itself: 0 issues end entities only.
    [[nodiscard]] Result<Certificate> authority(const PublicKey& key, std::string_view common_name, Validity validity,
                                                std::uint32_t path_length);
    /// A device: clientAuth, CN = device id, URI `urn:anchord:<tenant>:<device-id>`. Rejected where tenant or id has a
    /// character other than letters, digits, '.', '_' and '-': either could then say more than one name.
    [[nodiscard]] Result<Certificate> device(const PublicKey& key, std::string_view tenant, std::string_view device_id, Validity validity);
    /// A server: serverAuth, for these host names and addresses (text of IPv4 or IPv6), at least one.
    [[nodiscard]] Result<Certificate> server(const PublicKey& key, std::string_view common_name, const std::vector<std::string>& dns,
                                             const std::vector<std::string>& addresses, Validity validity);
    /// A claim certificate of a batch: clientAuth, URI `urn:anchord:<tenant>:claim:<batch>`, which is no device's name.
    [[nodiscard]] Result<Certificate> claim(const PublicKey& key, std::string_view tenant, std::string_view batch, Validity validity);

private:
    CertificateBuilder(Certificate authority, DeviceKey& key) : authority_(std::move(authority)), key_(&key) {}
    [[nodiscard]] Result<Certificate> issue(const PublicKey& key, std::string_view common_name, Validity validity,
                                            const std::vector<Bytes>& extensions);

    Certificate authority_;
    DeviceKey* key_;
    std::string crl_uri_;
};

}  // namespace anchor::crypto
