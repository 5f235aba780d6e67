// SPDX-License-Identifier: Apache-2.0
// usage: bare_tpm TCTI     opens a TPM through ESYS, says "ready", and does nothing until its input ends
#include <tss2/tss2_esys.h>
#include <tss2/tss2_tctildr.h>

#include <cstdio>

int main(int argc, char** argv) {
    TSS2_TCTI_CONTEXT* tcti = nullptr;
    ESYS_CONTEXT* esys = nullptr;
    if (argc != 2 || Tss2_TctiLdr_Initialize(argv[1], &tcti) != TSS2_RC_SUCCESS) return 1;
    if (Esys_Initialize(&esys, tcti, nullptr) != TSS2_RC_SUCCESS) return 1;
    std::puts("ready");
    std::fflush(stdout);
    while (std::getchar() != EOF) {
    }
    Esys_Finalize(&esys);
    Tss2_TctiLdr_Finalize(&tcti);
}
