// SPDX-License-Identifier: BSD-3-Clause
// Kinds of plan that are more than a share of own and partner: resized, filled, and several partners.
#include "mix/batches.hpp"
#include "support/catch.hpp"

#include <mixcon/core/thread_pool.hpp>
#include <mixcon/mix/kinds/filled_boxes.hpp>
#include <mixcon/mix/kinds/mask_gradient.hpp>
#include <mixcon/mix/kinds/multi_lerp.hpp>
#include <mixcon/mix/kinds/multi_mask.hpp>
#include <mixcon/mix/kinds/resized_boxes.hpp>
#include <mixcon/mix/plan_json.hpp>

#include <clocale>
#include <cstdlib>
#include <string>

using namespace mixcon_test;

namespace {

using plane = std::vector<std::vector<double>>;

/// A resized image by the definition: nearest floor(k in / out); bilinear at (k + 1/2) in / out - 1/2, no further out
/// than the first and last pixel; with corners at k (in - 1) / (out - 1).
double read_at(const plane& image, interpolation how, index_t y, index_t x, index_t rows, index_t columns) {
  const auto in_rows = static_cast<index_t>(image.size()), in_columns = static_cast<index_t>(image[0].size());
  const auto value = [&](index_t r, index_t c) {
    return image[static_cast<std::size_t>(r)][static_cast<std::size_t>(c)];
  };
  if (how == interpolation::nearest) return value(y * in_rows / rows, x * in_columns / columns);
  const auto place = [how](index_t k, index_t in, index_t out) {
    const auto K = static_cast<double>(k), I = static_cast<double>(in), O = static_cast<double>(out);
    if (how == interpolation::bilinear_corners) return out == 1 ? 0 : K * (I - 1) / (O - 1);
    return std::clamp((K + 0.5) * I / O - 0.5, 0.0, I - 1);
  };
  const double r = place(y, in_rows, rows), c = place(x, in_columns, columns);
  double sum = 0;
  for (index_t i = 0; i < in_rows; ++i)
    for (index_t j = 0; j < in_columns; ++j)
      sum += value(i, j) * std::max(0.0, 1 - std::abs(r - static_cast<double>(i))) *
             std::max(0.0, 1 - std::abs(c - static_cast<double>(j)));
  return sum;
}

template <class T>
double expected_at(const mix_plan<resized_boxes>& plan, const tensor_view<T, 4>& x, const axes<4>& place) {
  const index_t i = place[0], c = place[1];
  const box& b = plan.region.of(i);
  const box from = plan.region.source_of(i, x.extent(2), x.extent(3));
  if (place[2] < b.top || place[2] >= b.bottom || place[3] < b.left || place[3] >= b.right)
    return static_cast<double>(at(x, place));
  plane image;
  for (index_t r = from.top; r < from.bottom; ++r) {
    image.emplace_back();
    for (index_t k = from.left; k < from.right; ++k)
      image.back().push_back(static_cast<double>(x(plan.partner_of(i), c, r, k)));
  }
  return read_at(image, plan.region.how, place[2] - b.top, place[3] - b.left, b.bottom - b.top, b.right - b.left);
}
template <class T>
double expected_at(const mix_plan<filled_boxes>& plan, const tensor_view<T, 4>& x, const axes<4>& place) {
  const box& b = plan.region.of(place[0]);
  const bool inside = place[2] >= b.top && place[2] < b.bottom && place[3] >= b.left && place[3] < b.right;
  return inside ? plan.region.value : static_cast<double>(at(x, place));
}
template <class Region, class T>
double sum_at(const mix_plan<Region>& plan, const tensor_view<T, 4>& x, const axes<4>& place,
              const std::vector<double>& w) {
  double sum = w[0] * static_cast<double>(at(x, place));
  for (std::size_t a = 1; a < w.size(); ++a) {
    axes<4> other = place;
    const auto& list = a == 1 ? plan.partner : plan.region.more_partners[a - 2];
    other[0] = list[static_cast<std::size_t>(place[0])];
    sum += w[a] * static_cast<double>(at(x, other));
  }
  return sum;
}
template <class T>
double expected_at(const mix_plan<multi_lerp>& plan, const tensor_view<T, 4>& x, const axes<4>& place) {
  std::vector<double> w;
  for (index_t a = 0; a <= plan.region.partners(); ++a) w.push_back(plan.region.weight(place[0], a));
  return sum_at(plan, x, place, w);
}
template <class T>
double expected_at(const mix_plan<multi_mask>& plan, const tensor_view<T, 4>& x, const axes<4>& place) {
  std::vector<double> w;
  for (const mask& m : plan.region.masks) {
    axes<4> of_mask = place;
    for (int axis = 0; axis < 4; ++axis)
      if (m.extents[axis] == 1) of_mask[axis] = 0;
    w.push_back(at(m.view(), of_mask));
  }
  return sum_at(plan, x, place, w);
}

/// Masks (n, 1, 5, 7) for `count` sources that sum to 1.
std::vector<mask> shares_of(std::size_t count, index_t n, std::uint64_t seed) {
  std::vector<mask> masks(count, mask::full({n, 1, 5, 7}, 0));
  philox_stream bits(seed, 0, 3, 0);
  for (std::size_t k = 0; k < masks[0].values.size(); ++k) {
    double rest = 1;
    for (std::size_t a = 0; a + 1 < count; ++a) {
      const double part = k % 5 == 0 ? (a == k % count ? rest : 0) : rest * uniform(bits);
      masks[a].values[k] = part, rest -= part;
    }
    masks[count - 1].values[k] = rest;
  }
  return masks;
}

/// Calls f(plan) with plans for four samples of three channels and 5 x 7 pixels.
template <class F>
void for_each_further_plan(F&& f) {
  const std::vector<index_t> partner{2, 0, 3, 0};
  const std::vector<box> boxes{{0, 5, 0, 7}, {2, 2, 0, 7}, {0, 4, 6, 7}, {3, 5, 0, 3}};
  const std::vector<box> sources{{1, 3, 2, 7}, {0, 0, 0, 0}, {0, 5, 0, 7}, {4, 5, 6, 7}};
  for (const interpolation how : {interpolation::nearest, interpolation::bilinear, interpolation::bilinear_corners}) {
    f(mix_plan<resized_boxes>{partner, {0.5}, {{{1, 4, 2, 6}}, {}, how}});
    f(mix_plan<resized_boxes>{partner, {0.5}, {boxes, sources, how}});
  }
  f(mix_plan<filled_boxes>{{0, 1, 2, 3}, {1}, {{{1, 4, 2, 6}}, 0}});
  f(mix_plan<filled_boxes>{{0, 1, 2, 3}, {1}, {boxes, 0}});
  f(mix_plan<multi_lerp>{partner, {1}, {{}, {0.25, 0.75}}});
  f(mix_plan<multi_lerp>{partner, {1}, {{{1, 2, 3, 0}}, {0.5, 0.3, 0.2, 1, 0, 0, 0, 0, 1, 0.1, 0.2, 0.7}}});
  f(mix_plan<multi_mask>{partner, {1}, {{}, shares_of(2, 1, 1)}});
  f(mix_plan<multi_mask>{partner, {1}, {{{1, 2, 3, 0}, {3, 3, 0, 1}}, shares_of(4, 4, 2)}});
}

template <class T>
void check_definition() {
  for (const layout as : {layout::row_major, layout::channels_last, layout::backwards}) {
    const auto x = random_batch<T>(four_samples<4>(), 61, as);
    for_each_further_plan([&](const auto& plan) {
      auto y = empty_batch<T>(four_samples<4>(), as);
      blend(plan, x.of, y.of);
      double worst = 0;
      for_each_place(x.of.extents(), [&](const axes<4>& place) {
        const double error = std::abs(static_cast<double>(at(y.of, place)) - expected_at(plan, x.of, place));
        if (!(error <= worst)) worst = error;
      });
      INFO(to_string(plan));
      CHECK(worst <=
            (std::is_integral_v<T> ? 0.5 + 1e-4 : 8 * static_cast<double>(std::numeric_limits<float>::epsilon())));
    });
  }
}

double inner_product(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += a[k] * b[k];
  return sum;
}

}  // namespace

