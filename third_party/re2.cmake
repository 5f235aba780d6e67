# RE2: matches() of CEL. Linear in time by construction, so that no pattern of any author can hang a device.
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)
