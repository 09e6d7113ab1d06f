// SPDX-License-Identifier: BSD-3-Clause
// All rows of a class.
#include "kinds.hpp"
#include "loss_calls.cuh"
#include "losses.hpp"

std::vector<mixcon_bench::call_kind> mixcon_bench::supcon_kinds() {
  using enum gpu::tier;
  return {kind_of_rows<pairs, double, labels_loss>(), kind_of_rows<pairs, float, labels_loss>(),
          kind_of_rows<tiles, mixcon::bfloat16, labels_loss>(), kind_of_rows<moments, mixcon::bfloat16, labels_loss>()};
}
