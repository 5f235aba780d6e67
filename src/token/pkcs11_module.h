// SPDX-License-Identifier: Apache-2.0
#pragma once

// A PKCS#11 library, opened, with one session (PKCS #11 3.0 §5.6). The one place of this house that loads foreign code at run time:
// whoever names the library decides what runs.

#include <p11-kit/pkcs11.h>

#include <memory>
#include <string>
#include <vector>

#include <anchor/base/bytes.h>
#include <anchor/base/result.h>

namespace anchor::token {

/// Denied: PIN wrong or locked, no such token. Unavailable: the token was pulled out, the library has failed.
[[nodiscard]] Error pkcs11_failure(std::string_view doing, CK_RV code);

class Pkcs11Module {
public:
    /// Denied: not there, or no PKCS#11 library.
    [[nodiscard]] static Result<std::unique_ptr<Pkcs11Module>> open(const std::string& path);
    Pkcs11Module(const Pkcs11Module&) = delete;
    Pkcs11Module& operator=(const Pkcs11Module&) = delete;
    ~Pkcs11Module();

    /// A read-only session with that token. Denied where there is none, or there are several.
    [[nodiscard]] Result<void> open_session(const std::string& label, const std::string& serial);
    [[nodiscard]] Result<void> log_in(CK_USER_TYPE as, ByteView pin);
    /// The only object with these attributes. Denied where there is none, or there are several.
    [[nodiscard]] Result<CK_OBJECT_HANDLE> find(const std::string& what, std::vector<CK_ATTRIBUTE> attributes);
    [[nodiscard]] Result<Bytes> attribute(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type);

    [[nodiscard]] CK_FUNCTION_LIST& calls() const noexcept { return *calls_; }
    [[nodiscard]] CK_SESSION_HANDLE session() const noexcept { return session_; }

private:
    explicit Pkcs11Module(void* library) : library_(library) {}

    void* library_;
    CK_FUNCTION_LIST* calls_ = nullptr;
    bool initialised_ = false;
    CK_SESSION_HANDLE session_ = CK_INVALID_HANDLE;
};

}  // namespace anchor::token
