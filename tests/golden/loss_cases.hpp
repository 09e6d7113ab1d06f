// SPDX-License-Identifier: BSD-3-Clause
// The losses half of golden_check.
#pragma once

#include "golden/golden.hpp"

#include <optional>

namespace mixcon_golden {

/// Which engine computes the losses: `gpu` is gpu::staged, whose kernels run emulated on the CPU.
enum class engine { serial, tiled, gpu };

/// Runs one case of a losses file through the public API, with rows in the type of the tag: value and gradients must be
/// those of the case. In double within 1e-10 of the value and 1e-9 of the largest entry of a gradient; in float within
/// 4 eps (log2 M + D) max(1, largest visible |logit|) of either, M candidates of width D. Nothing for a kind it does
/// not know.
std::optional<verdict> check_loss_case(const json& test_case, engine by, double tag);
std::optional<verdict> check_loss_case(const json& test_case, engine by, float tag);

/// The same on the emulated GPU; `host_only` where the case passed and no sweep over pairs was asked for.
struct emulated_verdict : verdict {
  bool host_only = false;
};
std::optional<emulated_verdict> check_emulated_loss_case(const json& test_case, double tag);
std::optional<emulated_verdict> check_emulated_loss_case(const json& test_case, float tag);

}  // namespace mixcon_golden
