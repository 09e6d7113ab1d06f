// SPDX-License-Identifier: BSD-3-Clause
// Samples that are one run of memory are mixed line by line: the bits of the definition all the same, for every type,
// layout and size.
#include "mix/batches.hpp"
#include "support/catch.hpp"
#include "support/effort.hpp"

#include <mixcon/core/storage.hpp>
#include <mixcon/core/thread_pool.hpp>
#include <mixcon/mix/blend.hpp>
#include <mixcon/mix/kinds/interpolated.hpp>
#include <mixcon/mix/kinds/masked.hpp>
#include <mixcon/mix/kinds/multi_lerp.hpp>
#include <mixcon/mix/kinds/multi_mask.hpp>
#include <mixcon/mix/kinds/pasted_boxes.hpp>
#include <mixcon/mix/memory/arithmetic.hpp>

#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>
#include <vector>

using namespace mixcon;
using mixcon_test::at;
using mixcon_test::empty_batch;
using mixcon_test::layout;

namespace {

const std::vector<index_t> partner{1, 2, 0, 1}, other{3, 3, 1, 2};

/// Numbers of which some are NaN, infinite and -0 where the type has them.
template <class T>
T number(index_t k) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(k * 37 % 251);
  } else {
    if (k % 101 == 7) return T(std::numeric_limits<float>::quiet_NaN());
    if (k % 103 == 9) return T(std::numeric_limits<float>::infinity());
    if (k % 5 == 1) return T(-0.0f);
    return T(static_cast<float>(k * 37 % 251) / 7 - 9);
  }
}

/// What shares of own and partner give, by the formula; what has no share is not read.
template <class T>
T mixed_value(double share, T own, T partners) {
  using sum = std::conditional_t<std::is_same_v<T, double>, double, float>;
  const auto keep = static_cast<sum>(share);
  if (keep == 1) return own;
  if (keep == 0) return partners;
  const sum value = keep * static_cast<sum>(own) + (1 - keep) * static_cast<sum>(partners);
  if constexpr (std::is_integral_v<T>)
    return static_cast<T>(std::nearbyint(value));
  else
    return static_cast<T>(value);
}

template <class T>
bool same_bits(const T& a, const T& b) {
  return std::memcmp(&a, &b, sizeof(T)) == 0;
}

double share_at(bool soft, index_t k) {
  const index_t place = k % 97;
  if (place < 40) return 1;
  if (place < 70) return 0;
  return soft ? static_cast<double>(k % 9) / 8 : static_cast<double>(k % 2);
}

mask mask_of(const axes<4>& extents, bool soft) {
  mask shares = mask::full(extents, 0);
  for (std::size_t k = 0; k < shares.values.size(); ++k) shares.values[k] = share_at(soft, static_cast<index_t>(k));
  return shares;
}

/// The share of a mask at a place of the batch.
double share_of(const mask& shares, axes<4> place) {
  for (int axis = 0; axis < 4; ++axis)
    if (shares.extents[axis] == 1) place[axis] = 0;
  return at(shares.view(), place);
}

/// Calls f(extents of a mask, layout) for all ways in which a mask meets a batch; for every fifth one where each is
/// slow.
template <class F>
void for_each_meeting(const axes<4>& extents, F&& f) {
  const int step = mixcon_test::repeats(5) == 1 ? 5 : 1;
  for (const layout as : mixcon_test::all_layouts)
    for (int shared = 0; shared < 16; shared += step) {
      axes<4> of_mask = extents;
      for (int axis = 0; axis < 4; ++axis)
        if ((shared >> axis & 1) != 0) of_mask[axis] = 1;
      f(of_mask, as);
    }
}

