// SPDX-License-Identifier: BSD-3-Clause
#include "mix/batches.hpp"
#include "support/catch.hpp"

#include <mixcon/core/storage.hpp>

using namespace mixcon_test;

namespace {

/// How far a mixed value may be from the formula in double, in units of the largest value.
template <class T>
double rounding() {
  if constexpr (std::is_integral_v<T>)
    return 0.5 / 256 + 1e-6;
  else if constexpr (sizeof(T) == 2)
    return std::is_same_v<T, half> ? 0x1p-11 : 0x1p-8;
  else
    return 2 * static_cast<double>(std::numeric_limits<T>::epsilon());
}

template <class T, int Rank>
void check_every_plan() {
  const double largest = std::is_integral_v<T> ? 256 : 2;
  for (const layout from : all_layouts)
    for (const layout to : all_layouts) {
      const auto x = random_batch<T>(four_samples<Rank>(), 3, from);
      for_each_plan<Rank>([&](const auto& plan) {
        auto y = empty_batch<T>(four_samples<Rank>(), to);
        blend(plan, x.of, y.of);
        const bool exact = copies<std::remove_cvref_t<decltype(plan.region)>>;
        double worst = 0;
        for_each_place(x.of.extents(), [&](const axes<Rank>& place) {
          const double error = std::abs(static_cast<double>(at(y.of, place)) - written_out(plan, x.of, x.of, place));
          if (!(error <= worst)) worst = error;
        });
        INFO(to_string(plan) << ", layouts " << static_cast<int>(from) << " to " << static_cast<int>(to));
        CHECK(worst <= (exact ? 0 : rounding<T>() * largest));
      });
    }
}

const image_shape small{.samples = 4, .channels = 3, .rows = 5, .columns = 7};

}  // namespace

TEMPLATE_TEST_CASE("blend gives what the definition of each kind says, for all ranks and layouts", "[mix]", double,
                   float, half, bfloat16, std::uint8_t) {
  check_every_plan<TestType, 1>();
  check_every_plan<TestType, 2>();
  check_every_plan<TestType, 3>();
  check_every_plan<TestType, 4>();
}

TEST_CASE("bytes are mixed in float and rounded to nearest, ties to even", "[mix]") {
  const std::vector<std::uint8_t> x{0, 1, 2, 3, 255, 254};
  std::vector<std::uint8_t> y(x.size());
  const mix_plan<interpolated> halves{{1, 2, 3, 0, 5, 4}, {0.5}, {}};
  blend(halves, x, y);
  CHECK(y == std::vector<std::uint8_t>{0, 2, 2, 2, 254, 254});  // 0.5, 1.5, 2.5, 1.5, 254.5, 254.5
  const std::vector<std::int16_t> signed_x{-3, -2, 5};
  std::vector<std::int16_t> signed_y(3);
  blend(mix_plan<interpolated>{{1, 0, 1}, {0.5}, {}}, signed_x, signed_y);
  CHECK(signed_y == std::vector<std::int16_t>{-2, -2, 2});  // -2.5, -2.5, 1.5
}

TEST_CASE("P2: lerp copies at lambda 0 and 1, so that what is hidden cannot leak", "[mix]") {
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  const std::vector<double> x{1, nan, infinity, 4};
  std::vector<double> y(4);
  blend(mix_plan<interpolated>{{1, 0, 3, 2}, {1, 0, 0, 1}, {}}, x, y);
  CHECK(y == std::vector<double>{1, 1, 4, 4});
}

TEST_CASE("P2: a box copies: NaN that they cover does not leak, and every bit of what they show arrives", "[mix]") {
  auto x = random_batch<float>(axes<3>{2, 4, 4}, 5);
  const float nan = __builtin_bit_cast(float, 0x7fc12345u);
  x.of(0, 1, 1) = nan;  // under the box: hidden
  x.of(1, 2, 2) = nan;  // under the box: shown in sample 0
  auto y = empty_batch<float>(axes<3>{2, 4, 4});
  blend(mix_plan<pasted_boxes>{{1, 1}, {0.75}, {{{1, 3, 1, 3}}}}, x.of, y.of);
  int nans = 0;
  for (const float value : y.storage) nans += value != value ? 1 : 0;
  CHECK(nans == 2);  // sample 0 shows the partner's, sample 1 its own
  CHECK(__builtin_bit_cast(std::uint32_t, y.of(0, 2, 2)) == 0x7fc12345u);
  CHECK(y.of(0, 1, 1) == x.of(1, 1, 1));
}

