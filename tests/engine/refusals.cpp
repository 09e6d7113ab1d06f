// SPDX-License-Identifier: BSD-3-Clause
// Bad input is refused in a sentence that names what came and what was expected, before any output is touched.
#include "support/engines.hpp"

#include <mixcon/contrast/targets.hpp>
#include <mixcon/losses/alignment.hpp>
#include <mixcon/losses/byol.hpp>
#include <mixcon/losses/info_nce.hpp>
#include <mixcon/losses/weighted_softmax.hpp>

using namespace mixcon;
using namespace mixcon_test;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN(),
                 infinite = std::numeric_limits<double>::infinity();

const objective criterion{info_nce{.temperature = 0.3}, cosine{}};

/// What value_and_grad says, having checked that gradients that would fit were not touched.
template <class Objective, class Targets, class Anchors, class Against>
std::string refusal(const Objective& o, const Targets& targets, const Anchors& anchors, const Against& against) {
  const auto a = view<2>(anchors);
  matrix<double> gradient(a.extent(0), a.extent(1), 7);
  double temperature = 7;
  const std::string sentence = refusal_of([&] {
    value_and_grad(tiled{.threads = 1}, o, targets, anchors, against,
                   {.anchors = gradient, .temperature = &temperature, .stop_gradient = true});
  });
  if (!sentence.empty()) {
    CHECK(gradient == matrix<double>(a.extent(0), a.extent(1), 7));
    CHECK(temperature == 7);
  }
  CHECK(refusal_of([&] { value_of(serial{}, o, targets, anchors, against); }).empty() == sentence.empty());
  return sentence;
}

}  // namespace

TEST_CASE("widths that differ are refused with both shapes", "[engine]") {
  const auto a = random_embeddings<double>(4, 8, 1), c = random_embeddings<double>(6, 5, 2);
  CHECK(refusal(criterion, diagonal_targets{}, a, c) ==
        "value_and_grad: anchors are (4, 8), candidates (6, 5); widths must match. Are the anchors taken before the "
        "projection head?");
}

TEST_CASE("empty anchors, candidates and queues are refused", "[engine]") {
  const auto z = random_embeddings<double>(4, 3, 1);
  const matrix<double> none(0, 3), thin(4, 0);
  CHECK_THAT(refusal(criterion, diagonal_targets{}, none, z),
             ContainsSubstring("anchors are (0, 3); expected at least one row and one column"));
  CHECK_THAT(refusal(criterion, diagonal_targets{}, thin, z), ContainsSubstring("anchors are (4, 0)"));
  CHECK_THAT(refusal(criterion, diagonal_targets{}, z, none),
             ContainsSubstring("candidates are (0, 3); expected at least one row and one column. Is the queue still "
                               "empty?"));
  CHECK_THAT(refusal(criterion, queue_targets{}, z, candidates(own(z), none)),
             ContainsSubstring("Is the queue still empty?"));
  CHECK_THAT(refusal(criterion, queue_targets{}, z, candidates(own(z))),
             ContainsSubstring("no shared candidates; expected at least one besides the anchors' own"));
}

TEST_CASE("own candidates are refused where they do not fit", "[engine]") {
  const auto z = random_embeddings<double>(4, 3, 1), queue = random_embeddings<double>(7, 3, 2);
  CHECK_THAT(refusal(criterion, queue_targets{}, z, candidates(own(queue), queue)),
             ContainsSubstring("own candidates are (7, 1, 3) for 4 anchors; expected (anchors, k, width)"));
  CHECK_THAT(refusal(criterion, queue_targets{}, z, candidates(own(z), own(z), queue)),
             ContainsSubstring("2 own(...) segments; expected at most one"));
  CHECK_THAT(refusal(criterion, queue_targets{}, z, queue),
             ContainsSubstring("the candidates have no own(...) segment; expected candidates(own(keys), queue)"));
  CHECK_THAT(refusal(criterion, diagonal_targets{}, z, candidates(own(z), queue)),
             ContainsSubstring("these targets say nothing of own(...) candidates; use queue_targets or own_targets"));
  auto both = criterion;
  both.direction = {1, 1};
  CHECK_THAT(refusal(both, queue_targets{}, z, candidates(own(z), queue)),
             ContainsSubstring("expected at most one, and none with a column direction"));
}

