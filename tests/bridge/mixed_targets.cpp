// SPDX-License-Identifier: BSD-3-Clause
// Mixed targets: the N-pair loss of i-Mix against its definition, gradients, and what a plan says of targets.
#include "support/differences.hpp"
#include "support/engines.hpp"
#include "support/reference.hpp"

#include <mixcon/bridge/mixed_targets.hpp>
#include <mixcon/contrast/targets.hpp>
#include <mixcon/losses/info_nce.hpp>
#include <mixcon/mix/kinds/interpolated.hpp>

using namespace mixcon;
using namespace mixcon_test;

namespace {

struct mixed_batch {
  std::vector<double> lambda;
  std::vector<int> partner;  // repeats and fixed points too

  mixed_batch(index_t samples, random_numbers& draw) {
    for (index_t i = 0; i < samples; ++i) {
      lambda.push_back(draw.chance(0.2) ? static_cast<double>(draw.below(2)) : draw.uniform());
      partner.push_back(static_cast<int>(draw.below(samples)));
    }
  }
};

}  // namespace

TEMPLATE_TEST_CASE("info_nce over mixed diagonal targets is the N-pair loss of i-Mix", "[bridge]", float, double,
                   long double) {
  value_check<TestType> agrees("n_pair_mix");
  random_numbers draw(1);
  for (int i = 0; i < 60; ++i) {
    const index_t samples = draw.between(1, 30), width = draw.between(1, 20);
    const double temperature = draw.uniform(0.07, 1);
    const mixed_batch batch(samples, draw);
    const auto mixed = random_embeddings<TestType>(samples, width, draw);
    const auto plain = random_embeddings<TestType>(samples, width, draw);
    const auto s = reference::products(reference::unit(converted<long double>(mixed)),
                                       reference::unit(converted<long double>(plain)));
    agrees(objective{info_nce{.temperature = temperature}, cosine{}},
           mixed_targets{diagonal_targets{}, batch.lambda, batch.partner}, mixed, plain, samples, width,
           1 / reference::wide(temperature), reference::n_pair_mix(s, batch.lambda, batch.partner, temperature));
  }
  agrees.bound_is_tight();
}

TEST_CASE("gradients over mixed targets are derivatives", "[bridge]") {
  random_numbers draw(2);
  const std::vector<int> labels{0, 1, 0, 2, 1};
  const auto check = [&](const auto& targets, index_t candidates) {
    auto a = random_embeddings<long double>(5, 3, draw), c = random_embeddings<long double>(candidates, 3, draw);
    double temperature = draw.uniform(0.2, 1);
    const auto criterion = [&] { return objective{info_nce{.temperature = temperature}, cosine{}}; };
    const auto loss = [&] { return value_of(serial{}, criterion(), targets, a, c); };
    const auto by_anchors = derivative_by(a, 1e-4, loss), by_candidates = derivative_by(c, 1e-4, loss);
    const long double by_temperature = derivative_by(temperature, 1e-4, loss);
    for_each_engine<double>([&](const auto& executor, const char* engine) {
      INFO(engine);
      const auto x = converted<double>(a), y = converted<double>(c);
      auto dx = zeros_like(x), dy = zeros_like(y);
      double dt = 0;
      value_and_grad(executor, criterion(), targets, x, y, {.anchors = dx, .candidates = {dy}, .temperature = &dt});
      check_gradient("anchors'", dx, by_anchors);
      check_gradient("candidates'", dy, by_candidates);
      check_gradient("temperature's", dt, by_temperature);
    });
  };
  for (int i = 0; i < 15; ++i) {
    const mixed_batch batch(5, draw);
    check(mixed_targets{diagonal_targets{}, batch.lambda, batch.partner}, 7);
    check(mixed_targets{label_targets{.labels = labels}, batch.lambda, batch.partner}, 5);
  }
}