TEST_CASE("resized, filled and many-partner plans give what their definition says", "[mix]") {
  check_definition<float>();
  check_definition<std::uint8_t>();
}

TEST_CASE("their unblend is the adjoint of blend, and threads change no bit of either", "[mix]") {
  thread_pool pool(3);
  const auto x = random_batch<double>(four_samples<4>(), 62), g = random_batch<double>(four_samples<4>(), 63);
  const auto check = [&](const auto& plan) {
    auto y = empty_batch<double>(four_samples<4>()), by_threads = y;
    auto gradient = empty_batch<double>(four_samples<4>()), gradient_by_threads = gradient;
    by_threads.of = {by_threads.storage.data(), x.of.extents()};
    y.of = {y.storage.data(), x.of.extents()};
    gradient.of = {gradient.storage.data(), x.of.extents()};
    gradient_by_threads.of = {gradient_by_threads.storage.data(), x.of.extents()};
    blend(plan, x.of, y.of);
    blend(pool, plan, x.of, by_threads.of);
    unblend(plan, g.of, gradient.of);
    unblend(pool, plan, g.of, gradient_by_threads.of);
    INFO(to_string(plan));
    CHECK(inner_product(y.storage, g.storage) == Approx(inner_product(x.storage, gradient.storage)).epsilon(1e-12));
    CHECK(by_threads.storage == y.storage);
    CHECK(gradient_by_threads.storage == gradient.storage);
  };
  for_each_further_plan(check);
  for_each_plan<4>([&](const auto& plan) {
    if (plan.partner[0] == 1) check(plan);
  });
}

