// SPDX-License-Identifier: Apache-2.0
#include <anchor/crypto/certificate.h>
#include <anchor/measure/boot_variable.h>

namespace anchor::measure {

std::string certificate_subject(ByteView der) {
    const auto certificate = crypto::Certificate::from_der(der);
    return certificate ? certificate->subject() : std::string();
}

}  // namespace anchor::measure
