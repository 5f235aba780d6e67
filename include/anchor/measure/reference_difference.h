// SPDX-License-Identifier: Apache-2.0
#pragma once

// What changed between two documents of reference values, in words: what whoever is asked to sign the newer one wants to read.

#include <anchor/measure/reference_values.h>

namespace anchor::measure {

/// One line a difference, in the order of the document; empty where both accept the same. Names of events, images and keys are
/// for people and not compared.
[[nodiscard]] std::vector<std::string> reference_differences(const ReferenceValues& before, const ReferenceValues& after);

}  // namespace anchor::measure
