// SPDX-License-Identifier: BSD-3-Clause
// Each pair of an image and a text on its own.
#include "kinds.hpp"
#include "loss_calls.cuh"
#include "losses.hpp"

std::vector<mixcon_bench::call_kind> mixcon_bench::siglip_kinds() {
  using enum gpu::tier;
  return {kind_of_rows<pairs, double, siglip_loss>(), kind_of_rows<tiles, mixcon::bfloat16, siglip_loss>()};
}
