// SPDX-License-Identifier: BSD-3-Clause
// Bad input is refused in one sentence that names the argument: every kind of it once, across the library of mixing.
#include "mix/batches.hpp"
#include "support/catch.hpp"

#include <mixcon/mix/labels/label_rules.hpp>
#include <mixcon/mix/labels/pair_targets.hpp>

using namespace mixcon_test;

namespace {

const image_shape shape{.samples = 4, .channels = 3, .rows = 5, .columns = 7};
const philox_draws draws{.seed = 1};
const double not_a_number = std::numeric_limits<double>::quiet_NaN(),
             infinity = std::numeric_limits<double>::infinity();

template <class Call>
void refuses(Call&& call, const char* sentence) {
  CHECK_THROWS_WITH(call(), sentence);
}

}  // namespace

TEST_CASE("policies refuse an empty batch, whatever they look at", "[mix]") {
  refuses([] { mixup<>{}.plan(0, draws); }, "mixup: the batch has 0 samples; at least one is needed.");
  const image_shape none{.samples = 0, .rows = 5, .columns = 7};
  refuses([&] { fmix<>{}.plan(none, draws); }, "fmix: the batch has 0 samples; at least one is needed.");
  refuses([&] { cutout<>{}.plan(none, draws); }, "cutout: the batch has 0 samples; at least one is needed.");
  refuses([] { augmix{}.plan(0, draws); }, "augmix: the batch has 0 samples; at least one is needed.");
  refuses([] { cutmix<>{}.plan(image_shape{.samples = 2, .rows = 0, .columns = 7}, draws); },
          "cutmix: images are 0 x 7; expected at least one row and one column.");
}

TEST_CASE("plans refuse partners, lambdas and regions that do not fit the batch", "[mix]") {
  const auto x = random_batch<float>(four_samples<4>(), 91);
  auto y = empty_batch<float>(four_samples<4>()), narrow = empty_batch<float>(axes<4>{4, 3, 5, 6});
  const auto apply = [&](const auto& plan) { return [&x, &y, plan] { blend(plan, x.of, y.of); }; };
  refuses(apply(mix_plan<interpolated>{{1, 0, 2}, {0.5}, {}}),
          "blend: the plan has 3 partners for 4 samples; expected one a sample. Was the plan made for another batch?");
  refuses(apply(mix_plan<interpolated>{{1, 0, 2, 4}, {0.5}, {}}),
          "blend: the partner of sample 3 is 4; expected 0 to 3.");
  refuses(apply(mix_plan<interpolated>{{1, 0, 2, 3}, {1.5}, {}}),
          "blend: lambda 0 is 1.5; it is the share of the own label and must be in [0, 1].");
  refuses(apply(mix_plan<interpolated>{{1, 0, 2, 3}, {not_a_number}, {}}),
          "blend: lambda 0 is nan; it is the share of the own label and must be in [0, 1].");
  refuses(apply(mix_plan<pasted_boxes>{{1, 0, 2, 3}, {1}, {{{3, 2, 0, 7}}}}),
          "blend: box [3, 2, 0, 7] is not within images of 5 x 7 (top, bottom, left, right; half open). Was the plan "
          "made for another size?");
  refuses(apply(mix_plan<masked>{{1, 0, 2, 3}, {1}, {mask::full({1, 2, 5, 7}, 1)}}),
          "blend: a mask of (1, 2, 5, 7) for samples of (4, 3, 5, 7); each of its extents must be 1 or that of the "
          "batch (last axes with last). Was the plan made for another size?");
  refuses(apply(mix_plan<masked>{{1, 0, 2, 3}, {1}, {mask::full({1, 1, 1, 7}, -0.5)}}),
          "blend: the mask holds a value outside [0, 1], or NaN; it is the share of the own sample.");
  refuses(
      [&] {
        blend(mix_plan<interpolated>{{1, 0, 2, 3}, {1}, {}}, x.of, narrow.of, y.of);
      },
      "blend: samples are (4, 3, 5, 7), the partner batch (4, 3, 5, 6); expected the same shape after the first "
      "axis.");
}

TEST_CASE("samplers refuse parameters outside their range", "[mix]") {
  for (const double bad : {-1.0, not_a_number, infinity})
    CHECK_THROWS_WITH(mixup<>{.lambda = {.alpha = bad}}.plan(4, draws),
                      ContainsSubstring("beta_lambda: alpha is ") &&
                          ContainsSubstring("it must be finite and >= 0, where 0 means no mixing"));
  for (const double bad : {-1.0, not_a_number}) CHECK_THROWS(inputmix{.partners = 2, .alpha = bad}.plan(4, draws));
  refuses(
      [] {
        resizemix<>{.tau = {0, 0.8}}.plan(shape, draws);
      },
      "resizemix: tau is from 0 to 0.8; expected 0 < low <= high <= 1.");
  refuses(
      [] {
        resizemix<>{.tau = {0.5, 0.2}}.plan(shape, draws);
      },
      "resizemix: tau is from 0.5 to 0.2; expected 0 < low <= high <= 1.");
  refuses(
      [] {
        mixup_or_cutmix<>{.per = granularity::pair}.plan({3, 1, 5, 7}, draws);
      },
      "mixup_or_cutmix: granularity::pair with 3 samples; a batch of pairs has an even number.");
}