TEST_CASE("P1: a sample that is its own partner stays itself", "[mix]") {
  const auto x = random_batch<float>(four_samples<4>(), 7);
  for_each_plan<4>([&](auto plan) {
    plan.partner = {0, 1, 2, 3};
    auto y = empty_batch<float>(four_samples<4>());
    blend(plan, x.of, y.of);
    const float rounded = copies<decltype(plan.region)> ? 0 : std::numeric_limits<float>::epsilon() * 2;
    for (std::size_t k = 0; k < y.storage.size(); ++k) REQUIRE(std::abs(y.storage[k] - x.storage[k]) <= rounded);
  });
}

TEST_CASE("P3: a mixed value lies between the two it is made of", "[mix]") {
  const auto x = random_batch<float>(four_samples<4>(), 8);
  for_each_plan<4>([&](const auto& plan) {
    auto y = empty_batch<float>(four_samples<4>());
    blend(plan, x.of, y.of);
    for_each_place(x.of.extents(), [&](const axes<4>& place) {
      axes<4> other = place;
      other[0] = plan.partner_of(place[0]);
      const auto [low, high] = std::minmax(at(x.of, place), at(x.of, other));
      REQUIRE(at(y.of, place) >= low - 1e-6f);
      REQUIRE(at(y.of, place) <= high + 1e-6f);
    });
  });
}

TEST_CASE("P4: mixing i with j at lambda equals mixing j with i at 1 - lambda", "[mix]") {
  const auto x = random_batch<double>(axes<2>{2, 9}, 9);
  auto y = empty_batch<double>(axes<2>{2, 9}), swapped = empty_batch<double>(axes<2>{2, 9});
  blend(mix_plan<interpolated>{{1, 0}, {0.25, 0.75}, {}}, x.of, y.of);
  for (index_t f = 0; f < 9; ++f) CHECK(y.of(0, f) == y.of(1, f));  // 1 - 0.25 is exact
  blend(mix_plan<pasted_intervals>{{1, 0}, {0.5}, {{{2, 5}}, false}}, x.of, y.of);
  blend(mix_plan<pasted_intervals>{{1, 0}, {0.5}, {{{2, 5}}, true}}, x.of, swapped.of);
  for (index_t f = 0; f < 9; ++f) CHECK(y.of(0, f) == swapped.of(1, f));
}

TEST_CASE("P7: blend is linear in the batch", "[mix]") {
  const auto u = random_batch<double>(four_samples<4>(), 10), v = random_batch<double>(four_samples<4>(), 11);
  auto sum = empty_batch<double>(four_samples<4>()), y = empty_batch<double>(four_samples<4>());
  auto yu = empty_batch<double>(four_samples<4>()), yv = empty_batch<double>(four_samples<4>());
  for (std::size_t k = 0; k < sum.storage.size(); ++k) sum.storage[k] = 2 * u.storage[k] - 3 * v.storage[k];
  for_each_plan<4>([&](const auto& plan) {
    blend(plan, sum.of, y.of);
    blend(plan, u.of, yu.of);
    blend(plan, v.of, yv.of);
    double worst = 0;
    for (std::size_t k = 0; k < y.storage.size(); ++k)
      worst = std::max(worst, std::abs(y.storage[k] - (2 * yu.storage[k] - 3 * yv.storage[k])));
    CHECK(worst < 1e-14);
  });
}

TEST_CASE("P8: channels may be permuted before or after", "[mix]") {
  const auto x = random_batch<float>(four_samples<4>(), 12);
  const axes<4> strides = x.of.strides();
  const tensor_view<const float, 4> turned(x.of.data() + 2 * strides[1], x.of.extents(),  // channels 2, 1, 0
                                           {strides[0], -strides[1], strides[2], strides[3]});
  for_each_plan<4>([&](const auto& plan) {
    auto y = empty_batch<float>(four_samples<4>()), y_turned = empty_batch<float>(four_samples<4>());
    blend(plan, x.of, y.of);
    blend(plan, turned, y_turned.of);
    for_each_place(x.of.extents(), [&](const axes<4>& place) {
      axes<4> back = place;
      back[1] = 2 - place[1];
      REQUIRE(at(y.of, place) == at(y_turned.of, back));
    });
  });
}

TEST_CASE("partners may come from another batch, with samples of its own number", "[mix]") {
  const auto x = random_batch<float>(axes<3>{4, 5, 7}, 13), bank = random_batch<float>(axes<3>{9, 5, 7}, 14);
  auto y = empty_batch<float>(axes<3>{4, 5, 7});
  for_each_plan<3>([&](auto plan) {
    plan.partner = {8, 0, 8, 5};
    blend(plan, x.of, bank.of, y.of);
    for_each_place(x.of.extents(), [&](const axes<3>& place) {
      REQUIRE(at(y.of, place) == Approx(written_out(plan, x.of, bank.of, place)).margin(1e-6));
    });
  });
}

