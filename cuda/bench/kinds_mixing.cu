// SPDX-License-Identifier: BSD-3-Clause
// Mixing images: a policy that computes, and one that copies.
#include "image_calls.cuh"
#include "kinds.hpp"

#include <mixcon/mixes/cutmix.hpp>
#include <mixcon/mixes/mixup.hpp>

namespace {

using mixcon::index_t;

struct mixup_images {
  static constexpr const char* name = "mixup";
  static constexpr int accesses = 3;  // two images read, one written
  static auto plan(const mixcon::image_shape& shape, std::uint32_t seed) {
    return mixcon::mixup<>{.per = mixcon::granularity::sample}.plan(shape.samples, mixcon::philox_draws{.seed = seed});
  }
};
struct cutmix_images {
  static constexpr const char* name = "cutmix";
  static constexpr int accesses = 2;  // each number of one image read, and written
  static auto plan(const mixcon::image_shape& shape, std::uint32_t seed) {
    return mixcon::cutmix<>{.per = mixcon::granularity::sample}.plan(shape, mixcon::philox_draws{.seed = seed});
  }
};

}  // namespace

std::vector<mixcon_bench::call_kind> mixcon_bench::mixing_kinds() {
  return {kind_of_blend<double, mixup_images>(), kind_of_blend<float, mixup_images>(),
          kind_of_blend<mixcon::bfloat16, mixup_images>(), kind_of_blend<double, cutmix_images>(),
          kind_of_blend<float, cutmix_images>()};
}
