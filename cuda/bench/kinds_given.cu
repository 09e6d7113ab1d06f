// SPDX-License-Identifier: BSD-3-Clause
// Logits that exist already.
#include "kinds.hpp"
#include "loss_calls.cuh"
#include "losses.hpp"

std::vector<mixcon_bench::call_kind> mixcon_bench::given_kinds() {
  using enum gpu::tier;
  return {kind_of_given<double, given_loss>(), kind_of_given<float, given_loss>(),
          kind_of_given<mixcon::bfloat16, given_loss>()};
}
