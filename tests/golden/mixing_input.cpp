// SPDX-License-Identifier: BSD-3-Clause
#include "golden/mixing_checks.hpp"

#include <mixcon/mix/kinds/slerp.hpp>

namespace mixcon_golden {
namespace {

template <class T>
void check_mixup(golden_case& of) {
  fields plan = of.inputs.inside("plan");
  require_kind(plan, "lerp");
  const mix_plan<interpolated> planned{plan.indices("perm"), plan.real("lam").data, {}};
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
  mix_plan<pasted_intervals> planned{plan.indices("perm"), {}, {}};
  for (const box& b : once_if_equal(boxes_of_mask(plan.real("mask"), 1, shape.steps, 0)))
    planned.region.intervals.push_back({b.left, b.right});
  if (plan.has("segment")) {
    const std::vector<index_t> ends = plan.indices("segment");
    const interval listed{ends.at(0), ends.at(1)};
    if (listed.length() == 0) planned.region.intervals = {listed};
    if (planned.region.intervals != std::vector{listed}) of.fail("plan.segment");
  }
  for (const interval& s : planned.region.intervals) planned.lambda.push_back(1 - share(s, shape));
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
  if (planned.region.intervals.size() > 1) throw std::runtime_error("intervals drawn one a sample");
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
  const mix_plan<interpolated> planned{plan.indices("perm"), plan.real("lam").data, {}};
  of.also(plan);
  check_apply<T, 1>(of, planned, false);

  accepted_by(of);  // read by the CutMix form only
  const std::vector<index_t> labels = of.inputs.indices("labels");
  recorded_draws draws;
  draws.record("partner", picks_of(labels, planned.partner));
  const universum<interpolated> policy{.partner_share = of.params.number("lam", 0.5)};
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

template <class T>
void check_switch(golden_case& of) {
  const image_shape shape = image_shape_of(of.inputs.real("x"));
  fields plan = of.inputs.inside("plan");
  require_kind(plan, "mask");
  const std::string mode = plan.word("mode", "batch");
  if (mode != "batch" && mode != "elem" && mode != "pair") unknown("mode " + mode);
  if (of.params.word("mode", mode) != mode) of.fail("params.mode");
  const std::vector<double> drawn = plan.real("drawn_lam").data;
  const json& listed = plan.raw("use_cutmix");
  const std::vector<box> boxes = read_boxes(plan.real("boxes"));
  const std::size_t entries = mode == "batch" ? 1 : static_cast<std::size_t>(shape.samples), half = entries / 2;
  mix_plan<switched> planned{plan.indices("perm"), std::vector<double>(entries), {}};
  planned.region.boxes.resize(entries), planned.region.pastes.resize(entries);
  std::size_t next = 0;
  for (std::size_t k = 0; k < drawn.size(); ++k) {
    const bool pastes = listed.is_array() ? listed.at(k).get<bool>() : listed.get<bool>();
    const box pasted = pastes && drawn[k] != 1 ? boxes.at(next++) : box{};
    for (const std::size_t i : {k, mode == "pair" ? entries - 1 - k : k}) {
      planned.lambda.at(i) = pastes ? 1 - share(pasted, shape) : drawn[k];
      planned.region.boxes[i] = pasted, planned.region.pastes[i] = pastes ? 1 : 0;
    }
  }
  if (next != boxes.size() || (mode == "pair" && drawn.size() != half)) of.fail("plan.boxes");
  const mask listed_mask = mask_of(plan.real("mask"));
  double worst = 0;
  for (index_t i = 0; i < shape.samples; ++i)
    for (index_t y = 0; y < shape.rows; ++y)
      for (index_t x = 0; x < shape.columns; ++x) {
        const box& b = planned.region.of(i);
        const bool inside = y >= b.top && y < b.bottom && x >= b.left && x < b.right;
        const double keep = planned.region.pasted(i) ? (inside ? 0 : 1) : planned.lambda_of(i);
        worst = std::max(worst, std::abs(keep - listed_mask.view()(listed_mask.extents[0] == 1 ? 0 : i, 0, y, x)));
      }
  if (worst > in_double) of.fail("plan.mask", worst);
  of.also(plan);
  check_apply<T, 3>(of, planned, false);
  const double smoothing = of.params.number("label_smoothing", 0);
  const pair_targets targets = pair_targets_of(planned, of.inputs.indices("labels"));
  std::vector<double> soft(static_cast<std::size_t>(shape.samples * of.params.count("num_classes")));
  soft_targets(targets, matrix_view<double>{soft.data(), {shape.samples, of.params.count("num_classes")}}, smoothing);
  of.expect("target_smoothed", soft, in_double);

  // With nothing but the plan's numbers drawn, the policy must come to the same lambdas and switches.
  recorded_draws draws;
  std::vector<double> gate, turn;
  for (std::size_t i = 0; i < entries; ++i)
    gate.push_back(0), turn.push_back(planned.region.pastes[i] != 0 ? 0 : 0.999999);
  std::vector<double> lambdas;
  for (std::size_t i = 0; i < entries; ++i) lambdas.push_back(drawn[mode == "pair" && i >= half ? entries - 1 - i : i]);
  draws.record("gate", gate), draws.record("switch", turn), draws.record("lambda", lambdas);
  draws.record("lambda_of_cutmix", lambdas);
  struct planned_box {
    const mix_plan<switched>* of;
    box operator()(const image_shape&, double, const recorded_draws&, index_t i) const { return of->region.of(i); }
  };
  const mixup_or_cutmix<pairing::reverse, planned_box> policy{
      .mixup = {of.params.number("mixup_alpha", 0.8)},
      .cutmix = {of.params.number("cutmix_alpha", 1)},
      .probability = of.params.number("prob", 1),
      .switch_probability = of.params.number("switch_prob", 0.5),
      .per = mode == "batch"  ? granularity::batch
             : mode == "pair" ? granularity::pair
                              : granularity::sample,
      .pairing = {},
      .place = {&planned}};
  expect_plan(of, policy.plan(shape, draws), planned);
}

template <class T>
void check_cutout(golden_case& of) {
  fields plan = of.inputs.inside("plan");
  require_kind(plan, "fill");
  const index_t samples = of.inputs.real("x").rows();
  const mix_plan<filled_boxes> planned{
      pairing::identity(samples), {1.0}, {read_boxes(plan.real("box")), of.params.number("fill", 0)}};
  of.also(plan);
  of.inputs.has("labels");  // they stay
  of.expect("lam", planned.lambda, in_double);
  check_blend<T, 4>(of, planned, of.inputs.real("x"), true);
}

template <class T>
void check_hconcat(golden_case& of) {
  const image_shape shape = image_shape_of(of.inputs.real("x"));
  fields plan = of.inputs.inside("plan");
  require_kind(plan, "mask");
  recorded_draws draws;
  const std::vector<index_t> partner = plan.indices("perm");
  record_partners(draws, nullptr, partner);
  const auto planned = hconcat<fixed_lambda>{{of.params.number("lam")}}.plan(shape, draws);
  if (planned.region.boxes[0].left != plan.count("split")) of.fail("plan.split");
  const std::vector<box> listed = boxes_of_mask(plan.real("mask"), 1, shape.columns, 0);
  if (listed[0].right > 0 && listed[0].left != planned.region.boxes[0].left) of.fail("plan.mask");
  of.also(plan);
  check_apply<T, 3>(of, planned, true);
}

template <class T>
void check_stackmix(golden_case& of) {
  const array x = of.inputs.real("x"), other = of.inputs.real("x2");
  array wide = x;
  wide.shape.back() *= 2;
  const std::vector<T> own(x.data.begin(), x.data.end()), partner(other.data.begin(), other.data.end());
  std::vector<T> stacked(2 * own.size());
  const mix_plan<interpolated> plan{pairing::identity(x.rows()), {0.5}, {}};
  stack_columns(plan, view_in<const T, 4>(own, x), view_in<const T, 4>(partner, other), view_in<T, 4>(stacked, wide));
  of.expect("y", stacked, std::is_same_v<T, double> ? 0 : apply_tolerance<T>(x), in_units_of::nothing);
  const pair_targets targets = pair_targets_of(plan, of.inputs.indices("labels"), of.inputs.indices("labels2"));
  const index_t classes = static_cast<index_t>(of.count_of("target")) / x.rows();
  std::vector<double> soft(of.count_of("target"));
  soft_targets(targets, matrix_view<double>{soft.data(), {x.rows(), classes}});
  of.expect("target", soft, in_double);
}

template <class T>
void check_noise(golden_case& of) {
  const array x = of.inputs.real("x"), noise = of.inputs.real("noise");
  const std::vector<T> own(x.data.begin(), x.data.end()), other(noise.data.begin(), noise.data.end());
  std::vector<T> mixed(own.size());
  const auto plan = noise_mixup<fixed_lambda>{{of.params.number("lam")}}.plan(x.rows(), recorded_draws{});
  blend(plan, view_in<const T, 4>(own, x), view_in<const T, 4>(other, noise), view_in<T, 4>(mixed, x));
  of.expect("y", mixed, std::is_same_v<T, double> ? in_double : apply_tolerance<T>(noise) + apply_tolerance<T>(x));
}

template <class T>
void check_slerp(golden_case& of) {
  if (of.params.number("eps", 1e-6) != 1e-6) unknown("eps");
  const array a = of.inputs.real("a"), b = of.inputs.real("b");
  const std::vector<T> own(a.data.begin(), a.data.end()), other(b.data.begin(), b.data.end());
  std::vector<T> mixed(own.size());
  const auto plan = on_sphere({pairing::identity(a.rows()), of.inputs.real("lam").data, {}});
  blend(plan, view_in<const T, 2>(own, a), view_in<const T, 2>(other, b), view_in<T, 2>(mixed, a));
  // nearly opposite rows in float: the angle is lost in the rounding of the rows
  of.expect("y", mixed, std::is_same_v<T, double> ? in_double : 8 * 1.2e-7 * 50);
}

template <class T>
void check_inputmix(golden_case& of) {
  fields plan = of.inputs.inside("plan");
  require_kind(plan, "multi_lerp");
  mix_plan<multi_lerp> planned{{}, {1.0}, {}};
  for (const json& list : plan.raw("perms")) planned.region.more_partners.push_back(list.get<std::vector<index_t>>());
  if (planned.region.more_partners.empty()) throw std::runtime_error("no partners");
  planned.partner = planned.region.more_partners.front();
  planned.region.more_partners.erase(planned.region.more_partners.begin());
  planned.region.weights = plan.real("weights").data;
  of.also(plan);
  check_apply<T, 1>(of, planned, false);

  const double floor = of.params.number("pmin", 0.5);
  recorded_draws draws;
  record_partners(draws, nullptr, planned.partner);
  index_t again = 1;
  for (const auto& list : planned.region.more_partners)
    draws.record(field("partner").on_try(again++), std::vector<double>(list.begin(), list.end()));
  const index_t width = planned.region.partners() + 1;
  std::vector<double> drawn = planned.region.weights, lambdas;  // before the floor
  for (std::size_t k = 0; k < drawn.size(); ++k) {
    if (static_cast<index_t>(k) % width == 0) lambdas.push_back(drawn[k]), drawn[k] -= floor;
    drawn[k] = std::clamp(drawn[k] / (1 - floor), 0.0, 1.0);
  }
  draws.record("weights", drawn), draws.record("lambda", lambdas);
  const inputmix policy{.partners = of.params.count("num_aux"), .floor = floor};
  const auto found = policy.plan(planned.samples(), draws);
  if (found.partner != planned.partner || found.region.more_partners != planned.region.more_partners)
    of.fail("plan.perms");
  of.expect_equal("plan.weights", array{{}, planned.region.weights}, found.region.weights, in_double);
}

template <class T>
void check_unmix(golden_case& of) {
  const array x = of.inputs.real("x");
  const image_shape shape = image_shape_of(x);
  fields plan = of.inputs.inside("plan");
  const bool pastes = plan.word("kind", "lerp") == "box";
  if (!pastes) require_kind(plan, "lerp");
  mix_plan<switched> planned{plan.indices("perm"), {1.0}, switched::none()};
  planned.region.pastes[0] = pastes ? 1 : 0;
  if (pastes) planned.region.boxes = read_boxes(plan.real("box"));
  planned.lambda[0] = pastes ? 1 - share(planned.region.of(0), shape) : plan.number("lam");
  of.also(plan);
  check_apply<T, 3>(of, planned, pastes);
  of.expect("loss_weights", std::vector<double>{planned.lambda[0], 1 - planned.lambda[0]}, in_double);
  const std::vector<T> sample(x.data.begin(), x.data.end());
  std::vector<T> mixed(sample.size()), backwards(sample.size());
  blend(planned, view_in<const T, 4>(sample, x), view_in<T, 4>(mixed, x));
  const auto from = reversed(view_in<T, 4>(mixed, x));
  blend(mix_plan<interpolated>{pairing::identity(x.rows()), {1.0}, {}}, from, view_in<T, 4>(backwards, x));
  of.expect("y_reversed", backwards, std::is_same_v<T, double> ? in_double : apply_tolerance<T>(x));

  recorded_draws draws;
  draws.record("gate", {0}), draws.record("switch", {pastes ? 0 : 0.999999}),
      draws.record("lambda", {planned.lambda[0]});
  if (!pastes) expect_plan(of, un_mix_policy{}.plan(shape, draws), planned);
}

template <class T>
void check_augmix(golden_case& of) {
  const array x = of.inputs.real("x"), chains = of.inputs.real("chains");
  fields plan = of.inputs.inside("plan");
  const std::vector<double> weights = plan.real("weights").data;
  const index_t samples = x.rows(), count = static_cast<index_t>(weights.size());
  recorded_draws draws;
  std::vector<double> for_each, shares;
  for (index_t i = 0; i < samples; ++i) {
    for_each.insert(for_each.end(), weights.begin(), weights.end());
    shares.push_back(plan.number("m"));
  }
  of.also(plan);
  draws.record("weights", for_each), draws.record("augmented_share", shares);
  const auto planned = augmix{.chains = count}.plan(samples, draws);
  array copies = x;
  copies.shape[0] = count * samples;
  const std::vector<T> own(x.data.begin(), x.data.end()), augmented(chains.data.begin(), chains.data.end());
  if (augmented.size() != own.size() * weights.size()) throw std::runtime_error("chains of odd shape");
  std::vector<T> mixed(own.size());
  blend(planned, view_in<const T, 4>(own, x), view_in<const T, 4>(augmented, copies), view_in<T, 4>(mixed, x));
  of.expect("y", mixed, std::is_same_v<T, double> ? in_double : apply_tolerance<T>(chains) + apply_tolerance<T>(x));
}

const known_mixing mixup_kind{"mixup", check_mixup<double>, check_mixup<float>};
const known_mixing mixup_imix{"mixup.imix", check_mixup<double>, check_mixup<float>};
const known_mixing cutmix_kind{"cutmix", check_cutmix<double>, check_cutmix<float>};
const known_mixing cutmix_imix{"cutmix.imix", check_cutmix<double>, check_cutmix<float>};
const known_mixing cutmix_1d{"cutmix.1d", check_cutmix_of_signals<double>, check_cutmix_of_signals<float>};
const known_mixing universum_mixup{"universum.mixup", check_universum_mixup<double>, check_universum_mixup<float>};
const known_mixing universum_cutmix{"universum.cutmix", check_universum_cutmix<double>, check_universum_cutmix<float>};
const known_mixing switch_kind{"mixup_cutmix_switch", check_switch<double>, check_switch<float>};
const known_mixing cutout_kind{"cutout", check_cutout<double>, check_cutout<float>};
const known_mixing hconcat_kind{"hconcat", check_hconcat<double>, check_hconcat<float>};
const known_mixing stackmix_kind{"stackmix", check_stackmix<double>, check_stackmix<float>};
const known_mixing noise_kind{"noise_mixup", check_noise<double>, check_noise<float>};
const known_mixing slerp_kind{"slerp", check_slerp<double>, check_slerp<float>};
const known_mixing inputmix_kind{"inputmix", check_inputmix<double>, check_inputmix<float>};
const known_mixing unmix_kind{"unmix", check_unmix<double>, check_unmix<float>};
const known_mixing augmix_kind{"augmix", check_augmix<double>, check_augmix<float>};

}  // namespace
}  // namespace mixcon_golden