TEST_CASE("targets refuse shapes that are not theirs", "[engine]") {
  const auto z = random_embeddings<double>(6, 3, 1), more = random_embeddings<double>(8, 3, 2);
  const std::vector<int> five(5, 0), six(6, 0), none;
  CHECK_THAT(refusal(criterion, label_targets{.labels = five}, z, z),
             ContainsSubstring("label_targets: 5 labels x 1 views for 6 anchors; expected one label a sample"));
  CHECK_THAT(refusal(criterion, label_targets{.labels = none}, z, z), ContainsSubstring("0 labels x 1 views"));
  CHECK_THAT(refusal(criterion, label_targets{.labels = six, .views = 0}, z, z),
             ContainsSubstring("label_targets: 0 views; expected at least 1"));
  CHECK_THAT(refusal(criterion, label_targets{.labels = six}, z, more),
             ContainsSubstring("6 labelled candidates for 8 candidates; expected as many. Do the candidates need "
                               "candidate_labels of their own?"));
  CHECK_THAT(refusal(criterion, label_targets{.labels = six, .candidate_labels = five}, z, more),
             ContainsSubstring("5 labelled candidates for 8 candidates"));
  CHECK_THAT(refusal(criterion, view_targets{.samples = 4}, z, z),
             ContainsSubstring("view_targets: 6 candidates for 4 samples x 2 views; expected 8 stacked rows"));
  CHECK_THAT(refusal(criterion, view_targets{.samples = 6, .views = 1}, z, z),
             ContainsSubstring("6 samples and 1 views; expected at least 1 and 2"));
  CHECK_THAT(refusal(criterion, view_targets{.samples = 4}, z, more),
             ContainsSubstring("6 anchors; expected all 8 rows, or the 4 of the first view"));
  CHECK_THAT(refusal(criterion, diagonal_targets{}, more, z),
             ContainsSubstring("diagonal_targets: 6 candidates for 8 anchors"));
  CHECK_THAT(
      refusal(criterion, segments(diagonal_targets{}, every_negative{}), z, z),
      ContainsSubstring("segments: made for 2 candidate segments, called with 1; expected one targets for each"));
  const matrix<double> mask(6, 5);
  CHECK_THAT(refusal(criterion, mask_targets(mask), z, z),
             ContainsSubstring("the mask is (6, 5) with 1 views; expected a square mask over samples"));
}

TEST_CASE("matrix_targets refuse numbers that are no targets", "[engine]") {
  const auto z = random_embeddings<double>(3, 2, 1);
  const auto with = [&](double target, double weight) {
    matrix<double> p(3, 3), w(3, 3, 1);
    p(1, 2) = target, w(2, 0) = weight;
    return refusal(criterion, matrix_targets(p, w), z, z);
  };
  CHECK(with(1, 1) == "");
  CHECK_THAT(with(-0.5, 1), ContainsSubstring("matrix_targets: target (1, 2) is -0.5; expected a finite number >= 0"));
  CHECK_THAT(with(not_a_number, 1), ContainsSubstring("target (1, 2) is nan"));
  CHECK_THAT(with(infinite, 1), ContainsSubstring("target (1, 2) is inf"));
  CHECK_THAT(with(1, -1), ContainsSubstring("matrix_targets: weight (2, 0) is -1; expected a finite number >= 0"));
  CHECK_THAT(with(1, not_a_number), ContainsSubstring("weight (2, 0) is nan"));
  matrix<double> p(3, 3), w(3, 3, 1), wide(3, 4);
  p(1, 0) = 1;
  for (index_t j = 0; j < 3; ++j) w(1, j) = 0;
  CHECK_THAT(refusal(criterion, matrix_targets(p, w), z, z),
             ContainsSubstring("anchor 1 sees no candidate: all are hidden or have weight 0"));
  CHECK_THAT(refusal(criterion, matrix_targets(wide), z, z),
             ContainsSubstring("targets are (3, 4) for (3, 3) (anchors, candidates); they must match"));
  CHECK_THAT(refusal(criterion, matrix_targets(p, wide), z, z), ContainsSubstring("weights are (3, 4) for (3, 3)"));
  matrix<double> mask(3, 3);
  mask(0, 1) = -2;
  CHECK_THAT(refusal(criterion, mask_targets(mask), z, z),
             ContainsSubstring("mask_targets: mask (0, 1) is -2; expected a finite number >= 0"));
}