TEST_CASE("what is covered or weighs nothing does not leak, NaN included", "[mix]") {
  auto x = random_batch<double>(four_samples<4>(), 64);
  const auto clean = x.storage;
  x.of(0, 0, 2, 3) = std::numeric_limits<double>::quiet_NaN();
  const auto count = [](const std::vector<double>& values) {
    index_t nans = 0;
    for (const double value : values) nans += value != value ? 1 : 0;
    return nans;
  };
  auto y = empty_batch<double>(four_samples<4>());
  blend(mix_plan<filled_boxes>{{0, 1, 2, 3}, {1}, {{{2, 3, 3, 4}}, 7}}, x.of, y.of);
  CHECK((count(y.storage) == 0 && y.of(0, 1, 2, 3) == 7));
  blend(mix_plan<multi_lerp>{{1, 2, 3, 0}, {1}, {{}, {0, 1, 0.5, 0.5, 0.5, 0.5, 1, 0}}}, x.of, y.of);
  CHECK(count(y.storage) == 0);
  mask m = mask::full({1, 1, 5, 7}, 0.5);
  m.view()(0, 0, 2, 3) = 0;
  blend(mix_plan<masked>{{1, 2, 3, 3}, {0.5}, {m}}, x.of, y.of);  // own 0 hidden at the pixel, nobody's partner
  CHECK(count(y.storage) == 0);
  m.view()(0, 0, 2, 3) = 1;
  blend(mix_plan<masked>{{1, 0, 0, 0}, {0.5}, {m}}, x.of, y.of);
  CHECK(count(y.storage) == 1);
}

TEST_CASE("the gradient of a learned mask agrees with differences, shared places summed", "[mix]") {
  const auto x = random_batch<double>(four_samples<4>(), 65), g = random_batch<double>(four_samples<4>(), 66);
  for (const axes<4>& extents : {axes<4>{4, 1, 5, 7}, axes<4>{1, 3, 1, 7}, axes<4>{1, 1, 1, 1}}) {
    mix_plan<masked> plan{{2, 2, 0, 1}, {0.5}, {mask::full(extents, 0.4)}};
    mask gradient = mask::full(extents, 1);  // unblend_mask adds
    unblend_mask(plan, x.of, g.of, gradient);
    for (std::size_t k = 0; k < gradient.values.size(); k += 3) {
      double value[2];
      for (const int side : {0, 1}) {
        mix_plan<masked> moved = plan;
        moved.region.shares.values[k] += side == 0 ? -1e-4 : 1e-4;
        auto y = empty_batch<double>(four_samples<4>());
        blend(moved, x.of, y.of);
        value[side] = inner_product(y.storage, g.storage);
      }
      CHECK(gradient.values[k] - 1 == Approx((value[1] - value[0]) / 2e-4).epsilon(1e-8).margin(1e-8));
    }
  }
  mask narrow = mask::full({1, 1, 1, 1}, 0);
  CHECK_THROWS_WITH(unblend_mask({{2, 2, 0, 1}, {0.5}, {mask::full({1, 1, 5, 7}, 0.4)}}, x.of, g.of, narrow),
                    ContainsSubstring("unblend_mask: the mask is (1, 1, 5, 7), its gradient (1, 1, 1, 1)"));
}