TEST_CASE("the samples may be the first ones of the batch that partners come from", "[mix]") {
  const auto bank = random_batch<float>(axes<2>{9, 3}, 18);
  const matrix_view<const float> first(bank.storage.data(), {2, 3});
  auto y = empty_batch<float>(axes<2>{2, 3});
  blend(mix_plan<interpolated>{{8, 5}, {0}, {}}, first, bank.of, y.of);
  for (index_t f = 0; f < 3; ++f) CHECK((y.of(0, f) == bank.of(8, f) && y.of(1, f) == bank.of(5, f)));
}

TEST_CASE("P9: blend refuses to write over what it still reads", "[mix]") {
  auto x = random_batch<float>(axes<2>{4, 6}, 15), other = random_batch<float>(axes<2>{4, 6}, 16);
  const mix_plan<interpolated> plan{{1, 2, 3, 0}, {0.5}, {}};
  CHECK_THROWS_WITH(blend(plan, x.of, x.of), ContainsSubstring("the mixed batch overlaps its input"));
  CHECK_THROWS_WITH(blend(plan, other.of, x.of, x.of), ContainsSubstring("overlaps its input"));
  const matrix_view<float> shifted(x.storage.data() + 3, {3, 6});
  const mix_plan<interpolated> of_three{{1, 2, 0}, {0.5}, {}};
  CHECK_THROWS_WITH(blend(of_three, matrix_view<const float>(x.storage.data(), {3, 6}), shifted),
                    ContainsSubstring("overlaps its input"));
  CHECK_THROWS_WITH(unblend(plan, x.of, x.of), ContainsSubstring("the gradient overlaps the upstream gradient"));
}

TEST_CASE("two views of one buffer that share no element are no overlap", "[mix]") {
  std::vector<float> both(4 * 2 * 3);  // (N, V, D)
  for (std::size_t k = 0; k < both.size(); ++k) both[k] = static_cast<float>(k);
  const matrix_view<float> first(both.data(), {4, 3}, {6, 1}), second(both.data() + 3, {4, 3}, {6, 1});
  blend(mix_plan<interpolated>{{3, 2, 1, 0}, {0}, {}}, first, second);
  for (index_t i = 0; i < 4; ++i)
    for (index_t d = 0; d < 3; ++d) CHECK(second(i, d) == first(3 - i, d));
  const matrix_view<float> straddling(both.data() + 2, {4, 3}, {6, 1});
  CHECK_THROWS_WITH(blend(mix_plan<interpolated>{{3, 2, 1, 0}, {0}, {}}, first, straddling),
                    ContainsSubstring("overlaps"));
}

TEST_CASE("blend refuses what does not fit, in a sentence that says what came and what was expected", "[mix]") {
  const auto x = random_batch<float>(four_samples<4>(), 17);
  auto y = empty_batch<float>(four_samples<4>());
  const double nan = std::numeric_limits<double>::quiet_NaN();
  mix_plan<interpolated> plan{{1, 0, 3, 2}, {0.5}, {}};

  auto narrow = empty_batch<float>(axes<4>{4, 3, 5, 6});
  CHECK_THROWS_WITH(blend(plan, x.of, narrow.of),
                    "blend: samples are (4, 3, 5, 7), the mixed batch (4, 3, 5, 6); expected the same shape.");
  CHECK_THROWS_WITH(blend(plan, x.of, narrow.of, y.of), ContainsSubstring("the partner batch (4, 3, 5, 6)"));
  plan.partner = {1, 0, 2};
  CHECK_THROWS_WITH(blend(plan, x.of, y.of), ContainsSubstring("the plan has 3 partners for 4 samples"));
  plan.partner = {};
  CHECK_THROWS_WITH(blend(plan, x.of, y.of), ContainsSubstring("the plan has no partners"));
  plan.partner = {1, 0, 4, 2};
  CHECK_THROWS_WITH(blend(plan, x.of, y.of), "blend: the partner of sample 2 is 4; expected 0 to 3.");
  plan.partner = {1, 0, -1, 2};
  CHECK_THROWS_WITH(blend(plan, x.of, y.of), ContainsSubstring("the partner of sample 2 is -1"));
  plan.partner = {1, 0, 3, 2};
  for (const double bad : {nan, -0.01, 1.01}) {
    plan.lambda = {bad};
    CHECK_THROWS_WITH(blend(plan, x.of, y.of), ContainsSubstring("must be in [0, 1]"));
    CHECK_THROWS_WITH(unblend(plan, x.of, y.of), ContainsSubstring("must be in [0, 1]"));
  }
  plan.lambda = {0.5, 0.5};
  CHECK_THROWS_WITH(blend(plan, x.of, y.of), ContainsSubstring("the plan has 2 lambdas for 4 samples"));

  mix_plan<pasted_boxes> boxes{{1, 0, 3, 2}, {0.5}, {}};
  CHECK_THROWS_WITH(blend(boxes, x.of, y.of), ContainsSubstring("the plan has 0 boxes for 4 samples"));
  for (const box bad : {box{0, 6, 0, 7}, box{-1, 2, 0, 7}, box{3, 2, 0, 7}, box{0, 5, 0, 8}, box{0, 5, 4, 3}}) {
    boxes.region.boxes = {bad};
    CHECK_THROWS_WITH(blend(boxes, x.of, y.of), ContainsSubstring("is not within images of 5 x 7"));
  }
  mix_plan<pasted_intervals> intervals{{1, 0, 3, 2}, {0.5}, {.intervals = {{3, 8}}}};
  CHECK_THROWS_WITH(blend(intervals, x.of, y.of),
                    ContainsSubstring("interval [3, 8] is not within signals of 7 steps"));
}

