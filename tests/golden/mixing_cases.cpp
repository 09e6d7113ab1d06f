// SPDX-License-Identifier: BSD-3-Clause
#include "golden/mixing_cases.hpp"

#include "golden/mixing_rules.hpp"

#include <mixcon/mix/all_mixes.hpp>
#include <mixcon/mix/pair_targets.hpp>
#include <mixcon/mix/recorded_draws.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

namespace mixcon_golden {
namespace {

using namespace mixcon;

// ---- applying a plan ----

/// What y and grad_x may differ by, for values as large as those of `from`.
template <class T>
double apply_tolerance(const array& from) {
  double largest = 0;
  for (const double value : from.data) largest = std::max(largest, std::abs(value));
  return 8 * static_cast<double>(std::numeric_limits<T>::epsilon()) * largest;
}

template <class T, int Rank>
tensor_view<T, Rank> view_in(std::vector<T>& storage, const array& like) {
  axes<Rank> extents;
  for (int axis = 0; axis < Rank; ++axis) extents[axis] = like.shape.at(static_cast<std::size_t>(axis));
  return {storage.data(), extents};
}

template <class T, int Rank, class Region>
void check_blend(golden_case& of, const mix_plan<Region>& plan, const array& x, bool copies) {
  std::vector<T> sample(x.data.begin(), x.data.end()), mixed(sample.size());
  blend(plan, view_in<T, Rank>(sample, x), view_in<T, Rank>(mixed, x));
  constexpr bool exact_type = std::is_same_v<T, double>;
  of.expect("y", mixed, exact_type ? (copies ? 0 : in_double) : apply_tolerance<T>(x),
            exact_type ? in_units_of::the_value : in_units_of::nothing);
  if (!of.inputs.has("grad_out")) return;
  const array g = of.inputs.real("grad_out");
  if (g.shape != x.shape) throw std::runtime_error("grad_out has another shape than x");
  std::vector<T> upstream(g.data.begin(), g.data.end()), gradient(sample.size(), T{0});
  unblend(plan, view_in<T, Rank>(upstream, g), view_in<T, Rank>(gradient, x));
  of.expect("grad_x", gradient, exact_type ? 1e-9 : apply_tolerance<T>(g),
            exact_type ? in_units_of::the_largest : in_units_of::nothing);
}

/// y, grad_x, and the labels of a plan. `Least` is the lowest rank that this kind of plan mixes.
template <class T, int Least, class Region>
void check_apply(golden_case& of, const mix_plan<Region>& plan, bool copies) {
  const array x = of.inputs.real("x");
  const auto check_as = [&]<int Rank>(std::integral_constant<int, Rank>) {
    if constexpr (Rank >= Least) {
      if (static_cast<int>(x.shape.size()) == Rank) check_blend<T, Rank>(of, plan, x, copies);
    }
  };
  if (static_cast<int>(x.shape.size()) < Least || x.shape.size() > 4) throw std::runtime_error("x has an odd rank");
  check_as(std::integral_constant<int, 1>{}), check_as(std::integral_constant<int, 2>{});
  check_as(std::integral_constant<int, 3>{}), check_as(std::integral_constant<int, 4>{});

  const double smoothing = of.params.number("smoothing", 0);
  const index_t classes = of.params.has("num_classes") ? of.params.count("num_classes") : 0;
  const pair_targets targets = pair_targets_of(plan, of.inputs.indices("labels"));
  of.expect("label_a", targets.own, 0);
  of.expect("label_b", targets.partner, 0);
  if (of.lists("lam")) of.expect("lam", of.count_of("lam") == 1 ? plan.lambda : targets.lambda, in_double);
  if (!of.lists("target")) return;
  std::vector<double> soft(static_cast<std::size_t>(targets.samples() * classes));
  soft_targets(targets, matrix_view<double>{soft.data(), {targets.samples(), classes}}, smoothing);
  of.expect("target", soft, in_double);
}

// ---- reading a plan ----

std::vector<box> read_boxes(const array& listed) {
  std::vector<box> boxes;
  for (std::size_t k = 0; k + 3 < listed.data.size(); k += 4) {
    const auto end = [&](std::size_t n) { return static_cast<index_t>(listed.data[k + n]); };
    boxes.push_back({end(0), end(1), end(2), end(3)});
  }
  return boxes;
}

/// The one box of each [H, W] plane of a mask of 0 and 1 where it has that value; refused if it is no box.
std::vector<box> boxes_of_mask(const array& mask, index_t rows, index_t columns, double inside) {
  std::vector<box> boxes;
  const index_t plane = rows * columns;
  if (plane == 0 || static_cast<index_t>(mask.data.size()) % plane != 0) throw std::runtime_error("mask of odd shape");
  for (index_t start = 0; start < static_cast<index_t>(mask.data.size()); start += plane) {
    const auto at = [&](index_t y, index_t x) { return mask.data[static_cast<std::size_t>(start + y * columns + x)]; };
    box found{rows, 0, columns, 0};
    for (index_t y = 0; y < rows; ++y)
      for (index_t x = 0; x < columns; ++x) {
        if (at(y, x) != 0 && at(y, x) != 1) throw std::runtime_error("a mask that is not 0 and 1");
        if (at(y, x) != inside) continue;
        found = {std::min(found.top, y), std::max(found.bottom, y + 1), std::min(found.left, x),
                 std::max(found.right, x + 1)};
      }
    if (found.bottom == 0) found = {};
    for (index_t y = found.top; y < found.bottom; ++y)
      for (index_t x = found.left; x < found.right; ++x)
        if (at(y, x) != inside) throw std::runtime_error("a mask that is no box");
    boxes.push_back(found);
  }
  return boxes;
}

/// Regions that are the same for every sample, as one for the batch.
template <class R>
std::vector<R> once_if_equal(std::vector<R> regions) {
  for (const R& region : regions)
    if (!(region == regions.front())) return regions;
  if (!regions.empty()) regions.resize(1);
  return regions;
}

void require_kind(fields& plan, const std::string& kind) {
  if (plan.word("kind", kind) != kind) unknown("plan kind " + plan.word("kind", ""));
}

// ---- drawing a plan ----

/// The pairing that the case names, or the reference's derangement where its tries were recorded.
template <class F>
void with_pairing(golden_case& of, bool tried, F&& f) {
  const std::string name = of.params.word("pairing", tried ? "derangement" : "random");
  if (name == "derangement")
    f(pairing::derangement{.max_tries = of.params.has("max_tries") ? of.params.count("max_tries") : 10,
                           .on_failure = pairing::failed_derangement::keep});
  else if (name == "random")
    f(pairing::random_permutation{});
  else if (name == "roll")
    f(pairing::roll{});
  else if (name == "reverse")
    f(pairing::reverse{});
  else
    unknown("pairing " + name);
}

template <class Region>
void expect_plan(golden_case& of, const mix_plan<Region>& drawn, const mix_plan<Region>& planned) {
  if (drawn.partner != planned.partner) of.fail("plan.perm");
  if (!(drawn.region == planned.region)) of.fail("plan." + to_string(planned.region));
  of.expect_equal("plan.lam", array{{}, planned.lambda}, drawn.lambda, in_double);
}

/// Uniform numbers that make `different_class` pick the planned partners.
std::vector<double> picks_of(const std::vector<index_t>& labels, const std::vector<index_t>& partner) {
  std::vector<double> picks;
  for (std::size_t i = 0; i < partner.size(); ++i) {
    double before = 0, all = 0;
    for (std::size_t j = 0; j < labels.size(); ++j)
      if (labels[j] != labels.at(i)) all += 1, before += static_cast<index_t>(j) < partner[i] ? 1 : 0;
    picks.push_back(std::min((before + 0.5) / std::max(all, 1.0), 0.999));
  }
  return picks;
}

// ---- kinds ----

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

template <class T>
const check_table& policy_checks() {
  static const check_table by_kind{
      {"mixup", check_mixup<T>},
      {"mixup.imix", check_mixup<T>},
      {"cutmix", check_cutmix<T>},
      {"cutmix.imix", check_cutmix<T>},
      {"cutmix.1d", check_cutmix_of_signals<T>},
      {"universum.mixup", check_universum_mixup<T>},
      {"universum.cutmix", check_universum_cutmix<T>},
  };
  return by_kind;
}

template <class T>
std::optional<verdict> check(const json& test_case) {
  const std::string kind = test_case.value("method", std::string{});
  for (const check_table* table : {&policy_checks<T>(), &rule_checks()}) {
    const auto found = table->find(kind);
    if (found != table->end()) return verdict_of(test_case, found->second);
  }
  return std::nullopt;
}

}  // namespace

std::optional<verdict> check_mixing_case(const json& test_case, double /*tag*/) { return check<double>(test_case); }
std::optional<verdict> check_mixing_case(const json& test_case, float /*tag*/) { return check<float>(test_case); }

}  // namespace mixcon_golden
