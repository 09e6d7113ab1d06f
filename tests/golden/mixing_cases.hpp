// SPDX-License-Identifier: BSD-3-Clause
// The mixing half of golden_check.
#pragma once

#include "golden/golden.hpp"

#include <optional>

namespace mixcon_golden {

/// Runs one case of a mixing file through the public API: its draws must give its plan, its plan must give its outputs.
/// Samples are mixed in the type of the tag; plans are drawn and compared in double. Nothing for a kind it does not
/// know.
std::optional<verdict> check_mixing_case(const json& test_case, double tag);
std::optional<verdict> check_mixing_case(const json& test_case, float tag);

}  // namespace mixcon_golden
