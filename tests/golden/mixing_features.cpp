// SPDX-License-Identifier: BSD-3-Clause
#include "golden/mixing_checks.hpp"

#include <mixcon/mix/positive_features.hpp>

namespace mixcon_golden {
namespace {

template <class T>
void check_manifold(golden_case& of) {
  fields plan = of.inputs.inside("plan");
  require_kind(plan, "lerp");
  const mix_plan<lerp> planned{plan.indices("perm"), plan.real("lam").data, {}};
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

template <class T>
void check_alignmix(golden_case& of) {
  const array x = of.inputs.real("x");
  fields plan = of.inputs.inside("plan");
  require_kind(plan, "align");
  mix_plan<aligned> planned{plan.indices("perm"), plan.real("lam").data, {}};
  planned.region.moves_own = plan.count("direction") == 1;
  of.also(plan);
  const alignmix<> policy{.transport = {.regularisation = of.params.number("eps", 0.1),
                                        .max_iterations = of.params.count("max_iter"),
                                        .threshold = of.params.number("threshold", 0.1)}};
  const sinkhorn_plan matched = policy.matched(x.template view<4>(), planned.partner);
  of.expect("assignment", matched.assignment, 1e-9);
  of.expect("iterations", static_cast<double>(matched.iterations), 0);

  recorded_draws draws;
  record_partners(draws, nullptr, planned.partner);
  draws.record("lambda", planned.lambda), draws.record("direction", {planned.region.moves_own ? 1.0 : 0.0});
  planned.region.tokens = x.shape[2] * x.shape[3];
  planned.region.assignment = matched.assignment;
  const auto drawn = policy.plan(x.template view<4>(), draws);
  if (!(drawn == planned)) of.fail("plan");
  of.inputs.has("labels");
  of.expect("lam", planned.lambda, in_double);

  const array g = of.inputs.real("grad_out");
  const std::vector<T> sample(x.data.begin(), x.data.end()), upstream(g.data.begin(), g.data.end());
  std::vector<T> mixed(sample.size()), gradient(sample.size(), T{0});
  blend(planned, view_in<const T, 4>(sample, x), view_in<T, 4>(mixed, x));
  unblend(planned, view_in<const T, 4>(upstream, g), view_in<T, 4>(gradient, x));
  constexpr bool exact = std::is_same_v<T, double>;
  const double terms = static_cast<double>(planned.region.tokens);  // summed for each value
  of.expect("y", mixed, exact ? 1e-9 : terms * apply_tolerance<T>(x));
  of.expect("grad_x", gradient, exact ? 1e-9 : terms * apply_tolerance<T>(g), in_units_of::the_largest);
}

/// The listed integer costs of each pair of samples, [(B, B, L)] or the like.
void expect_costs(golden_case& of, const char* output, const std::vector<std::vector<std::int64_t>>& found) {
  if (!of.lists(output)) return;
  std::vector<double> got, expected;
  for (const auto& costs : found)
    for (const std::int64_t cost : costs) got.push_back(static_cast<double>(cost));
  for (const json& listed : of.listed(output)) {
    const array costs = read_array(listed);
    expected.insert(expected.end(), costs.data.begin(), costs.data.end());
  }
  of.expect_equal(output, array{{}, expected}, got, 0);
}

template <class T>
void check_puzzlemix(golden_case& of) {
  const array x = of.inputs.real("x"), saliency = of.inputs.real("saliency");
  fields plan = of.inputs.inside("plan");
  const std::vector<index_t> partner = plan.indices("perm");
  const double own_share = plan.number("lam_prior");
  of.also(plan);
  of.inputs.has("labels");
  const index_t blocks = of.params.count("block_num"), count = blocks * blocks;
  const puzzlemix<> policy{.labels = of.params.count("n_labels"),
                           .label_smoothness = of.params.number("beta", 1.2),
                           .data_smoothness = of.params.number("gamma", 0.5),
                           .prior = of.params.number("eta", 0.2),
                           .neighbourhood = of.params.count("neigh_size"),
                           .moves_blocks = of.params.flag("transport", true),
                           .distance_weight = of.params.number("t_eps", 0.8)};
  const auto images = x.template view<4>();
  const auto maps = saliency.template view<3>();
  const auto planned = policy.plan_for(images, maps, partner, own_share, blocks);
  std::vector<std::vector<std::int64_t>> unary, down, across;
  std::vector<double> energies;
  for (index_t i = 0; i < planned.samples(); ++i) {
    const index_t j = planned.partner_of(i);
    const block_energy energy = policy.energy(images, i, j, policy.block_saliency(maps, i, blocks),
                                              policy.block_saliency(maps, j, blocks), own_share, blocks);
    unary.push_back(energy.unary), down.push_back(energy.down), across.push_back(energy.across);
    const double unit = static_cast<double>((energy.labels - 1) * (energy.labels - 1));
    energies.push_back(static_cast<double>(energy.scaled(best_labels(energy))) / unit);
  }
  expect_costs(of, "unary_cost", unary), expect_costs(of, "pairwise_x", down), expect_costs(of, "pairwise_y", across);
  of.expect("energy", energies, in_double);
  of.expect("block_mask", planned.region.mask, in_double);
  of.expect("lam", planned.lambda, in_double);
  for (const bool own : {true, false}) {
    const char* output = own ? "transport_1" : "transport_2";
    if (!of.lists(output)) continue;
    const json& listed = of.listed(output);
    if (listed.is_null()) {
      if (!(own ? planned.region.own_source : planned.region.partner_source).empty()) of.fail(output);
      continue;
    }
    const array moves = read_array(listed);  // (N, source, place)
    for (index_t i = 0; i < planned.samples(); ++i)
      for (index_t place = 0; place < count; ++place) {
        const double share = planned.region.share(i, place);
        if ((own ? share : 1 - share) == 0) continue;  // hidden: any source
        const index_t source = planned.region.source(own, i, place);
        if (moves.data.at(static_cast<std::size_t>((i * count + source) * count + place)) != 1) of.fail(output);
      }
  }
  check_blend<T, 4>(of, planned, x, false);
}

const known_mixing align{"alignmix", check_alignmix<double>, check_alignmix<float>};
const known_mixing puzzle{"puzzlemix", check_puzzlemix<double>, check_puzzlemix<float>};
const known_mixing manifold{"manifold_mixup", check_manifold<double>, check_manifold<float>};
const known_mixing guidedmix{"guidedmix", check_guidedmix<double>, check_guidedmix<float>};
const known_mixing patchup_kind{"patchup", check_patchup<double>, check_patchup<float>};
const known_mixing positive{"pos_feature_mix", check_positive_features<double>, check_positive_features<float>};

}  // namespace
}  // namespace mixcon_golden
