// SPDX-License-Identifier: BSD-3-Clause
// Two views of each sample.
#include "kinds.hpp"
#include "loss_calls.cuh"
#include "losses.hpp"

std::vector<mixcon_bench::call_kind> mixcon_bench::nt_xent_kinds() {
  using enum gpu::tier;
  return {kind_of_rows<pairs, double, views_loss>(), kind_of_rows<pairs, float, views_loss>(),
          kind_of_rows<tiles, mixcon::bfloat16, views_loss>(), kind_of_rows<moments, mixcon::bfloat16, views_loss>(),
          kind_of_rows<tiles, float, views_loss>()};
}