TEST_CASE("labels and what belongs to them are refused where they do not fit", "[mix]") {
  const mix_plan<interpolated> plan{{1, 0}, {0.5}, {}};
  std::vector<double> soft(6);
  const matrix_view<double> rows(soft.data(), {2, 3});
  refuses(
      [&] {
        soft_targets(pair_targets_of(plan, std::vector<int>{0, 3}), rows);
      },
      "soft_targets: a label of sample 0 is 3 of 3 classes; labels are numbered from 0.");
  refuses(
      [&] {
        soft_targets(pair_targets_of(plan, std::vector<int>{-1, 0}), rows);
      },
      "soft_targets: a label of sample 0 is -1 of 3 classes; labels are numbered from 0.");
  refuses(
      [&] {
        pair_targets_of(plan, std::vector<int>{0, 1, 2});
      },
      "pair_targets: there are 3 labels for 2 samples; expected one a sample.");
  refuses(
      [&] {
        remix{}(pair_targets_of(plan, std::vector<int>{0, 1}), std::vector<int>{5, 0});
      },
      "remix: class 1 has count 0; a class of the batch has at least one sample.");
}

TEST_CASE("features and top_k are refused where they do not fit the image", "[mix]") {
  const std::vector<float> numbers(4 * 2 * 2 * 2);
  const tensor_view<const float, 4> features(numbers.data(), {4, 2, 2, 2});
  refuses([&] { attentivemix<>{}.plan(shape, draws, features); },
          "attentivemix: features of 2 x 2 cells do not divide images of 5 x 7; expected whole pixels a cell.");
  for (const index_t bad : {-1, 5})
    CHECK_THROWS_WITH(attentivemix<>{.top_k = bad}.plan({4, 3, 4, 8}, draws, features),
                      ContainsSubstring("expected 1 to 4, the cells of the features."));
}

TEST_CASE("extents that cannot be an image's are refused with a hint at channels-last ones", "[mix]") {
  for (const axes<3>& e :
       {axes<3>{32, 32, 3}, axes<3>{28, 28, 1}, axes<3>{480, 640, 3}, axes<3>{20, 100, 4}, axes<3>{8, 8, 3}}) {
    image_shape taken{.samples = 4, .channels = e[0], .rows = e[1], .columns = e[2]};
    INFO(e[0] << " channels of " << e[1] << " x " << e[2]);
    CHECK_THROWS_WITH(
        cutmix<>{}.plan(taken, draws),
        ContainsSubstring("cutmix: images are ") &&
            ContainsSubstring("through as_nhwc(images), of mixcon/adapt/tensors/span.hpp; if they are that narrow"));
    CHECK_THROWS_WITH(fmix<>{}.plan(taken, draws), ContainsSubstring("fmix: ") && ContainsSubstring("as_nhwc"));
    CHECK_THROWS_WITH(cutout<>{}.plan(taken, draws), ContainsSubstring("cutout: ") && ContainsSubstring("as_nhwc"));
    CHECK_THROWS_WITH(stackmix<>{}.plan(taken, draws), ContainsSubstring("stackmix: "));
    taken.narrow = true;
    CHECK(cutmix<>{}.plan(taken, draws).samples() == 4);
    CHECK(mixup_or_cutmix<>{}.plan(taken, draws).samples() == 4);
  }
  for (const axes<3>& e : {axes<3>{1, 8, 8}, axes<3>{3, 4, 4}, axes<3>{3, 32, 3}, axes<3>{64, 7, 7}, axes<3>{512, 1, 1},
                           axes<3>{512, 4, 4}, axes<3>{16, 1, 200}, axes<3>{256, 3, 3}, axes<3>{64, 1, 3},
                           axes<3>{2048, 8, 4}, axes<3>{3, 200, 1}}) {
    INFO(e[0] << " channels of " << e[1] << " x " << e[2]);
    const image_shape meant{.samples = 4, .channels = e[0], .rows = e[1], .columns = e[2]};
    CHECK(cutmix<>{}.plan(meant, draws).samples() == 4);
  }
}

TEST_CASE("plans for channels-first images are refused on channels-last ones with the same hint", "[mix]") {
  const auto x = random_batch<float>(axes<4>{4, 12, 12, 3}, 92);
  auto y = empty_batch<float>(axes<4>{4, 12, 12, 3});
  const image_shape meant{.samples = 4, .channels = 3, .rows = 12, .columns = 12};
  const std::string hint = "Is the batch (N, H, W, C)? Then pass as_nhwc(images), of mixcon/adapt/tensors/span.hpp.";
  const mix_plan<pasted_boxes> boxes{{1, 0, 2, 3}, {0.5}, {{{2, 6, 2, 6}}}};
  CHECK_THROWS_WITH(blend(boxes, x.of, y.of), ContainsSubstring(hint));
  CHECK_THROWS_WITH(blend(fmix<>{}.plan(meant, draws), x.of, y.of), ContainsSubstring(hint));
  const auto saliency = random_batch<float>(axes<3>{4, 12, 12}, 93);
  CHECK_THROWS_WITH(puzzlemix<>{}.plan(x.of, draws, saliency.of), ContainsSubstring(hint));
  const mix_plan<interpolated> even{{1, 0, 2, 3}, {0.5}, {}};
  blend(even, x.of, y.of);  // where all values are mixed alike, the order of axes does not matter
}

TEST_CASE("a plan for as many samples as a matrix has columns asks whether samples are in columns", "[mix]") {
  const auto x = random_batch<float>(axes<2>{7, 4}, 94);
  auto y = empty_batch<float>(axes<2>{7, 4});
  refuses(
      [&] {
        blend(mix_plan<interpolated>{{1, 0, 2, 3}, {0.5}, {}}, x.of, y.of);
      },
      "blend: the plan has 4 partners for 7 samples; expected one a sample. Are samples in columns? Rows are "
      "samples: pass the transposed matrix.");
}
