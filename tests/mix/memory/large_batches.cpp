// SPDX-License-Identifier: BSD-3-Clause
// Batches that exceed the caches are written past them, line by line and channel by channel: the same values all the
// same, whatever the alignment.
#include "support/catch.hpp"

#include <mixcon/core/thread_pool.hpp>
#include <mixcon/mix/blend.hpp>
#include <mixcon/mix/kinds/interpolated.hpp>
#include <mixcon/mix/kinds/masked.hpp>
#include <mixcon/mix/kinds/pasted_boxes.hpp>
#include <mixcon/mix/kinds/pasted_intervals.hpp>
#include <mixcon/mixes/fmix.hpp>

#include <vector>

using namespace mixcon;

namespace {

constexpr axes<4> extents{12, 3, 401, 443};  // 26 MB of float, 51 MB of double
constexpr index_t plane = extents[2] * extents[3], sample = 3 * plane, all = 12 * sample;
const std::vector<index_t> partner{5, 0, 1, 2, 11, 7, 6, 4, 3, 8, 9, 9};

template <class T>
std::vector<T> numbers() {
  std::vector<T> values(static_cast<std::size_t>(all + 1));
  for (std::size_t k = 0; k < values.size(); ++k) values[k] = static_cast<T>((k * 7919) % 100003);
  return values;
}

/// How many values of a blend differ from `expected(own, partner, sample, place in the plane)`.
template <class T, class Region, class Expected>
index_t differing(const mix_plan<Region>& plan, Expected&& expected, bool channels_last = false) {
  const std::vector<T> from = numbers<T>();
  std::vector<T> to(from.size(), T(-1));
  axes<4> strides = row_major(extents);
  if (channels_last) strides = {sample, 1, extents[3] * extents[1], extents[1]};
  const tensor_view<const T, 4> batch(from.data(), extents, strides);
  index_t wrong = 0;
  for (const index_t shift : {0, 1}) {
    blend(plan, batch, tensor_view<T, 4>(to.data() + shift, extents, strides));
    for (index_t k = 0; k < all; ++k) {
      const index_t i = k / sample, other = partner[static_cast<std::size_t>(i)] * sample + k % sample;
      const index_t place = channels_last ? k % sample / extents[1] : k % plane;
      const T value = expected(from[static_cast<std::size_t>(k)], from[static_cast<std::size_t>(other)], i, place);
      wrong += to[static_cast<std::size_t>(k + shift)] == value ? 0 : 1;
    }
  }
  return wrong;
}

}  // namespace

TEMPLATE_TEST_CASE("Large batches are mixed as small ones: lerp", "[mix]", float, double) {
  const mix_plan<interpolated> plan{partner, {0.25}};
  CHECK(differing<TestType>(plan, [](TestType x, TestType z, index_t, index_t) {
          return TestType(0.25) * x + TestType(0.75) * z;
        }) == 0);
}

TEMPLATE_TEST_CASE("Large batches are mixed as small ones: boxes", "[mix]", float, double) {
  mix_plan<pasted_boxes> plan{partner, {0.5}};
  plan.region.boxes = {{0, 401, 0, 443}, {0, 401, 0, 1},   {0, 1, 442, 443}, {17, 300, 33, 401},
                       {5, 6, 7, 8},     {0, 0, 0, 0},     {100, 100, 3, 9}, {400, 401, 0, 443},
                       {1, 400, 1, 442}, {0, 200, 0, 443}, {9, 11, 16, 32},  {30, 90, 430, 443}};
  for (const bool own_inside : {false, true}) {
    plan.region.own_inside = own_inside;
    const auto expected = [&](TestType x, TestType z, index_t i, index_t place) {
      const box& b = plan.region.of(i);
      const index_t y = place / extents[3], column = place % extents[3];
      const bool inside = y >= b.top && y < b.bottom && column >= b.left && column < b.right;
      return inside == own_inside ? x : z;
    };
    CHECK(differing<TestType>(plan, expected, own_inside) == 0);  // once with channels last
  }
}

TEST_CASE("Long signals are mixed part by part: intervals of large batches and of small ones", "[mix]") {
  for (const axes<3>& of : {axes<3>{6, 2, 500009}, axes<3>{6, 2, 8192}, axes<3>{6, 3, 101}}) {
    const index_t steps = of[2], all_steps = of[0] * of[1] * steps;
    mix_plan<pasted_intervals> plan{{1, 2, 0, 0, 5, 4}, {0.5}};
    plan.region.intervals = {{0, steps}, {0, 0}, {7, steps - 1}, {steps / 3, steps / 2}, {0, 1}, {steps - 9, steps}};
    std::vector<float> from(static_cast<std::size_t>(all_steps)), to(from.size() + 1);
    for (std::size_t k = 0; k < from.size(); ++k) from[k] = static_cast<float>((k * 7919) % 100003);
    for (const bool own_inside : {false, true}) {
      plan.region.own_inside = own_inside;
      blend(plan, tensor_view<const float, 3>(from.data(), of), tensor_view<float, 3>(to.data() + 1, of));
      index_t wrong = 0;
      for (index_t k = 0; k < all_steps; ++k) {
        const index_t i = k / (of[1] * steps), t = k % steps;
        const interval& s = plan.region.of(i);
        const index_t source = (t >= s.begin && t < s.end) == own_inside ? i : plan.partner_of(i);
        const index_t place = source * of[1] * steps + k % (of[1] * steps);
        wrong += to[static_cast<std::size_t>(k + 1)] == from[static_cast<std::size_t>(place)] ? 0 : 1;
      }
      CHECK(wrong == 0);
    }
  }
}

TEMPLATE_TEST_CASE("Large batches are mixed as small ones: masks", "[mix]", float, double) {
  const auto mask_at = [](index_t i, index_t place) {  // blobs, with edges that fade
    const index_t y = place / extents[3], x = place % extents[3], step = (y / 40 + x / 70 + i) % 3;
    return step == 0 ? 0.0 : step == 1 ? 1.0 : x % 70 < 20 ? 0.375 : static_cast<double>(x % 2);
  };
  for (const index_t masks : {index_t{1}, extents[0]}) {
    mix_plan<masked> plan{partner, {0.5}};
    plan.region.shares = mask::full({masks, 1, extents[2], extents[3]}, 0);
    for (index_t i = 0; i < masks; ++i)
      for (index_t place = 0; place < plane; ++place)
        plan.region.shares.values[static_cast<std::size_t>(i * plane + place)] = mask_at(i, place);
    CHECK(differing<TestType>(plan, [&](TestType x, TestType z, index_t i, index_t place) {
            const auto m = static_cast<TestType>(mask_at(masks == 1 ? 0 : i, place));
            return m == 1 ? x : m == 0 ? z : m * x + (1 - m) * z;
          }) == 0);
  }
}

TEST_CASE("Large batches are mixed the same by any number of threads", "[mix]") {
  const std::vector<float> from = numbers<float>();
  const tensor_view<const float, 4> batch(from.data(), extents);
  const auto plan = fmix<>{.max_soft = 0.1}.plan(image_shape{12, 3, 401, 443}, philox_draws{.seed = 3});
  std::vector<float> one(from.size()), many(from.size());
  thread_pool pool(3);
  blend(plan, batch, tensor_view<float, 4>(one.data(), extents));
  blend(pool, plan, batch, tensor_view<float, 4>(many.data(), extents));
  CHECK(one == many);
}