TEST_CASE("weights, biases and constants of another length are refused", "[engine]") {
  const auto z = random_embeddings<double>(4, 2, 1), more = random_embeddings<double>(6, 2, 2);
  const std::vector<double> three(3, 1), four(4, 1);
  auto weighted = criterion;
  weighted.reduce = reduction::weighted;
  CHECK_THAT(refusal(weighted, diagonal_targets{}, z, z),
             ContainsSubstring("the objective has 0 weights for 4 anchors; reduction::weighted needs one each"));
  weighted.weights = three;
  CHECK_THAT(refusal(weighted, diagonal_targets{}, z, z), ContainsSubstring("3 weights for 4 anchors"));
  weighted.weights = four;
  weighted.direction = {1, 1};
  CHECK_THAT(refusal(weighted, diagonal_targets{}, z, more),
             ContainsSubstring("4 weights for a column direction over 6 candidates; with reduction::weighted expected "
                               "as many candidates as anchors"));
  CHECK(refusal(weighted, diagonal_targets{}, z, z) == "");
  CHECK_THAT(refusal(objective{info_nce{}, cosine{}, candidate_bias(three)}, diagonal_targets{}, z, z),
             ContainsSubstring("candidate_bias has 3 entries for 4 candidates; expected one each"));
  matrix<double> square(4, 4), wide(4, 6);
  CHECK_THAT(refusal(objective{info_nce{}, cosine{}, pair_logits(square, wide)}, diagonal_targets{}, z, z),
             ContainsSubstring("pair_logits has scales (4, 4) and biases (4, 6) for (4, 4) (anchors, candidates)"));
  CHECK_THAT(refusal(objective{weighted_softmax{.kappa = three}, cosine{}}, diagonal_targets{}, z, z),
             ContainsSubstring("per_anchor: 3 numbers for 4 anchors; expected one each"));
}

TEST_CASE("gradients of another shape are refused", "[engine]") {
  const auto z = random_embeddings<double>(4, 3, 1), c = random_embeddings<double>(6, 3, 2);
  matrix<double> fits(4, 3), wrong(4, 2), pairs(6, 4);
  std::vector<double> four(4);
  const auto with = [&](const gradients<double>& wanted) {
    return refusal_of([&] { value_and_grad(serial{}, criterion, diagonal_targets{}, z, c, wanted); });
  };
  CHECK(with({.anchors = fits}) == "");
  CHECK_THAT(with({.anchors = wrong}),
             ContainsSubstring("the gradient by the anchors is (4, 2); expected (4, 3), the shape of what it is the "
                               "gradient of"));
  CHECK_THAT(with({.candidates = {fits}}), ContainsSubstring("the gradient by the candidates is (4, 1, 3)"));
  CHECK_THAT(with({.candidates = {{}, fits}}),
             ContainsSubstring("2 candidate gradients for 1 candidate segments; expected one each at most"));
  CHECK_THAT(with({.candidate_bias = four}),
             ContainsSubstring("the gradient by the candidates' bias is (4,); expected (6,)"));
  CHECK_THAT(with({.pair_scale = pairs}), ContainsSubstring("the pairs' scale is (6, 4); expected (4, 6)"));
  CHECK_THAT(with({.pair_bias = pairs}), ContainsSubstring("the pairs' bias is (6, 4); expected (4, 6)"));
  CHECK_THAT(with({.targets = pairs}), ContainsSubstring("the gradient by the targets is (6, 4); expected (4, 6)"));
}

TEST_CASE("outputs that share memory with inputs or with each other are refused", "[engine]") {
  auto a = random_embeddings<double>(4, 3, 1), c = random_embeddings<double>(4, 3, 2), u = c;
  const auto a_before = a;
  matrix<double> gradient(8, 3);
  const auto with = [&](const gradients<double>& wanted) {
    return refusal_of([&] { value_and_grad(serial{}, criterion, diagonal_targets{}, a, candidates(c, u), wanted); });
  };
  CHECK(with({.anchors = a}) ==
        "value_and_grad: the gradient by the anchors shares memory with the embeddings; hand in a buffer of its own");
  CHECK(a == a_before);
  CHECK_THAT(with({.anchors = c}), ContainsSubstring("the gradient by the anchors shares memory"));
  CHECK_THAT(with({.candidates = {{}, a}}), ContainsSubstring("the gradient by the candidates shares memory"));
  const matrix_view<double> half{gradient.data(), {4, 3}}, shifted{gradient.data() + 6, {4, 3}};
  CHECK_THAT(with({.candidates = {{gradient_segment<double>(half)}, {gradient_segment<double>(shifted)}}}),
             ContainsSubstring("two candidate segments' gradients share memory; hand in a buffer for each"));
  CHECK_THAT(with({.anchors = half, .candidates = {gradient_segment<double>(half)}}),
             ContainsSubstring("the gradients by anchors and by candidates share memory, but anchors and candidates "
                               "are not the same rows; hand in two buffers"));
  CHECK_THAT(refusal_of([&] {
               value_and_grad(serial{}, criterion, diagonal_targets{}, a, a,
                              {.anchors = half, .candidates = {gradient_segment<double>(shifted)}});
             }),
             ContainsSubstring("not the same rows"));
}

