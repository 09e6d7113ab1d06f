// SPDX-License-Identifier: BSD-3-Clause
// One positive among other rows.
#include "kinds.hpp"
#include "loss_calls.cuh"
#include "losses.hpp"

std::vector<mixcon_bench::call_kind> mixcon_bench::info_nce_kinds() {
  using enum gpu::tier;
  return {kind_of_rows<pairs, double, pairs_loss>(),           kind_of_rows<pairs, float, pairs_loss>(),
          kind_of_rows<tiles, mixcon::bfloat16, pairs_loss>(), kind_of_rows<moments, mixcon::bfloat16, pairs_loss>(),
          kind_of_rows<tiles, mixcon::half, pairs_loss>(),     kind_of_rows<tiles, float, pairs_loss>()};
}
