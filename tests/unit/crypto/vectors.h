// SPDX-License-Identifier: Apache-2.0
#pragma once

// The files of tests/vectors/crypto, made by make.sh there.

#include <string>
#include <vector>

#include <anchor/base/file.h>
#include <anchor/crypto/certificate.h>
#include <anchor/crypto/crl.h>
#include <anchor/crypto/private_key.h>

namespace anchor::crypto {

inline std::string vector_path(const std::string& name) { return ANCHOR_SOURCE_DIR "/tests/vectors/crypto/" + name; }
inline Bytes vector_octets(const std::string& name) { return read_file(vector_path(name), 1U << 20U).value(); }
inline std::string vector_text(const std::string& name) { return read_text_file(vector_path(name), 1U << 20U).value(); }

inline SoftwareKey vector_key(const std::string& name) { return SoftwareKey::parse(vector_octets(name + "_key.pem")).value(); }
inline PublicKey vector_public(const std::string& name) { return PublicKey::from_pem(vector_text(name + "_public.pem")).value(); }

inline Certificate vector_certificate(const std::string& name) { return Certificate::from_pem(vector_text(name + ".pem")).value(); }
inline Crl vector_crl(const std::string& name) { return Crl::from_pem(vector_text(name + ".pem")).value(); }
inline WallTime time_of(std::string_view text) { return from_rfc3339(text).value(); }

}  // namespace anchor::crypto
