# SPDX-License-Identifier: Apache-2.0
# tpm2-tss: the TCG's software stack. esys and the sys below it (only in module tpm), mu (marshalling, only in tpmwire and tpm),
# rc (error texts), tctildr (finds the way to the TPM).
find_package(PkgConfig REQUIRED)
pkg_check_modules(TSS2_ESYS REQUIRED IMPORTED_TARGET "tss2-esys >= 3.2")
pkg_check_modules(TSS2_SYS REQUIRED IMPORTED_TARGET "tss2-sys >= 3.2")
pkg_check_modules(TSS2_MU REQUIRED IMPORTED_TARGET "tss2-mu >= 3.2")
pkg_check_modules(TSS2_RC REQUIRED IMPORTED_TARGET "tss2-rc >= 3.2")
pkg_check_modules(TSS2_TCTILDR REQUIRED IMPORTED_TARGET "tss2-tctildr >= 3.2")
