// SPDX-License-Identifier: BSD-3-Clause
// Policies whose labels look at attention or class activation: transmix, snapmix, tokenmix.
#include "support/agreement.hpp"
#include "support/catch.hpp"

#include <mixcon/mixes/snapmix.hpp>
#include <mixcon/mixes/tokenmix.hpp>
#include <mixcon/mixes/transmix.hpp>

using namespace mixcon;
using namespace mixcon_test;

namespace {

const std::vector<int> labels{0, 1};

/// Two maps of 2 x 2: one looks at the left column alone, the other at everything alike.
const std::vector<double> looks{1, 0, 1, 0, 1, 1, 1, 1};
const tensor_view<const double, 3> attention{looks.data(), {2, 2, 2}};

/// The partner's right half beside the own left half, on images of 4 x 4.
mix_plan<pasted_boxes> right_half() { return {{1, 0}, {0.5}, {.boxes = {{0, 4, 2, 4}}}}; }

/// A box of six pixels of 4 x 4 under which four of the partner's are shown.
mix_plan<resized_boxes> six_of_sixteen() {
  return {{1, 0}, {10.0 / 16}, {.boxes = {{1, 4, 0, 2}}, .sources = {{2, 4, 1, 3}}, .how = interpolation::nearest}};
}

/// Two maps (4, 4).
struct two_maps {
  std::vector<double> values = std::vector<double>(32);
  tensor_view<const double, 3> view() const { return {values.data(), {2, 4, 4}}; }
};

/// The labels that the three rules give for maps: TransMix's by attention alone, then SnapMix's and TokenMix's.
std::vector<double> all_labels(const two_maps& maps) {
  std::vector<double> all = transmix{.area_share = 0}.targets(right_half(), labels, maps.view(), 4, 4).lambda;
  for (const weighted_labels& found : {snapmix<>::labels(six_of_sixteen(), labels, maps.view()),
                                       tokenmix<>::labels(right_half(), labels, maps.view(), 4, 4)})
    for (const auto& weights : {found.own_weight, found.partner_weight})
      all.insert(all.end(), weights.begin(), weights.end());
  return all;
}

}  // namespace

TEST_CASE("transmix gives a label the attention on its part, and half by area", "[mix]") {
  const mix_plan<pasted_boxes> plan = right_half();
  const pair_targets found = transmix{}.targets(plan, labels, attention, 4, 4);
  CHECK(found.lambda == std::vector<double>{0.75, 0.5});  // (0.5 + 1) / 2 and (0.5 + 0.5) / 2
  CHECK(found.own == std::vector<index_t>{0, 1});
  CHECK(found.partner == std::vector<index_t>{1, 0});
  CHECK(transmix{.area_share = 0}.targets(right_half(), labels, attention, 4, 4).lambda == std::vector<double>{1, 0.5});
}

TEST_CASE("transmix keeps the area where nothing is attended to", "[mix]") {
  const std::vector<double> blind(8, 0.0);
  const tensor_view<const double, 3> none{blind.data(), {2, 2, 2}};
  CHECK(transmix{}.targets(right_half(), labels, none, 4, 4).lambda == std::vector<double>{0.5, 0.5});
}

TEST_CASE("the class token's attention is averaged over heads, without itself", "[mix]") {
  const std::vector<double> heads{9, 1, 2, 9, 9, 9, 9, 9, 9, 9, 3, 6, 9, 9, 9, 9, 9, 9};
  CHECK(class_token_attention(tensor_view<const double, 4>{heads.data(), {1, 2, 3, 3}}) == std::vector<double>{2, 4});
}