TEST_CASE("a part of the gradient by rows that stand on both sides is refused", "[engine]") {
  auto z = random_embeddings<double>(6, 3, 1);
  const auto queue = random_embeddings<double>(5, 3, 2);
  const matrix<double> copy = z;
  matrix<double> one(6, 3), other(6, 3), half(3, 3), by_queue(5, 3);
  double temperature = 0;
  const auto diagonal = targets_of([](index_t a, index_t c) { return a == c ? positive_pair() : negative_pair(); });
  const auto with = [&](const auto& anchors, const auto& against, const gradients<double>& wanted) {
    return refusal_of([&] { value_and_grad(serial{}, criterion, diagonal, anchors, against, wanted); });
  };
  const auto names = [](const std::string& side) {
    return ContainsSubstring("anchors are among the candidates, and a gradient is asked for by the " + side +
                             " alone: a part of what these rows get. Ask for both parts (.anchors = g, .candidates");
  };
  CHECK_THAT(with(z, z, {.anchors = one, .temperature = &temperature}), names("anchors"));
  CHECK_THAT(with(z, z, {.candidates = {one}}), names("candidates"));
  CHECK(with(z, z, {.temperature = &temperature}) == "");
  CHECK(with(z, z, {.anchors = one, .candidates = {other}}) == "");
  CHECK(with(z, copy, {.anchors = one}) == "");
  CHECK(with(z, z, {.anchors = one, .stop_gradient = true}) == "");
  CHECK(with(z, z, {.candidates = {other}, .stop_gradient = true}) == "");

  // segments that hold the anchors, and anchors that hold a segment
  CHECK_THAT(with(z, candidates(z, queue), {.anchors = one}), names("anchors"));
  CHECK_THAT(with(z, candidates(queue, z), {.anchors = one, .candidates = {by_queue}}), names("anchors"));
  CHECK(with(z, candidates(z, queue), {.anchors = one, .candidates = {one}}) == "");
  CHECK_THAT(with(z, candidates(queue, z, z), {.anchors = one, .candidates = {{}, other}}), names("anchors"));
  const matrix_view<double> last{z.data() + 9, {3, 3}}, every_other{z.data(), {3, 3}, {6, 1}},
      odd{z.data() + 3, {3, 3}, {6, 1}}, backwards{z.data() + 15, {6, 3}, {-3, 1}};
  CHECK_THAT(with(last, z, {.anchors = half}), names("anchors"));
  CHECK_THAT(with(z, last, {.anchors = one}), names("anchors"));
  CHECK_THAT(with(z, backwards, {.candidates = {one}}), names("candidates"));
  CHECK_THAT(with(every_other, last, {.anchors = half}), names("anchors"));
  // rows that lie between each other are not the same rows
  CHECK(with(every_other, odd, {.anchors = half}) == "");
  const tensor_view<double, 3> others{z.data() + 3, {3, 1, 3}, {6, 3, 1}};
  CHECK(refusal_of([&] {
          value_and_grad(serial{}, criterion, queue_targets{}, every_other, candidates(own(others), queue),
                         {.anchors = half});
        }) == "");
  // two segments
  CHECK_THAT(with(queue, candidates(z, last), {.candidates = {one}}),
             ContainsSubstring("candidate segments 0 and 1 have rows in common"));
  CHECK(with(queue, candidates(z, last), {.candidates = {one, half}}) == "");

  saved_for<decltype(criterion), matrix<double>> saved;
  forward(serial{}, criterion, diagonal_targets{}, z, saved);
  CHECK_THAT(refusal_of([&] { backward(serial{}, criterion, diagonal_targets{}, z, z, saved, 1, {.anchors = one}); }),
             ContainsSubstring("backward: anchors are among the candidates"));
}

TEST_CASE("a part of the gradient by aligned rows with themselves is refused", "[engine]") {
  const auto z = random_embeddings<double>(4, 3, 1);
  matrix<double> one(4, 3), other(4, 3);
  const auto with = [&](const aligned_gradients<double>& wanted) {
    return refusal_of([&] { value_and_grad(serial{}, alignment{}, z, z, wanted); });
  };
  CHECK_THAT(with({.first = one}), ContainsSubstring("value_and_grad: the first and the second rows of alignment have "
                                                     "rows in common, and a gradient is asked for by one of the two"));
  CHECK_THAT(with({.second = one}), ContainsSubstring(".stop_gradient = true"));
  CHECK(with({.first = one, .second = other}) == "");
  CHECK(with({.first = one, .stop_gradient = true}) == "");
  CHECK(refusal_of([&] { value_and_grad(serial{}, byol{}, z, z, {.first = one}); }) == "");  // constant by definition
}

