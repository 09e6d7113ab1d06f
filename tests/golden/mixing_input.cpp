// SPDX-License-Identifier: BSD-3-Clause
#include "golden/mixing_checks.hpp"

namespace mixcon_golden {
namespace {

template <class T>
void check_mixup(golden_case& of) {
  fields plan = of.inputs.inside("plan");
  require_kind(plan, "lerp");
  const mix_plan<lerp> planned{plan.indices("perm"), plan.real("lam").data, {}};
  of.also(plan);
  check_apply<T, 1>(of, planned, false);

  const beta_lambda beta{.alpha = of.params.number("alpha", 1)};
  const bool folds = of.params.flag("fold_max", false), given = of.params.has("per_sample");
  const bool per_sample = given ? of.params.flag("per_sample", false) : planned.lambda.size() > 1;
  const granularity per = per_sample ? granularity::sample : granularity::batch;
  fields recorded = of.inputs.has("draws") ? of.inputs.inside("draws") : fields(json::object(), "draws");
  recorded_draws draws;
  if (!record(draws, recorded, "beta", "lambda") && !record(draws, recorded, "lam", "lambda"))
    draws.record("lambda", planned.lambda);
  const bool tried = record_partners(draws, &recorded, planned.partner);
  const index_t samples = planned.samples();
  with_pairing(of, tried, [&](auto pairing) {
    if (folds)
      expect_plan(of, mixup<folded<>, decltype(pairing)>{{beta}, pairing, per}.plan(samples, draws), planned);
    else
      expect_plan(of, mixup<beta_lambda, decltype(pairing)>{beta, pairing, per}.plan(samples, draws), planned);
  });
  of.also(recorded);
}

template <class T>
void check_cutmix(golden_case& of) {
  const array x = of.inputs.real("x");
  if (x.shape.size() < 3) throw std::runtime_error("x is no batch of images");
  const image_shape shape{x.rows(), 1, x.shape[x.shape.size() - 2], x.shape.back()};
  fields plan = of.inputs.inside("plan");
  require_kind(plan, "box");
  mix_plan<pasted_boxes> planned{plan.indices("perm"), {}, {.boxes = read_boxes(plan.real("box"))}};
  for (const box& b : planned.region.boxes) planned.lambda.push_back(1 - share(b, shape));
  of.also(plan);
  check_apply<T, 3>(of, planned, true);

  const beta_lambda beta{.alpha = of.params.number("alpha", 1)};
  const bool folds = of.params.flag("fold_max", false), given = of.params.has("per_sample");
  const bool per_sample = given ? of.params.flag("per_sample", false) : planned.region.boxes.size() > 1;
  const granularity per = per_sample ? granularity::sample : granularity::batch;
  if (!of.inputs.has("draws")) {
    with_pairing(of, false, [](auto) {});
    return;
  }
  fields recorded = of.inputs.inside("draws");
  recorded_draws draws;
  const bool drawn = (record(draws, recorded, "beta", "lambda") || record(draws, recorded, "lam", "lambda")) &&
                     record(draws, recorded, "cy", "box_row") && record(draws, recorded, "cx", "box_column");
  const bool tried = record_partners(draws, &recorded, planned.partner);
  with_pairing(of, tried, [&](auto pairing) {
    if (!drawn) {  // the box is taken from the plan
      if (pairing(shape.samples, draws) != planned.partner) of.fail("plan.perm");
    } else if (folds) {
      expect_plan(of, cutmix<folded<>, decltype(pairing)>{{beta}, pairing, {}, per}.plan(shape, draws), planned);
    } else {
      expect_plan(of, cutmix<beta_lambda, decltype(pairing)>{beta, pairing, {}, per}.plan(shape, draws), planned);
    }
  });
  of.also(recorded);
}

template <class T>
void check_cutmix_of_signals(golden_case& of) {
  const array x = of.inputs.real("x");
  const signal_shape shape{x.rows(), 1, x.shape.back()};
  fields plan = of.inputs.inside("plan");
  require_kind(plan, "mask");
  mix_plan<pasted_segments> planned{plan.indices("perm"), {}, {}};
  for (const box& b : once_if_equal(boxes_of_mask(plan.real("mask"), 1, shape.steps, 0)))
    planned.region.segments.push_back({b.left, b.right});
  if (plan.has("segment")) {
    const std::vector<index_t> ends = plan.indices("segment");
    const segment listed{ends.at(0), ends.at(1)};
    if (listed.length() == 0) planned.region.segments = {listed};
    if (planned.region.segments != std::vector{listed}) of.fail("plan.segment");
  }
  for (const segment& s : planned.region.segments) planned.lambda.push_back(1 - share(s, shape));
  of.also(plan);
  check_apply<T, 2>(of, planned, true);

  const beta_lambda beta{.alpha = of.params.number("alpha", 1)};
  if (!of.inputs.has("draws")) return;
  fields recorded = of.inputs.inside("draws");
  recorded_draws draws;
  if (!record(draws, recorded, "beta", "lambda") && !record(draws, recorded, "lam", "lambda"))
    unknown("draws: no lambda");
  record(draws, recorded, "start", "segment_begin");
  record_partners(draws, &recorded, planned.partner);
  if (planned.region.segments.size() > 1) throw std::runtime_error("segments drawn one a sample");
  expect_plan(of, cutmix<>{.lambda = beta}.plan(shape, draws), planned);
  of.also(recorded);
}

accept_area accepted_by(golden_case& of) {
  accept_area place;
  if (of.params.has("accept")) {
    const std::vector<double> range = of.params.real("accept").data;
    place.low = range.at(0), place.high = range.at(1);
  }
  return place;
}

template <class T>
void check_universum_mixup(golden_case& of) {
  fields plan = of.inputs.inside("plan");
  require_kind(plan, "lerp");
  const mix_plan<lerp> planned{plan.indices("perm"), plan.real("lam").data, {}};
  of.also(plan);
  check_apply<T, 1>(of, planned, false);

  accepted_by(of);  // read by the CutMix form only
  const std::vector<index_t> labels = of.inputs.indices("labels");
  recorded_draws draws;
  draws.record("partner", picks_of(labels, planned.partner));
  const universum<lerp> policy{.partner_share = of.params.number("lam", 0.5)};
  expect_plan(of, policy.plan(planned.samples(), draws, labels), planned);
}

template <class T>
void check_universum_cutmix(golden_case& of) {
  const array x = of.inputs.real("x");
  if (x.shape.size() < 3) throw std::runtime_error("x is no batch of images");
  const image_shape shape{x.rows(), 1, x.shape[x.shape.size() - 2], x.shape.back()};
  fields plan = of.inputs.inside("plan");
  require_kind(plan, "mask");
  mix_plan<pasted_boxes> planned{plan.indices("perm"), {}, {.boxes = {}, .own_inside = true}};
  planned.region.boxes = once_if_equal(boxes_of_mask(plan.real("mask"), shape.rows, shape.columns, 1));
  if (plan.has("box_from_self") && planned.region.boxes != read_boxes(plan.real("box_from_self")))
    of.fail("plan.box_from_self");
  for (const box& b : planned.region.boxes) planned.lambda.push_back(share(b, shape));
  of.also(plan);
  check_apply<T, 3>(of, planned, true);

  const universum<pasted_boxes> policy{.partner_share = of.params.number("lam", 0.5), .place = accepted_by(of)};
  if (!of.inputs.has("draws")) return;
  fields recorded = of.inputs.inside("draws");
  const std::vector<index_t> labels = of.inputs.indices("labels");
  recorded_draws draws;
  draws.record("partner", picks_of(labels, planned.partner));
  index_t attempt = 0;
  for (const json& centre : recorded.raw("centers")) {
    draws.record(field("box_row").on_try(attempt), {centre.at(0).get<double>()});
    draws.record(field("box_column").on_try(attempt++), {centre.at(1).get<double>()});
  }
  of.also(recorded);
  expect_plan(of, policy.plan(shape, draws, labels), planned);
}

const known_mixing mixup_kind{"mixup", check_mixup<double>, check_mixup<float>};
const known_mixing mixup_imix{"mixup.imix", check_mixup<double>, check_mixup<float>};
const known_mixing cutmix_kind{"cutmix", check_cutmix<double>, check_cutmix<float>};
const known_mixing cutmix_imix{"cutmix.imix", check_cutmix<double>, check_cutmix<float>};
const known_mixing cutmix_1d{"cutmix.1d", check_cutmix_of_signals<double>, check_cutmix_of_signals<float>};
const known_mixing universum_mixup{"universum.mixup", check_universum_mixup<double>, check_universum_mixup<float>};
const known_mixing universum_cutmix{"universum.cutmix", check_universum_cutmix<double>, check_universum_cutmix<float>};

}  // namespace
}  // namespace mixcon_golden
