// SPDX-License-Identifier: BSD-3-Clause
// Images and texts, in both directions.
#include "kinds.hpp"
#include "loss_calls.cuh"
#include "losses.hpp"

std::vector<mixcon_bench::call_kind> mixcon_bench::clip_kinds() {
  using enum gpu::tier;
  return {kind_of_rows<pairs, double, clip_loss>(), kind_of_rows<tiles, mixcon::bfloat16, clip_loss>(),
          kind_of_rows<moments, mixcon::bfloat16, clip_loss>()};
}