TEST_CASE("`saved` of another batch is refused", "[engine]") {
  const auto z = random_embeddings<double>(4, 3, 1), larger_batch = random_embeddings<double>(6, 3, 2);
  matrix<double> gradient(4, 3, 7);
  saved_for<decltype(criterion), matrix<double>> saved;
  const auto go = [&] { backward(serial{}, criterion, diagonal_targets{}, z, saved, 1, gradient); };
  CHECK(refusal_of(go) ==
        "backward: `saved` is of another forward pass (0 anchors; expected 4); call forward with these arguments "
        "first");
  forward(serial{}, criterion, diagonal_targets{}, larger_batch, saved);
  CHECK_THAT(refusal_of(go), ContainsSubstring("(6 anchors; expected 4)"));
  CHECK(gradient == matrix<double>(4, 3, 7));
  forward(serial{}, criterion, diagonal_targets{}, z, saved);
  CHECK(refusal_of(go) == "");
}

TEST_CASE("an anchor without a positive is refused by its index where the policy says so", "[engine]") {
  const auto z = random_embeddings<double>(4, 3, 1);
  const std::vector<int> labels{0, 0, 7, 0};
  auto strict = criterion;
  strict.without_positive = no_positive::error;
  CHECK_THAT(refusal(strict, label_targets{.labels = labels}, z, z),
             ContainsSubstring("anchor 2 has no positive and the objective's policy is no_positive::error"));
}

TEST_CASE("bad parameters are refused when the objective is made", "[engine]") {
  for (const double bad : {0.0, -0.1, not_a_number, infinite}) {
    CHECK_THAT(refusal_of([&] {
                 objective{info_nce{.temperature = bad}, cosine{}};
               }),
               ContainsSubstring("objective: temperature is ") && ContainsSubstring("expected a finite number > 0"));
    auto changed = criterion;
    changed.loss.temperature = bad;
    const auto z = random_embeddings<double>(3, 2, 1);
    CHECK_THAT(refusal(changed, diagonal_targets{}, z, z), ContainsSubstring("temperature is "));
    auto scaled = criterion;
    scaled.scale = bad;
    CHECK_THAT(refusal(scaled, diagonal_targets{}, z, z),
               ContainsSubstring("objective: scale is ") && ContainsSubstring("expected a finite number > 0"));
  }
  CHECK_THAT(refusal_of([&] {
               objective{info_nce{.base_temperature = -1}, cosine{}};
             }),
             ContainsSubstring("base_temperature is -1"));
  auto nowhere = criterion;
  nowhere.direction = {0, 0};
  const auto z = random_embeddings<double>(3, 2, 1);
  CHECK_THAT(refusal_of([&] {
               objective{info_nce{}, cosine{}, plain_logits{not_a_number}};
             }),
             ContainsSubstring("bias is nan; expected a finite number"));
  CHECK_THAT(refusal(nowhere, diagonal_targets{}, z, z), ContainsSubstring("direction is {0, 0}"));
}

TEST_CASE("counts that fit the columns are asked whether samples are in columns", "[engine]") {
  const auto z = random_embeddings<double>(12, 6, 5);  // six samples of 12 features, or three with two views
  const std::vector<int> labels{0, 1, 2, 0, 1, 2}, of_two_views{0, 1, 2};
  const matrix<double> mask(6, 6, 1);
  const std::string asked = "Are samples in columns? Rows are samples: pass the transposed matrix";
  CHECK(refusal(criterion, label_targets{.labels = labels}, z, z) ==
        "label_targets: 6 labels x 1 views for 12 anchors; expected one label a sample and every view among the "
        "anchors (or the first view alone). " +
            asked);
  CHECK_THAT(refusal(criterion, label_targets{.labels = of_two_views, .views = 2}, z, z), ContainsSubstring(asked));
  CHECK_THAT(refusal(criterion, class_targets{.labels = labels}, z, z), ContainsSubstring(asked));
  CHECK_THAT(refusal(criterion, view_targets{.samples = 3}, z, z), ContainsSubstring(asked));
  CHECK_THAT(refusal(criterion, matrix_targets(mask), z, z), ContainsSubstring(asked));
  const std::vector<int> five{0, 1, 2, 0, 1};
  CHECK_THAT(refusal(criterion, label_targets{.labels = five}, z, z), !ContainsSubstring(asked));
}
