// SPDX-License-Identifier: BSD-3-Clause
#include "call.hpp"

#include <mixcon/core/thread_pool.hpp>
#include <mixcon/mix/blend.hpp>
#include <mixcon/mix/kinds/interpolated.hpp>
#include <mixcon/mix/kinds/pasted_boxes.hpp>

namespace {

/// Images (N, C, H, W) by a plan, to the first gradient's memory.
template <class Region>
double mix(const mixcon_compare::call& given, const Region& region, double lambda) {
  return mixcon_compare::value_of([&] {
    const auto samples = given.extents[0][0];
    const mixcon::mix_plan<Region> plan{
        .partner = {given.partner, given.partner + samples}, .lambda = {lambda}, .region = region};
    const mixcon::axes<4> extents{samples, given.extents[0][1], given.extents[0][2], given.extents[0][3]};
    static mixcon::thread_pool one(1), two(2);
    mixcon::blend(given.threads == 1 ? one : two, plan, mixcon::tensor_view<const float, 4>(given.rows[0], extents),
                  mixcon::tensor_view<float, 4>(given.gradients[0], extents));
    return 0.0;
  });
}

}  // namespace

/// Constants: lambda.
extern "C" double call_mixup(const mixcon_compare::call* given) {
  return mix(*given, mixcon::interpolated{}, given->constants[0]);
}
/// Constants: top, bottom, left, right.
extern "C" double call_cutmix(const mixcon_compare::call* given) {
  const auto at = [&](int k) { return static_cast<mixcon::index_t>(given->constants[k]); };
  return mix(*given, mixcon::pasted_boxes{.boxes = {{at(0), at(1), at(2), at(3)}}}, 1);
}