/// A batch of numbers, and one for the result.
template <class T>
struct batches {
  batches(const axes<4>& extents, layout as)
      : from(empty_batch<T, 4>(extents, as)), to(empty_batch<T, 4>(extents, as)), input(from.of) {
    index_t k = 0;
    mixcon_test::for_each_place(extents, [&](const axes<4>& place) { at(from.of, place) = number<T>(k++); });
  }
  T partner_of(const std::vector<index_t>& partners, axes<4> place) const {
    place[0] = partners[static_cast<std::size_t>(place[0])];
    return at(from.of, place);
  }
  template <class Expected>
  index_t differing(Expected&& expected) const {
    index_t wrong = 0;
    mixcon_test::for_each_place(from.of.extents(), [&](const axes<4>& place) {
      wrong += same_bits(at(to.of, place), expected(place)) ? 0 : 1;
    });
    return wrong;
  }
  mixcon_test::batch<T, 4> from, to;
  tensor_view<const T, 4> input;
};

}  // namespace

TEMPLATE_TEST_CASE("A mask mixes every type, layout and size by its definition, and nothing leaks", "[mix]",
                   std::uint8_t, std::int16_t, half, bfloat16, float, double) {
  for (const axes<4>& extents : {axes<4>{4, 3, 13, 11}, axes<4>{4, 2, 1, 5}, axes<4>{4, 1, 16, 64}})
    for_each_meeting(extents, [&](const axes<4>& of_mask, layout as) {
      for (const bool soft : {false, true}) {
        const mix_plan<masked> plan{partner, {0.5}, {mask_of(of_mask, soft)}};
        const batches<TestType> batch(extents, as);
        blend(plan, batch.input, batch.to.of);
        CHECK(batch.differing([&](const axes<4>& place) {
          return mixed_value(share_of(plan.region.shares, place), at(batch.input, place),
                             batch.partner_of(partner, place));
        }) == 0);
      }
    });
}

TEMPLATE_TEST_CASE("Sums of several samples are those of the definition for every type and layout", "[mix]",
                   std::uint8_t, std::int16_t, half, bfloat16, float, double) {
  using sum = std::conditional_t<std::is_same_v<TestType, double>, double, float>;
  const auto total_of = [](std::initializer_list<std::pair<double, TestType>> terms) {
    sum total = 0;
    for (const auto& [share, value] : terms)
      if (static_cast<sum>(share) != 0) total += static_cast<sum>(share) * static_cast<sum>(value);
    return mixed_value(1, static_cast<TestType>(std::is_integral_v<TestType> ? std::nearbyint(total) : total),
                       TestType{});
  };
  const axes<4> extents{4, 3, 13, 11};
  for_each_meeting(extents, [&](const axes<4>& of_mask, layout as) {
    const batches<TestType> batch(extents, as);
    mix_plan<multi_mask> masks{partner, {0.5}, {{other}, {mask_of(of_mask, true), {}, {}}}};
    std::vector<mask>& shares = masks.region.masks;
    shares[1] = shares[2] = shares[0];
    for (std::size_t k = 0; k < shares[0].values.size(); ++k) {
      shares[1].values[k] = (1 - shares[0].values[k]) * (k % 3 == 0 ? 1 : 0.25);
      shares[2].values[k] = 1 - shares[0].values[k] - shares[1].values[k];
    }
    blend(masks, batch.input, batch.to.of);
    CHECK(batch.differing([&](const axes<4>& place) {
      return total_of({{share_of(shares[0], place), at(batch.input, place)},
                       {share_of(shares[1], place), batch.partner_of(partner, place)},
                       {share_of(shares[2], place), batch.partner_of(other, place)}});
    }) == 0);
  });
  for (const layout as : mixcon_test::all_layouts)
    for (const std::vector<double>& weights :
         {std::vector<double>{0.5, 0.3, 0.2}, std::vector<double>{0, 0.75, 0.25}}) {
      const batches<TestType> batch(extents, as);
      blend(mix_plan<multi_lerp>{partner, {0.5}, {{other}, weights}}, batch.input, batch.to.of);
      CHECK(batch.differing([&](const axes<4>& place) {
        return total_of({{weights[0], at(batch.input, place)},
                         {weights[1], batch.partner_of(partner, place)},
                         {weights[2], batch.partner_of(other, place)}});
      }) == 0);
    }
}