TEST_CASE("snapmix weighs labels by the activation that is seen of either object", "[mix]") {
  const mix_plan<resized_boxes> plan{
      {1, 0}, {0.5}, {.boxes = {{0, 2, 1, 2}}, .sources = {{0, 1, 0, 2}}, .how = interpolation::bilinear_corners}};
  const weighted_labels found = snapmix<>::labels(plan, labels, attention);
  CHECK(found.own_weight[0] == Approx(1));        // its left column is not covered
  CHECK(found.partner_weight[0] == Approx(0.5));  // the upper half of a map that looks everywhere
  CHECK(found.own_weight[1] == Approx(0.5));
  CHECK(found.partner_weight[1] == Approx(0.5));  // one of the two places that sample 0 looks at
  const weighted_labels alike = snapmix<>::labels(plan, std::vector<int>{3, 3}, attention);
  CHECK(alike.own_weight[0] == Approx(1.5));
  CHECK(alike.partner_weight == alike.own_weight);
}

TEST_CASE("snapmix without a box leaves the image and its label", "[mix]") {
  const auto plan = snapmix<fixed_lambda, pairing::reverse>{.lambda = {1}}.plan({.samples = 2, .rows = 8, .columns = 8},
                                                                                philox_draws{});
  CHECK(plan.lambda == std::vector<double>{1});
  const std::vector<double> ones(2 * 64, 1.0);
  const weighted_labels found = snapmix<>::labels(plan, labels, tensor_view<const double, 3>{ones.data(), {2, 8, 8}});
  CHECK(found.own_weight == std::vector<double>{1, 1});
  CHECK(found.partner_weight == std::vector<double>{0, 0});
}

TEST_CASE("tokenmix covers whole tokens, about as many as lambda says", "[mix]") {
  const image_shape shape{.samples = 3, .channels = 1, .rows = 28, .columns = 28};
  double mean = 0;
  for (std::uint64_t step = 0; step < 200; ++step) {
    const auto plan = tokenmix<fixed_lambda>{.lambda = {0.6}}.plan(shape, philox_draws{.seed = 1, .step = step});
    const auto& values = plan.region.shares.values;
    for (std::size_t y = 0; y < 28; ++y)
      for (std::size_t x = 0; x < 28; ++x) REQUIRE(values[y * 28 + x] == values[(y & ~1UL) * 28 + (x & ~1UL)]);
    CHECK(plan.lambda[0] == Approx(plan.region.shares.mean(0)));
    CHECK(plan.lambda[0] >= 1 - (78.0 + 14.0) / 196.0 - 1e-12);
    mean += plan.lambda[0] / 200;
  }
  CHECK(mean < 0.65);
}

TEST_CASE("tokenmix weighs labels by the attention that is left and that is shown", "[mix]") {
  const mix_plan<pasted_boxes> plan = right_half();
  const weighted_labels found = tokenmix<>::labels(plan, labels, attention, 4, 4);
  CHECK(found.own_weight[0] == Approx(1));
  CHECK(found.partner_weight[0] == Approx(0.5));
  CHECK(found.own_weight[1] == Approx(0.5));
  CHECK(found.partner_weight[1] == Approx(0).margin(1e-12));
}

TEST_CASE("labels by attention do not depend on the unit of the map", "[mix]") {
  random_numbers draw(3);
  two_maps whole, scaled;  // whole numbers below 2^8, so that the least numbers of double hold them exactly
  for (double& value : whole.values) value = static_cast<double>(draw.between(0, 255));
  const std::vector<double> expected = all_labels(whole);
  for (const double unit : {0x1p-1074, 1e-300, 1e-160, 1e-30, 1e-9, 1e9, 1e150, 1e300, 0x1p1015}) {
    for (std::size_t k = 0; k < whole.values.size(); ++k) scaled.values[k] = unit * whole.values[k];
    const std::vector<double> found = all_labels(scaled);
    INFO("unit " << unit);
    for (std::size_t k = 0; k < expected.size(); ++k) CHECK(found[k] == Approx(expected[k]).epsilon(1e-13));
  }
}

TEST_CASE("labels by attention are those of the area where a map is empty, or looks at everything alike", "[mix]") {
  for (const double value : {0.0, 0x1p-1074, 1e-12, 1.0, 1e308}) {
    two_maps even;
    for (double& number : even.values) number = value;
    INFO("maps of " << value);
    CHECK(all_labels(even) == std::vector<double>{0.5, 0.5, 0.625, 0.625, 0.25, 0.25, 0.5, 0.5, 0.5, 0.5});
  }
  two_maps one_empty;  // sample 1 looks at its upper left pixel
  one_empty.values[16] = 1e-20;
  CHECK(all_labels(one_empty) == std::vector<double>{0.5, 1, 0.625, 1, 0, 0.25, 0.5, 1, 0, 0.5});
}

