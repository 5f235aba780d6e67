// SPDX-License-Identifier: Apache-2.0
#include "pkcs11_module.h"

#include <dlfcn.h>

#include <array>

namespace anchor::token {
namespace {

constexpr CK_ULONG kMostSlots = 64;
constexpr CK_ULONG kLargestAttribute = 8192;

// Labels are padded with blanks.
template <std::size_t size>
std::string padded(const CK_UTF8CHAR (&text)[size]) {
    std::string plain(reinterpret_cast<const char*>(text), size);
    plain.erase(plain.find_last_not_of(' ') + 1);
    return plain;
}

ErrorKind kind_of(CK_RV code) {
    switch (code) {
        case CKR_PIN_INCORRECT:
        case CKR_PIN_LOCKED:
        case CKR_PIN_LEN_RANGE:
        case CKR_PIN_EXPIRED:
        case CKR_USER_NOT_LOGGED_IN:
        case CKR_KEY_FUNCTION_NOT_PERMITTED: return ErrorKind::Denied;
        case CKR_MECHANISM_INVALID:
        case CKR_KEY_TYPE_INCONSISTENT:
        case CKR_KEY_SIZE_RANGE: return ErrorKind::Rejected;
        default: return ErrorKind::Unavailable;
    }
}

std::string_view words_of(CK_RV code) {
    switch (code) {
        case CKR_PIN_INCORRECT: return "the PIN is wrong";
        case CKR_PIN_LOCKED: return "the PIN is locked";
        case CKR_PIN_LEN_RANGE: return "the PIN has not the length of one";
        case CKR_PIN_EXPIRED: return "the PIN has expired";
        case CKR_TOKEN_NOT_PRESENT:
        case CKR_DEVICE_REMOVED: return "the token is not there";
        case CKR_MECHANISM_INVALID: return "the token does not sign like that";
        default: return "the token refuses";
    }
}

}  // namespace

Error pkcs11_failure(std::string_view doing, CK_RV code) {
    return {kind_of(code), std::string(doing) + ": " + std::string(words_of(code)), static_cast<std::int64_t>(code)};
}

Result<std::unique_ptr<Pkcs11Module>> Pkcs11Module::open(const std::string& path) {
    void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        const char* why = dlerror();
        return denied("PKCS#11 module: " + std::string(why != nullptr ? why : path));
    }
    std::unique_ptr<Pkcs11Module> module(new Pkcs11Module(library));
    const auto get_list = reinterpret_cast<CK_C_GetFunctionList>(dlsym(library, "C_GetFunctionList"));
    if (get_list == nullptr || get_list(&module->calls_) != CKR_OK || module->calls_ == nullptr) {
        return denied("PKCS#11 module: " + path + " is no PKCS#11 library");
    }
    const CK_RV code = module->calls_->C_Initialize(nullptr);
    if (code != CKR_OK && code != CKR_CRYPTOKI_ALREADY_INITIALIZED) return pkcs11_failure("PKCS#11 module: initialise", code);
    module->initialised_ = code == CKR_OK;
    return module;
}

Pkcs11Module::~Pkcs11Module() {
    if (session_ != CK_INVALID_HANDLE) calls_->C_CloseSession(session_);
    if (initialised_) calls_->C_Finalize(nullptr);
    // The library stays loaded: some start threads of their own, which would run on in memory that is gone.
}

Result<void> Pkcs11Module::open_session(const std::string& label, const std::string& serial) {
    std::array<CK_SLOT_ID, kMostSlots> slots{};
    CK_ULONG count = slots.size();
    if (const CK_RV code = calls_->C_GetSlotList(CK_TRUE, slots.data(), &count); code != CKR_OK)
        return pkcs11_failure("list of tokens", code);
    std::vector<CK_SLOT_ID> fitting;
    for (CK_ULONG i = 0; i < count; ++i) {
        CK_TOKEN_INFO info{};
        if (calls_->C_GetTokenInfo(slots.at(i), &info) != CKR_OK || (info.flags & CKF_TOKEN_INITIALIZED) == 0) continue;
        const bool fits = (label.empty() || padded(info.label) == label) && (serial.empty() || padded(info.serialNumber) == serial);
        if (fits) fitting.push_back(slots.at(i));
    }
    if (fitting.empty()) return denied("token \"" + label + "\" is not there");
    if (fitting.size() > 1) return denied("several tokens are there: \"token\" or \"serial\" has to name one");
    const CK_RV code = calls_->C_OpenSession(fitting.front(), CKF_SERIAL_SESSION, nullptr, nullptr, &session_);
    if (code != CKR_OK) return pkcs11_failure("session with the token", code);
    return {};
}

Result<void> Pkcs11Module::log_in(CK_USER_TYPE as, ByteView pin) {
    const CK_RV code = calls_->C_Login(session_, as, const_cast<CK_UTF8CHAR*>(pin.data()), pin.size());
    if (code != CKR_OK && code != CKR_USER_ALREADY_LOGGED_IN) return pkcs11_failure("log in to the token", code);
    return {};
}

Result<CK_OBJECT_HANDLE> Pkcs11Module::find(const std::string& what, std::vector<CK_ATTRIBUTE> attributes) {
    if (const CK_RV code = calls_->C_FindObjectsInit(session_, attributes.data(), attributes.size()); code != CKR_OK)
        return pkcs11_failure("look for the " + what, code);
    std::array<CK_OBJECT_HANDLE, 2> found{};
    CK_ULONG count = 0;
    const CK_RV code = calls_->C_FindObjects(session_, found.data(), found.size(), &count);
    calls_->C_FindObjectsFinal(session_);
    if (code != CKR_OK) return pkcs11_failure("look for the " + what, code);
    if (count == 0) return denied("the token has no such " + what);
    if (count > 1) return denied("the token has several such " + what + "s: object and id have to name one");
    return found.front();
}

Result<Bytes> Pkcs11Module::attribute(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) {
    CK_ATTRIBUTE asked{type, nullptr, 0};
    if (const CK_RV code = calls_->C_GetAttributeValue(session_, object, &asked, 1); code != CKR_OK)
        return pkcs11_failure("read the key", code);
    if (asked.ulValueLen > kLargestAttribute) return rejected("the token gives a key of impossible size");
    Bytes value(asked.ulValueLen);
    asked.pValue = value.data();
    if (const CK_RV code = calls_->C_GetAttributeValue(session_, object, &asked, 1); code != CKR_OK)
        return pkcs11_failure("read the key", code);
    value.resize(asked.ulValueLen);
    return value;
}

}  // namespace anchor::token