TEST_CASE("lambda of 1 is the loss that is not mixed, and lambda of 0 that of the partners", "[bridge]") {
  random_numbers draw(3);
  const auto a = random_embeddings<double>(6, 4, draw), c = random_embeddings<double>(6, 4, draw);
  const std::vector<int> partner{3, 3, 0, 5, 4, 1};
  const objective criterion{info_nce{.temperature = 0.3}, cosine{}};
  const std::vector<double> one{1}, zero{0};
  CHECK(value_of(serial{}, criterion, mixed_targets{diagonal_targets{}, one, partner}, a, c).value ==
        value_of(serial{}, criterion, diagonal_targets{}, a, c).value);
  const auto of_partners = targets_of([&](index_t i, index_t j) {
    return j == partner[static_cast<std::size_t>(i)] ? positive_pair() : negative_pair();
  });
  CHECK(value_of(serial{}, criterion, mixed_targets{diagonal_targets{}, zero, partner}, a, c).value ==
        value_of(serial{}, criterion, of_partners, a, c).value);
}

TEST_CASE("the loss is linear in the targets: mixing them mixes the losses", "[bridge]") {
  random_numbers draw(4);
  const auto a = random_embeddings<double>(6, 4, draw), c = random_embeddings<double>(6, 4, draw);
  const std::vector<int> partner{3, 3, 0, 5, 4, 1};
  const objective criterion{info_nce{.temperature = 0.3}, cosine{}};
  const auto at = [&](double lambda) {
    const std::vector<double> all{lambda};
    return value_of(serial{}, criterion, mixed_targets{diagonal_targets{}, all, partner}, a, c).value;
  };
  for (const double lambda : {0.25, 0.5, 0.9})
    CHECK(at(lambda) == Approx(lambda * at(1) + (1 - lambda) * at(0)).epsilon(1e-13));
}

TEST_CASE("a sample that mixes with itself keeps its target, whatever lambda", "[bridge]") {
  random_numbers draw(5);
  const auto a = random_embeddings<double>(4, 4, draw), c = random_embeddings<double>(4, 4, draw);
  const std::vector<int> itself{0, 1, 2, 3};
  const std::vector<double> lambda{0.3, 0.9, 0, 0.5};
  const objective criterion{info_nce{.temperature = 0.3}, cosine{}};
  CHECK(value_of(serial{}, criterion, mixed_targets{diagonal_targets{}, lambda, itself}, a, c).value ==
        Approx(value_of(serial{}, criterion, diagonal_targets{}, a, c).value).epsilon(1e-14));
}

TEST_CASE("exchanging own and partner together with lambda and 1 - lambda changes nothing", "[bridge]") {
  random_numbers draw(6);
  const auto a = random_embeddings<double>(2, 4, draw), c = random_embeddings<double>(2, 4, draw);
  const auto other = stacked(rows_of(c, 1, 1), rows_of(c, 0, 1));
  const std::vector<int> partner{1, 0};
  const std::vector<double> lambda{0.3, 0.8}, rest{1 - 0.3, 1 - 0.8};
  const objective criterion{info_nce{.temperature = 0.3}, cosine{}};
  CHECK(value_of(serial{}, criterion, mixed_targets{diagonal_targets{}, lambda, partner}, a, c).value ==
        Approx(value_of(serial{}, criterion, mixed_targets{diagonal_targets{}, rest, partner}, a, other).value)
            .epsilon(1e-14));
}

TEST_CASE("the shares of a mixed row of targets add up to 1", "[bridge]") {
  random_numbers draw(7);
  const mixed_batch batch(9, draw);
  const mixed_targets targets{diagonal_targets{}, batch.lambda, batch.partner};
  const auto bound = targets.bind({9, 9, 0, {9}});
  for (index_t a = 0; a < 9; ++a) {
    double mass = 0;
    for (index_t c = 0; c < 9; ++c) mass += bound.rule().at<double>(a, c).target;
    CHECK(mass == Approx(1).epsilon(1e-15));
  }
}

TEST_CASE("mixed targets come from a plan as well as from its numbers", "[bridge]") {
  random_numbers draw(8);
  const auto a = random_embeddings<double>(3, 4, draw), c = random_embeddings<double>(3, 4, draw);
  const mix_plan<interpolated> plan{.partner = {2, 0, 1}, .lambda = {0.7}};
  const objective criterion{info_nce{.temperature = 0.3}, cosine{}};
  CHECK(value_of(serial{}, criterion, mixed_targets{diagonal_targets{}, plan}, a, c).value ==
        value_of(serial{}, criterion, mixed_targets{diagonal_targets{}, plan.lambda, plan.partner}, a, c).value);
}