TEST_CASE("one plan applied to images, to their segmentation masks and to a second view shows the same pixels",
          "[mix]") {
  const auto plan = cutmix<>{.lambda = {.alpha = 8}}.plan(image_shape{4, 3, 5, 7}, philox_draws{.seed = 3});
  const auto images = random_batch<float>(four_samples<4>(), 67);
  auto classes = empty_batch<std::uint8_t>(axes<3>{4, 5, 7});
  for_each_place(classes.of.extents(),
                 [&](const axes<3>& p) { at(classes.of, p) = images.of(p[0], 0, p[1], p[2]) > 0 ? 1 : 0; });
  auto mixed = empty_batch<float>(four_samples<4>());
  auto mixed_classes = empty_batch<std::uint8_t>(axes<3>{4, 5, 7});
  blend(plan, images.of, mixed.of);
  blend(plan, classes.of, mixed_classes.of);
  for_each_place(classes.of.extents(), [&](const axes<3>& p) {
    CHECK(at(mixed_classes.of, p) == (mixed.of(p[0], 0, p[1], p[2]) > 0 ? 1 : 0));
  });
  const mix_plan<masked> by_mask{{1, 0, 3, 2}, {0.5}, {mask::full({1, 1, 5, 7}, 1)}};
  blend(by_mask, images.of, mixed.of);
  blend(by_mask, classes.of, mixed_classes.of);
  CHECK((mixed.storage == images.storage && mixed_classes.storage == classes.storage));
}

TEST_CASE("every kind of plan is the same after it was stored as JSON", "[mix]") {
  const auto check = [](const auto& plan) {
    const std::string text = to_json(plan);
    INFO(text);
    CHECK(kind_of_json(text) == plan.region.kind);
    CHECK(plan_from_json<std::remove_cvref_t<decltype(plan.region)>>(text) == plan);
  };
  for_each_further_plan(check);
  for_each_plan<4>(check);
  CHECK(to_json(mix_plan<pasted_boxes>{{1, 0}, {0.75}, {{{0, 2, 1, 3}}}}) ==
        R"({"kind": "box", "perm": [1, 0], "lam": [0.75], "box": [[0, 2, 1, 3]], "own_inside": false})");
  CHECK_THROWS_WITH(plan_from_json<interpolated>(R"({"kind": "box"})"),
                    ContainsSubstring("the stored plan is of kind \"box\", not \"lerp\""));
  CHECK_THROWS_WITH(plan_from_json<interpolated>(R"({"kind": "lerp", "perm": [1, 0)"),
                    ContainsSubstring("expected ']'"));
  CHECK_THROWS_WITH(plan_from_json<interpolated>(R"({"kind": "lerp", "mask": 1})"), ContainsSubstring("not \"mask\""));
  CHECK_THROWS_WITH(plan_from_json<interpolated>(R"({"perm": [1.5]})"), ContainsSubstring("expected an integer"));
  CHECK_THROWS_WITH(plan_from_json<interpolated>("{}"), ContainsSubstring("has no \"kind\""));
  CHECK_THROWS_WITH(plan_from_json<interpolated>(R"({"kind": "lerp"} x)"),
                    ContainsSubstring("expected the end of the text"));
}

TEST_CASE("plans are written and read the same in a locale that writes 0,75", "[mix]") {
  const mix_plan<interpolated> plan{{1, 0, 2}, {0.75, 1.0 / 3, 0x1p-1074}};
  const std::string text = to_json(plan), line = to_string(plan);
  const char* const set = std::setlocale(LC_ALL, "de_DE.UTF-8");
  if (std::getenv("LOCPATH") != nullptr) REQUIRE(set != nullptr);  // CMake made the locale
  CHECK(to_json(plan) == text);
  CHECK(to_string(plan) == line);
  CHECK(plan_from_json<interpolated>(text) == plan);
  const mix_plan<interpolated> wrong{{0}, {1.5}};
  auto x = random_batch<float>(axes<4>{1, 1, 1, 1}, 1), y = empty_batch<float>(axes<4>{1, 1, 1, 1});
  CHECK_THROWS_WITH(blend(wrong, x.of, y.of), ContainsSubstring("lambda 0 is 1.5"));
  std::setlocale(LC_ALL, "C");
}

TEST_CASE("JSON that would overflow a number or the stack is refused, and what is too small is 0", "[mix]") {
  const auto lambda_of = [](const std::string& number) {
    return plan_from_json<interpolated>(R"({"kind": "lerp", "perm": [0], "lam": [)" + number + "]}").lambda.at(0);
  };
  CHECK(lambda_of("1e-400") == 0);
  CHECK(lambda_of("-0.0E-0") == 0);
  CHECK(lambda_of("4.9406564584124654e-324") == 0x1p-1074);
  for (const char* bad : {"1e999", "-1e400", "1.5.5", "-", "e5", "0x1p3", "+-1", "1e999e"})
    CHECK_THROWS_WITH(lambda_of(bad), ContainsSubstring("; expected"));
  CHECK_THROWS_WITH(plan_from_json<interpolated>(R"({"kind": "lerp", "perm": [9223372036854775808]})"),
                    ContainsSubstring("expected an integer"));
  for (const char* open : {"[", "{\"a\":"}) {
    std::string deep = "{\"a\":";
    for (int i = 0; i < 100000; ++i) deep += open;
    CHECK_THROWS_WITH(kind_of_json(deep), ContainsSubstring("expected values nested at most 64 deep"));
  }
  CHECK(kind_of_json(R"({"a": [[[{"b": [1, {}]}]], []], "kind": "lerp"})") == "lerp");
}