TEST_CASE("an empty sample axis is blended without touching memory", "[mix]") {
  auto x = empty_batch<float>(axes<4>{4, 3, 0, 7}), y = empty_batch<float>(axes<4>{4, 3, 0, 7});
  blend(mix_plan<interpolated>{{1, 0, 3, 2}, {0.5}, {}}, x.of, y.of);
  CHECK(y.storage.empty());
}

TEST_CASE("a plan is compared, copied and printed with every digit", "[mix]") {
  const auto plan = cutmix<>{.per = granularity::sample}.plan(small, philox_draws{.seed = 3});
  auto same = plan;
  CHECK(same == plan);
  same.region.boxes[2].right ^= 1;
  CHECK_FALSE(same == plan);
  CHECK(to_string(mix_plan<interpolated>{{1, 0}, {0.1}, {}}) == "partner [1, 0], lambda [0.10000000000000001], lerp");
  CHECK(to_string(mix_plan<pasted_boxes>{{0}, {1}, {{{1, 2, 3, 4}}}}) ==
        "partner [0], lambda [1], partner inside boxes [[1, 2, 3, 4]]");
}

TEMPLATE_TEST_CASE("a batch that exceeds the caches is written past them with the same result", "[mix]", float, double,
                   std::uint8_t) {
  const index_t rows = 401, columns = sizeof(TestType) == 1 ? 5309 : 1301 * 4 / static_cast<index_t>(sizeof(TestType));
  const axes<4> extents{4, 3, rows, columns}, pair{1, 3, rows, columns};  // 19 to 25 MB, nothing aligned
  std::vector<TestType> x(static_cast<std::size_t>(12 * rows * columns + 1)), y(x.size()), expected(x.size());
  for (std::size_t k = 0; k < x.size(); ++k) x[k] = static_cast<TestType>(k * k % 251);
  const index_t sample = 3 * rows * columns;
  const auto check = [&](const auto& plan) {
    blend(plan, tensor_view<const TestType, 4>(x.data() + 1, extents), tensor_view<TestType, 4>(y.data() + 1, extents));
    for (index_t i = 0; i < 4; ++i) {  // one by one they are small
      auto one = plan;
      one.partner = {0};
      one.lambda = {plan.lambda_of(i)};
      blend(one, tensor_view<const TestType, 4>(x.data() + 1 + i * sample, pair),
            tensor_view<const TestType, 4>(x.data() + 1 + plan.partner_of(i) * sample, pair),
            tensor_view<TestType, 4>(expected.data() + 1 + i * sample, pair));
    }
    CHECK(std::equal(y.begin() + 1, y.end(), expected.begin() + 1));
  };
  const std::vector<index_t> partner{1, 2, 0, 3};
  check(mix_plan<interpolated>{partner, {0.3, 1, 0, 0.6}, {}});
  check(mix_plan<pasted_boxes>{partner, {0.5}, {{{100, 399, 3, columns - 7}}, false}});
  check(mix_plan<pasted_boxes>{partner, {0.5}, {{{0, rows, 0, 1}}, true}});
  mask m = mask::full({1, 1, rows, columns}, 0.25);
  for (std::size_t k = 0; k < m.values.size(); ++k) m.values[k] = static_cast<double>(k % 5) / 4;
  check(mix_plan<masked>{partner, {0.5}, {m}});
}
