# SPDX-License-Identifier: Apache-2.0
# How every file of ours is compiled. Each warning is here for a reason; all of them are errors.

add_library(anchor_compiler INTERFACE)
target_compile_features(anchor_compiler INTERFACE cxx_std_20)
target_include_directories(anchor_compiler INTERFACE ${PROJECT_SOURCE_DIR}/include)
target_compile_options(anchor_compiler INTERFACE
  -Wall -Wextra -Wpedantic
  -Werror
  -Wshadow               # a name that hides another is read as the wrong one
  -Wconversion           # lengths and indices come from foreigners: no silent narrowing
  -Wsign-conversion
  -Wnon-virtual-dtor     # ports are deleted through their base
  -Woverloaded-virtual
  -Wold-style-cast       # a C cast hides which of four casts it is
  -Wcast-align
  -Wnull-dereference
  -Wdouble-promotion
  -Wformat=2
  -Wimplicit-fallthrough
  -Wextra-semi
  -Wundef
  -Wno-missing-field-initializers  # members have defaults; designated initialisers name only what differs
  -fno-strict-aliasing   # wire formats are read through octets; speed is not worth the risk
  -fstack-protector-strong)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(anchor_compiler INTERFACE
    -Wduplicated-cond -Wduplicated-branches -Wlogical-op
    -Wno-error=null-dereference     # GCC 12 sees ghosts inside std::variant at -O2
    -Wno-error=maybe-uninitialized)
endif()

# Release builds are hardened; see docs/architecture.md. Jumps are guarded by what the processor offers.
include(CheckCXXCompilerFlag)
include(CheckPIESupported)
check_pie_supported(LANGUAGES CXX)
check_cxx_compiler_flag(-fcf-protection=full ANCHOR_HAS_CF_PROTECTION)            # x86
check_cxx_compiler_flag(-mbranch-protection=standard ANCHOR_HAS_BRANCH_PROTECTION)  # Arm
target_compile_options(anchor_compiler INTERFACE
  $<$<CONFIG:Release>:-fstack-clash-protection>
  $<$<AND:$<CONFIG:Release>,$<BOOL:${ANCHOR_HAS_CF_PROTECTION}>>:-fcf-protection=full>
  $<$<AND:$<CONFIG:Release>,$<BOOL:${ANCHOR_HAS_BRANCH_PROTECTION}>>:-mbranch-protection=standard>
  $<$<CONFIG:Release>:-ftrivial-auto-var-init=zero>
  $<$<CONFIG:Release>:-ffunction-sections>
  $<$<CONFIG:Release>:-fdata-sections>)
target_compile_definitions(anchor_compiler INTERFACE
  $<$<CONFIG:Release>:_FORTIFY_SOURCE=2>
  $<$<CONFIG:Release>:_GLIBCXX_ASSERTIONS>)
target_link_options(anchor_compiler INTERFACE
  $<$<CONFIG:Release>:LINKER:-z,relro,-z,now,-z,noexecstack,--gc-sections,--as-needed>)
include(CheckLinkerFlag)
check_linker_flag(CXX LINKER:-z,pack-relative-relocs ANCHOR_HAS_PACKED_RELOCATIONS)  # the loader's work in a thirtieth of the room
target_link_options(anchor_compiler INTERFACE $<$<AND:$<CONFIG:Release>,$<BOOL:${ANCHOR_HAS_PACKED_RELOCATIONS}>>:LINKER:-z,pack-relative-relocs>)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_INTERPROCEDURAL_OPTIMIZATION)
  target_link_options(anchor_compiler INTERFACE $<$<CONFIG:Release>:-flto-partition=one>)  # the program in one piece: a fiftieth smaller
endif()

if(ANCHOR_SANITIZE)
  target_compile_options(anchor_compiler INTERFACE -fsanitize=${ANCHOR_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(anchor_compiler INTERFACE -fsanitize=${ANCHOR_SANITIZE})
  if(ANCHOR_SANITIZE MATCHES "undefined" AND NOT ANCHOR_FUZZ)
    # A third of the compiler's time, for the checks that can find least: AddressSanitizer stops at the use of a null pointer as well,
    # wire formats are read octet by octet, and the tests' own code is not what is tested. The preset for fuzzing keeps them all.
    target_compile_options(anchor_compiler INTERFACE
      -fno-sanitize=null,vptr,object-size,alignment
      $<$<BOOL:$<TARGET_PROPERTY:ANCHOR_IS_TEST>>:-fno-sanitize=undefined>)
  endif()
endif()
if(ANCHOR_COVERAGE)
  target_compile_options(anchor_compiler INTERFACE --coverage)
  target_link_options(anchor_compiler INTERFACE --coverage)
endif()
if(ANCHOR_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "ANCHOR_FUZZ needs clang (libFuzzer): use the preset 'fuzz'")
  endif()
  target_compile_options(anchor_compiler INTERFACE -fsanitize=fuzzer-no-link)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()