TEMPLATE_TEST_CASE("A box shows each sample where it says, however short or long rows are", "[mix]", std::uint8_t, half,
                   float, double) {
  for (const index_t columns : {1, 3, 8, 16, 17, 31, 64, 127, 300, 513})
    for (const layout as : mixcon_test::all_layouts) {
      mix_plan<pasted_boxes> plan{partner, {0.5}};
      plan.region.boxes = {
          {0, 5, 0, columns}, {1, 4, columns / 3, columns}, {2, 3, 0, (columns + 1) / 2}, {4, 5, columns - 1, columns}};
      const batches<TestType> batch({4, 3, 5, columns}, as);
      blend(plan, batch.input, batch.to.of);
      CHECK(batch.differing([&](const axes<4>& place) {
        const box& b = plan.region.of(place[0]);
        const bool inside = place[2] >= b.top && place[2] < b.bottom && place[3] >= b.left && place[3] < b.right;
        return inside ? batch.partner_of(partner, place) : at(batch.input, place);
      }) == 0);
    }
}

TEMPLATE_TEST_CASE("Large batches of small types are mixed as small ones", "[mix]", std::uint8_t, half) {
  const axes<4> extents{4, 3, 1009, 1453 / static_cast<index_t>(sizeof(TestType))};  // 17 MB
  for (const bool soft : {false, true}) {
    const mix_plan<masked> plan{partner, {0.5}, {mask_of({1, 1, extents[2], extents[3]}, soft)}};
    const batches<TestType> batch(extents, soft ? layout::row_major : layout::channels_last);
    blend(plan, batch.input, batch.to.of);
    CHECK(batch.differing([&](const axes<4>& place) {
      return mixed_value(share_of(plan.region.shares, place), at(batch.input, place), batch.partner_of(partner, place));
    }) == 0);
  }
}

TEST_CASE("half and bfloat16 are read and rounded in loops as they convert themselves", "[mix]") {
  const auto rounds_alike = [](std::uint32_t bits) {
    const auto x = __builtin_bit_cast(float, bits);
    return detail::stored<half>(x).bits() == half(x).bits() && detail::stored<bfloat16>(x).bits() == bfloat16(x).bits();
  };
  int wrong = 0;
  for (std::uint32_t bits = 0; bits < 65536; ++bits) {
    const half x = half::from_bits(static_cast<std::uint16_t>(bits));
    const float single = x;
    wrong += same_bits(detail::as_number(x), single) ? 0 : 1;
    const auto at = __builtin_bit_cast(std::uint32_t, single);
    for (std::uint32_t away = 0; away < 5; ++away) {  // beside each, and beside the middle between two
      wrong += rounds_alike(at + away - 2) ? 0 : 1;
      wrong += rounds_alike(at + 0x1000 + away - 2) ? 0 : 1;
      wrong += rounds_alike((bits << 16) + away - 2) ? 0 : 1;
      wrong += rounds_alike((bits << 16) + 0x8000 + away - 2) ? 0 : 1;
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("Threads change no bit of batches that are large enough for them", "[mix]") {
  const axes<4> extents{64, 3, 64, 64};  // 3 MB
  const batches<float> one(extents, layout::row_major), many(extents, layout::row_major);
  std::vector<index_t> shifted, back;
  for (index_t i = 0; i < extents[0]; ++i)
    shifted.push_back((i + 1) % extents[0]), back.push_back((i + 63) % extents[0]);
  thread_pool pool(3);
  const auto check = [&](const auto& plan) {
    blend(plan, one.input, one.to.of);
    blend(pool, plan, many.input, many.to.of);
    CHECK(one.differing([&](const axes<4>& place) { return at(many.to.of, place); }) == 0);
  };
  check(mix_plan<interpolated>{shifted, {0.3}});
  check(mix_plan<pasted_boxes>{shifted, {0.5}, {.boxes = {{3, 50, 9, 41}}}});
  check(mix_plan<masked>{shifted, {0.5}, {mask_of({1, 1, 64, 64}, true)}});
  check(mix_plan<masked>{shifted, {0.5}, {mask_of({64, 1, 64, 64}, true)}});
  check(mix_plan<multi_lerp>{shifted, {0.5}, {{back}, {0.5, 0.3, 0.2}}});
}