TEST_CASE("labels by attention refuse maps that are not finite, with one sentence", "[mix]") {
  constexpr float infinity = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  for (const float bad : {infinity, -infinity, nan, -1e-30F}) {
    std::vector<float> numbers(32, 1);
    numbers[21] = bad;
    const tensor_view<const float, 3> maps{numbers.data(), {2, 4, 4}};
    for (const std::string& why : {refusal_of([&] { transmix{}.targets(right_half(), labels, maps, 4, 4); }),
                                   refusal_of([&] { tokenmix<>::labels(right_half(), labels, maps, 4, 4); }),
                                   refusal_of([&] { snapmix<>::labels(six_of_sixteen(), labels, maps); })}) {
      CHECK_THAT(why, ContainsSubstring("of sample 1 holds "));
      CHECK_THAT(why, ContainsSubstring("expected finite weights >= 0"));
    }
    const tensor_view<const float, 4> heads{numbers.data() + 16, {1, 4, 2, 2}};
    if (bad < 0 && bad > -1) continue;  // any finite number goes
    CHECK_THAT(refusal_of([&] { class_token_attention(heads); }), ContainsSubstring("head 1 of sample 0"));
  }
}

TEST_CASE("labels by attention refuse maps and grids that do not fit, with one sentence", "[mix]") {
  CHECK_THAT(refusal_of([] { transmix{.area_share = 2}.targets(right_half(), labels, attention, 4, 4); }),
             ContainsSubstring("area_share is 2; expected 0 to 1"));
  const tensor_view<const double, 3> of_one{looks.data(), {1, 2, 2}};
  CHECK_THAT(refusal_of([&] { transmix{}.targets(right_half(), labels, of_one, 4, 4); }),
             ContainsSubstring("the attention is (1, 2, 2) for 2 samples"));
  const std::vector<double> negative{1, 0, 1, -1, 1, 1, 1, 1};
  CHECK_THAT(refusal_of([&] {
               transmix{}.targets(right_half(), labels, tensor_view<const double, 3>{negative.data(), {2, 2, 2}}, 4, 4);
             }),
             ContainsSubstring("holds a negative number or NaN"));
  CHECK_THAT(refusal_of([] { tokenmix<>{}.plan({.samples = 2, .rows = 32, .columns = 32}, philox_draws{}); }),
             ContainsSubstring("images of 32 x 32 on a grid of 14 tokens"));
  CHECK_THAT(refusal_of([] {
               class_token_attention(tensor_view<const double, 4>{looks.data(), {1, 2, 2, 1}});
             }),
             ContainsSubstring("expected (samples, heads, 1 + tokens, 1 + tokens)"));
}

TEST_CASE("labels by attention carry the ignored label, which weighs nothing", "[mix]") {
  const ignored_label second{1};
  CHECK(transmix{}.targets(right_half(), labels, attention, 4, 4, second).ignored == second);
  CHECK(transmix{}.targets(right_half(), labels, attention, 4, 4, second).partner_share(0) == 0);
  const mix_plan<resized_boxes> plan{
      {1, 0}, {0.5}, {.boxes = {{0, 2, 1, 2}}, .sources = {{0, 1, 0, 2}}, .how = interpolation::bilinear_corners}};
  const auto check = [](const weighted_labels& found, const weighted_labels& every) {
    CHECK(found.own_weight == std::vector<double>{every.own_weight[0], 0});
    CHECK(found.partner_weight == std::vector<double>{0, every.partner_weight[1]});
  };
  check(snapmix<>::labels(plan, labels, attention, second), snapmix<>::labels(plan, labels, attention));
  check(tokenmix<>::labels(right_half(), labels, attention, 4, 4, second),
        tokenmix<>::labels(right_half(), labels, attention, 4, 4));
}