TEST_CASE("a target that falls on a hidden pair is dropped", "[bridge]") {
  // rows 0 and 2 are views of one sample, 1 and 3 of another; anchor 0 mixes with its own other view
  const std::vector<int> partner{2, 3, 0, 1};
  const std::vector<double> lambda{0.6};
  const auto bound = mixed_targets{view_targets{.samples = 2}, lambda, partner}.bind({4, 4, 0, {4}});
  const auto self = bound.rule().at<double>(0, 0), view = bound.rule().at<double>(0, 2);
  CHECK(self.weight == 0);
  CHECK_FALSE(self.positive);
  CHECK(self.target == 0);
  CHECK(view.target == Approx(0.6));
}

TEST_CASE("mixed_targets refuses lambdas and partners that are none", "[bridge]") {
  const auto z = random_embeddings<double>(3, 2, 9);
  const objective criterion{info_nce{}, cosine{}};
  const auto refusal = [&](const std::vector<double>& lambda, const std::vector<int>& partner) {
    return refusal_of([&] { value_of(serial{}, criterion, mixed_targets{diagonal_targets{}, lambda, partner}, z, z); });
  };
  const std::vector<int> fine{1, 2, 0};
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(refusal({0.5}, fine) == "");
  CHECK_THAT(refusal({0.5, 1.5, 0}, fine), ContainsSubstring("lambda 1 is 1.5; expected a number in [0, 1]"));
  CHECK_THAT(refusal({-0.1}, fine), ContainsSubstring("lambda 0 is -0.1; expected a number in [0, 1]"));
  CHECK_THAT(refusal({nan}, fine), ContainsSubstring("lambda 0 is nan"));
  CHECK_THAT(refusal({0.5, 0.5}, fine), ContainsSubstring("2 lambdas for 3 anchors; expected one each, or one"));
  CHECK_THAT(refusal({0.5}, {1, 2}), ContainsSubstring("2 partners for 3 anchors; expected one each"));
  CHECK_THAT(refusal({0.5}, {1, 3, 0}), ContainsSubstring("the partner of anchor 1 is 3; expected an index in [0, 3)"));
  CHECK_THAT(refusal({0.5}, {1, -1, 0}), ContainsSubstring("the partner of anchor 1 is -1"));
}

TEST_CASE("mixed anchors lose the share of a sample without a label, and are skipped where nothing is left",
          "[bridge]") {
  const std::vector<int> labels{0, -100, 0, -100, 1, 1};
  // with a labelled partner; a label of its own alone; both without; lambda 1 and 0 with the label on either side
  const mix_plan<interpolated> plan{{1, 2, 3, 1, 3, 0}, {0.25, 0.25, 1, 0.5, 0, 1}, {}};
  const label_targets by_label{.labels = labels, .ignored = -100};
  const auto bound = mixed_targets{by_label, plan}.bind({6, 6, 0, {6}});
  const bool skipped[] = {false, false, false, true, true, false};
  for (index_t a = 0; a < 6; ++a) CHECK(bound.skips_anchor(a) == skipped[a]);
  const auto rule = bound.rule();
  const auto target = [&](index_t a, index_t c) { return rule.at<double>(a, c).target; };
  CHECK(target(0, 2) == 0.25);  // of the own label alone: the partner has none
  CHECK(target(1, 0) == 0.75);  // of the partner alone: row 0 is its class
  for (const index_t unlabelled : {index_t{1}, index_t{3}})
    for (index_t a = 0; a < 6; ++a) CHECK(target(a, unlabelled) == 0);

  random_numbers draw(9);
  const auto z = random_embeddings<double>(6, 3, draw);
  objective criterion{info_nce{.temperature = 0.5}, cosine{}}, same = criterion;
  same.without_positive = no_positive::skip;
  const auto kept =
      mixed_targets{label_targets{.labels = labels, .ignored = -100, .ignored_anchors = ignored_anchor::keep}, plan};
  for_each_engine<double>([&](const auto& executor, const char*) {
    const double found = value_of(executor, criterion, mixed_targets{by_label, plan}, z, z);
    CHECK(found == Approx(static_cast<double>(value_of(serial{}, same, kept, z, z))).epsilon(1e-13));
    CHECK(found != Approx(static_cast<double>(value_of(serial{}, criterion, kept, z, z))));
  });
}