TEST_CASE("blend refuses masks, weights and sources that do not fit", "[mix]") {
  const auto x = random_batch<float>(four_samples<4>(), 68);
  auto y = empty_batch<float>(four_samples<4>());
  const std::vector<index_t> partner{1, 0, 3, 2};
  const auto refuses = [&](const auto& plan, const char* sentence) {
    CHECK_THROWS_WITH(blend(plan, x.of, y.of), ContainsSubstring(sentence));
  };
  refuses(mix_plan<masked>{partner, {1}, {mask::full({1, 1, 5, 6}, 1)}},
          "blend: a mask of (1, 1, 5, 6) for samples of (4, 3, 5, 7)");
  refuses(mix_plan<masked>{partner, {1}, {mask{{1, 1, 5, 7}, {1, 2}}}}, "a mask of (1, 1, 5, 7) has 2 values");
  for (const double bad : {-0.1, 1.5, std::numeric_limits<double>::quiet_NaN()})
    refuses(mix_plan<masked>{partner, {1}, {mask::full({1, 1, 5, 7}, bad)}}, "outside [0, 1], or NaN");
  refuses(mix_plan<multi_lerp>{partner, {1}, {{}, {0.5, 0.6}}}, "the weights of sample 0 sum to 1.1");
  refuses(mix_plan<multi_lerp>{partner, {1}, {{}, {0.5}}}, "the plan has 1 weights for 4 samples and their 1 partners");
  refuses(mix_plan<multi_lerp>{partner, {1}, {{{0, 1}}, {0.5, 0.2, 0.3}}}, "list 2 of partners has 2 for 4 samples");
  refuses(mix_plan<multi_lerp>{partner, {1}, {{{0, 1, 4, 1}}, {0.5, 0.2, 0.3}}}, "the partner of sample 2 is 4");
  refuses(mix_plan<multi_mask>{partner, {1}, {{}, {mask::full({1, 1, 5, 7}, 1)}}},
          "the plan has 1 masks for 1 partners");
  refuses(mix_plan<multi_mask>{partner, {1}, {{}, {mask::full({1, 1, 5, 7}, 1), mask::full({1, 1, 5, 7}, 0.5)}}},
          "the masks do not sum to 1");
  refuses(mix_plan<resized_boxes>{partner, {1}, {{{0, 2, 0, 2}}, {{1, 1, 0, 2}}}}, "from an empty part of its partner");
  refuses(mix_plan<resized_boxes>{partner, {1}, {{{0, 6, 0, 2}}, {}}}, "is not within images of 5 x 7");
}

TEST_CASE("multi_mask: a sample of three shows each where its mask says, and has a share of each label", "[mix]") {
  mask own_share = mask::full({1, 1, 2, 4}, 0), first_share = own_share, second_share = own_share;
  own_share.values = {1, 1, 1, 0.5, 0, 0, 0, 0};
  first_share.values = {0, 0, 0, 0.5, 1, 1, 0, 0};
  second_share.values = {0, 0, 0, 0, 0, 0, 1, 1};
  const mix_plan<multi_mask> of_three{{1, 2, 3, 0}, {1}, {{{3, 3, 0, 1}}, {own_share, first_share, second_share}}};
  const auto x = random_batch<float>(axes<4>{4, 1, 2, 4}, 5);
  auto y = empty_batch<float>(axes<4>{4, 1, 2, 4});
  blend(of_three, x.of, y.of);
  CHECK(y.of(2, 0, 0, 0) == x.of(2, 0, 0, 0));
  CHECK(y.of(2, 0, 0, 3) == 0.5F * x.of(2, 0, 0, 3) + 0.5F * x.of(3, 0, 0, 3));
  CHECK(y.of(2, 0, 1, 1) == x.of(3, 0, 1, 1));
  CHECK(y.of(2, 0, 1, 3) == x.of(0, 0, 1, 3));
  const std::vector<double> shares = label_shares(of_three);
  CHECK(std::vector<double>(shares.begin() + 6, shares.begin() + 9) == std::vector<double>{3.5 / 8, 2.5 / 8, 2.0 / 8});
}
