// SPDX-License-Identifier: BSD-3-Clause
#include "golden/mixing_checks.hpp"

#include <mixcon/mixes/positive_features.hpp>

namespace mixcon_golden {
namespace {

template <class T>
void check_manifold(golden_case& of) {
  fields plan = of.inputs.inside("plan");
  require_kind(plan, "lerp");
  const mix_plan<interpolated> planned{plan.indices("perm"), plan.real("lam").data, {}};
  of.also(plan);
  check_apply<T, 1>(of, planned, false);
  recorded_draws draws;
  record_partners(draws, nullptr, planned.partner);
  draws.record("lambda", planned.lambda);
  const granularity per = planned.lambda.size() == 1 ? granularity::batch : granularity::sample;
  const manifold_mixup<> policy{.lambda = {of.params.number("alpha", 2)}, .pairing = {}, .per = per};
  expect_plan(of, policy.plan(planned.samples(), draws), planned);
}

template <class T>
void check_guidedmix(golden_case& of) {
  const image_shape shape = image_shape_of(of.inputs.real("x"));
  fields plan = of.inputs.inside("plan");
  require_kind(plan, "mask");
  const array saliency = of.inputs.real("saliency");
  recorded_draws draws;
  record_partners(draws, nullptr, plan.indices("perm"));
  const auto drawn = guidedmixup<pairing::random_permutation>{}.plan(shape, draws, saliency.template view<3>());
  mix_plan<masked> planned = drawn;
  planned.region.shares = mask_of(plan.real("mask"));
  of.expect_equal("plan.mask", array{{}, planned.region.shares.values}, drawn.region.shares.values, in_double);
  of.also(plan);
  check_apply<T, 3>(of, planned, false);
}

template <class T>
void check_patchup(golden_case& of) {
  const image_shape shape = image_shape_of(of.inputs.real("x"));
  const std::string mode = of.params.word("mode", "soft");
  if (mode != "soft" && mode != "hard") unknown("mode " + mode);
  const patchup<> policy{.block_size = of.params.count("block_size"),
                         .gamma = of.params.number("gamma"),
                         .mode = mode == "soft" ? patchup_mode::soft : patchup_mode::hard};
  const double lambda = of.params.number("lam");
  fields plan = of.inputs.inside("plan"), recorded = of.inputs.inside("draws");
  require_kind(plan, "mask");
  recorded_draws draws;
  record_partners(draws, &recorded, plan.indices("perm"));
  draws.record("lambda", {lambda});
  std::vector<double> seeds = recorded.real("seeds").data;
  for (double& seed : seeds) seed = seed == 1 ? 0 : 0.999999;  // below the probability, or not
  draws.record("seed", seeds);
  of.also(recorded);
  mix_plan<masked> planned = policy.plan(shape, draws);
  const array listed = plan.real("mask");
  of.expect_equal("plan.mask", array{{}, mask_of(listed).values}, planned.region.shares.values, in_double);
  planned.region.shares = mask_of(listed);
  of.also(plan);
  of.expect("gamma_adj", policy.seed_probability(shape), in_double);
  of.expect("unchanged", unchanged_share(planned), in_double);
  const std::vector<index_t> labels = of.inputs.indices("labels");
  const index_t classes = of.params.count("num_classes");
  const auto expect_soft = [&](const char* output, const pair_targets& targets) {
    std::vector<double> soft(static_cast<std::size_t>(shape.samples * classes));
    soft_targets(targets, matrix_view<double>{soft.data(), {shape.samples, classes}});
    of.expect(output, soft, in_double);
  };
  expect_soft("target_reweighted", pair_targets_of(planned, labels));
  expect_soft("target_b", hole_targets(planned, labels, mode == "soft" ? lambda : 0));
  check_apply<T, 3>(of, planned, mode == "hard");
}

template <class T>
void check_positive_features(golden_case& of) {
  const array q = of.inputs.real("q"), k = of.inputs.real("k");
  fields recorded = of.inputs.inside("draws");
  recorded_draws draws;
  record(draws, recorded, "beta", "lambda");
  of.also(recorded);
  const positive_features policy{.alpha = of.params.number("alpha", 2),
                                 .extrapolate = of.params.flag("extrapolate", true),
                                 .normalize = of.params.flag("normalize", true)};
  const auto shares = policy.shares(q.shape.at(0), q.shape.at(1), draws);
  const std::vector<T> queries(q.data.begin(), q.data.end()), keys(k.data.begin(), k.data.end());
  std::vector<T> new_queries(queries.size()), new_keys(keys.size());
  policy.blend(shares, view_in<const T, 2>(queries, q), view_in<const T, 2>(keys, k), view_in<T, 2>(new_queries, q));
  policy.blend(shares, view_in<const T, 2>(keys, k), view_in<const T, 2>(queries, q), view_in<T, 2>(new_keys, k));
  const double tolerance = std::is_same_v<T, double> ? in_double : 4 * apply_tolerance<T>(q);
  of.expect("q", new_queries, tolerance), of.expect("k", new_keys, tolerance);
}

const known_mixing manifold{"manifold_mixup", check_manifold<double>, check_manifold<float>};
const known_mixing guidedmix{"guidedmix", check_guidedmix<double>, check_guidedmix<float>};
const known_mixing patchup_kind{"patchup", check_patchup<double>, check_patchup<float>};
const known_mixing positive{"pos_feature_mix", check_positive_features<double>, check_positive_features<float>};

}  // namespace
}  // namespace mixcon_golden
