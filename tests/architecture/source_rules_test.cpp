// SPDX-License-Identifier: Apache-2.0

// Each rule is shown to find what it is there for: a rule that cannot fail protects nothing.

#include "source_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace anchor::architecture {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kSpdx = "// SPDX-License-Identifier: Apache-2.0\n";

const LayersTable& table() {
    static const LayersTable kTable = parse_layers_table(
                                          "base:\ncore: base\ncrypto: base core\ntrust: base core\ndaemon: *\n"
                                          "mbedtls/ -> crypto\nsys/ fstream -> base daemon\nanchor/base/file.h -> base daemon\n")
                                          .value();
    return kTable;
}

Violations includes_of(const std::string& path, const std::string& line) { return check_includes(table(), {{path, line + "\n"}}); }

TEST(SourceRules, AModuleIncludesThoseBelowAndItself) {
    EXPECT_THAT(includes_of("src/trust/step.cpp", "#include <anchor/core/claim.h>"), IsEmpty());
    EXPECT_THAT(includes_of("src/trust/step.cpp", "#include <anchor/trust/step.h>"), IsEmpty());
    EXPECT_THAT(includes_of("include/anchor/trust/step.h", "#include <anchor/base/result.h>"), IsEmpty());
    EXPECT_THAT(includes_of("src/daemon/wiring.cpp", "#include <anchor/crypto/hash.h>"), IsEmpty());
}

TEST(SourceRules, AModuleIncludesNobodyElse) {
    EXPECT_THAT(includes_of("src/trust/step.cpp", "\n  #  include <anchor/crypto/hash.h>  // why"),
                ElementsAre("src/trust/step.cpp:2: trust may not include <anchor/crypto/hash.h>"));
    EXPECT_THAT(includes_of("include/anchor/base/bytes.h", "#include <anchor/core/claim.h>"),
                ElementsAre("include/anchor/base/bytes.h:1: base may not include <anchor/core/claim.h>"));
    EXPECT_THAT(includes_of("src/trust/step.cpp", "#include <anchor/nobody/thing.h>"),
                ElementsAre("src/trust/step.cpp:1: trust may not include <anchor/nobody/thing.h>"));
    EXPECT_THAT(includes_of("src/trust/step.cpp", "#include <anchor/all.h>"),
                ElementsAre("src/trust/step.cpp:1: trust may not include <anchor/all.h>"));
}

TEST(SourceRules, APrivateHeaderBelongsToItsModule) {
    SourceTree tree{{"src/crypto/pk.h", ""}, {"src/crypto/jws.cpp", "#include \"pk.h\"\n"}};
    EXPECT_THAT(check_includes(table(), tree), IsEmpty());

    tree["src/trust/gate.cpp"] = "#include \"pk.h\"\n#include \"../crypto/pk.h\"\n#include \"crypto/pk.h\"\n";
    tree["include/anchor/crypto/jws.h"] = "#include \"pk.h\"\n";
    EXPECT_THAT(check_includes(table(), tree),
                ElementsAre("include/anchor/crypto/jws.h:1: a public header includes the private header \"pk.h\"",
                            "src/trust/gate.cpp:1: \"pk.h\" is no private header of trust",
                            "src/trust/gate.cpp:2: \"../crypto/pk.h\" is no private header of trust",
                            "src/trust/gate.cpp:3: \"crypto/pk.h\" is no private header of trust"));
}

TEST(SourceRules, APrivateHeaderMayBeFilledInByCMake) {
    const SourceTree tree{{"src/crypto/version.h.in", ""}, {"src/crypto/jws.cpp", "#include \"version.h\"\n#include \"gone.h\"\n"}};

    EXPECT_THAT(check_includes(table(), tree), ElementsAre("src/crypto/jws.cpp:2: \"gone.h\" is no private header of crypto"));
}

TEST(SourceRules, AForeignHeaderStaysWithItsOwner) {
    EXPECT_THAT(includes_of("src/crypto/hash.cpp", "#include <mbedtls/sha256.h>"), IsEmpty());
    EXPECT_THAT(includes_of("src/trust/gate.cpp", "#include <mbedtls/sha256.h>"),
                ElementsAre("src/trust/gate.cpp:1: trust includes <mbedtls/sha256.h>, which is not its own"));
    EXPECT_THAT(includes_of("src/daemon/main.cpp", "#include<mbedtls/sha256.h>"),
                ElementsAre("src/daemon/main.cpp:1: daemon includes <mbedtls/sha256.h>, which is not its own"));
}

TEST(SourceRules, ANewDependencyIsNoticed) {
    EXPECT_THAT(includes_of("src/trust/gate.cpp", "#include <vector>"), IsEmpty());
    EXPECT_THAT(includes_of("src/trust/gate.cpp", "#include <curl/curl.h>"),
                ElementsAre("src/trust/gate.cpp:1: <curl/curl.h> has no owner in src/layers.table"));
    EXPECT_THAT(includes_of("src/trust/gate.cpp", "#include <zlib.h>"),
                ElementsAre("src/trust/gate.cpp:1: <zlib.h> has no owner in src/layers.table"));
}

TEST(SourceRules, JudgementDoesNotTouchTheWorld) {
    EXPECT_THAT(includes_of("src/trust/step.cpp", "#include <sys/stat.h>"),
                ElementsAre("src/trust/step.cpp:1: trust includes <sys/stat.h>, which is not its own"));
    EXPECT_THAT(includes_of("src/trust/step.cpp", "#include <fstream>"),
                ElementsAre("src/trust/step.cpp:1: trust includes <fstream>, which is not its own"));
    EXPECT_THAT(includes_of("src/trust/step.cpp", "#include <anchor/base/file.h>"),
                ElementsAre("src/trust/step.cpp:1: trust includes <anchor/base/file.h>, which is not its own"));
}

TEST(SourceRules, AnIncludeThatHidesItsNameIsRefused) {
    EXPECT_THAT(includes_of("src/trust/step.cpp", "#include HEADER"), ElementsAre("src/trust/step.cpp:1: this #include names no file"));
    EXPECT_THAT(includes_of("src/trust/step.cpp", "#include_next <mbedtls/md.h>"),
                ElementsAre("src/trust/step.cpp:1: trust includes <mbedtls/md.h>, which is not its own"));
}

TEST(SourceRules, EveryFileBelongsToAModule) {
    const SourceTree tree{{"src/CMakeLists.txt", ""},       {"src/base/bytes.cpp", ""}, {"src/main.cpp", ""},
                          {"include/anchor/extra/x.h", ""}, {"include/other.h", ""},    {"tests/unit/extra/x_test.cpp", ""}};

    EXPECT_THAT(check_modules(table(), tree), ElementsAre("include/anchor/extra/x.h: extra has no line in src/layers.table",
                                                          "include/other.h: belongs to no module", "src/main.cpp: belongs to no module"));
}

TEST(SourceRules, NamesSayWhatAThingIs) {
    const SourceTree tree{{"src/base/byte_reader.cpp", ""}, {"src/base/file_util.h", ""}, {"src/base/impl/x.cpp", ""},
                          {"src/base/ByteReader.h", ""},    {"src/base/reader.hpp", ""},  {"src/base/utility.h", ""}};

    EXPECT_THAT(check_names(tree), ElementsAre("src/base/ByteReader.h: \"ByteReader.h\" is not snake_case",
                                               "src/base/file_util.h: \"util\" says that a concept is missing",
                                               "src/base/impl/x.cpp: \"impl\" says that a concept is missing",
                                               "src/base/reader.hpp: ours end in .h and .cpp"));
}

TEST(SourceRules, EveryFileBeginsWithItsLicence) {
    const std::string spdx = kSpdx;
    const SourceTree good{{"src/a.cpp", spdx}, {"tests/run.sh", "#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0\n"}};
    const SourceTree bad{{"src/a.cpp", "\n" + spdx}, {"src/b.cpp", ""}, {"tests/run.sh", "#!/bin/sh\n"}};

    EXPECT_THAT(check_form(good), IsEmpty());
    EXPECT_THAT(check_form(bad), ElementsAre("src/a.cpp:1: is not \"// SPDX-License-Identifier: Apache-2.0\"",
                                             "src/b.cpp:1: is not \"// SPDX-License-Identifier: Apache-2.0\"",
                                             "tests/run.sh:2: is not \"# SPDX-License-Identifier: Apache-2.0\""));
}

TEST(SourceRules, AHeaderIsReadOnce) {
    const std::string spdx = kSpdx;
    EXPECT_THAT(check_form({{"src/base/a.h", spdx + "#pragma once\n"}}), IsEmpty());
    EXPECT_THAT(check_form({{"src/base/a.h", spdx + "// #pragma once\n"}}), ElementsAre("src/base/a.h: has no #pragma once"));
}

TEST(SourceRules, NoFileGrowsBeyondFourHundredLines) {
    std::string text = kSpdx;
    for (int line = 2; line <= 400; ++line) text += "\n";

    EXPECT_THAT(check_form({{"src/base/a.cpp", text}}), IsEmpty());
    EXPECT_THAT(check_form({{"src/base/a.cpp", text + "\n"}}), ElementsAre("src/base/a.cpp: has 401 lines: split it"));
}

}  // namespace
}  // namespace anchor::architecture
