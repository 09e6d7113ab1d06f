// SPDX-License-Identifier: BSD-3-Clause
// The kinds of mixing_features.json whose plans look at what they mix: AlignMix and Puzzle Mix.
#include "golden/mixing_checks.hpp"

#include <mixcon/mixes/alignmix.hpp>
#include <mixcon/mixes/puzzlemix.hpp>

namespace mixcon_golden {
namespace {

tensor_view<const double, 4> maps_of(const array& listed) {
  const auto maps = listed.view<4>();
  if (!maps) throw std::runtime_error("x is not of rank 4");
  return maps;
}

template <class T>
void check_alignmix(golden_case& of) {
  const array x = of.inputs.real("x");
  fields listed = of.inputs.inside("plan");
  mix_plan<transported_tokens> plan{.partner = listed.indices("perm"), .lambda = {listed.number("lam")}, .region = {}};
  if (listed.word("kind", "align") != "align") unknown("kind of plan");
  const index_t direction = listed.count("direction");
  if (direction != 0 && direction != 1) unknown("direction");
  plan.region.moves_own = direction == 1;
  of.also(listed);

  const alignmix<> policy{.transport = {.regularisation = of.params.number("eps"),
                                        .max_iterations = of.params.count("max_iter"),
                                        .threshold = of.params.number("threshold")}};
  const auto maps = maps_of(x);
  const sinkhorn_plan found = policy.matched(maps, plan.partner);
  of.expect("assignment", found.assignment, 1e-9);
  of.expect("iterations", static_cast<double>(found.iterations), 0);
  plan.region.tokens = maps.extent(2) * maps.extent(3);
  plan.region.assignment = found.assignment;
  check_apply<T, 4>(of, plan, false);
}

/// Which block is shown where, as the case has it: for each sample a matrix of 0 and 1, (from, to).
void expect_sources(golden_case& of, const char* output, const mix_plan<transported_blocks>& plan, bool own) {
  if (!of.lists(output)) return;
  const index_t count = plan.region.blocks * plan.region.blocks;
  if (plan.region.own_source.empty()) return of.expect_json(output, nullptr);
  const array listed = of.output(output);
  for (index_t n = 0; n < plan.samples(); ++n)
    for (index_t to = 0; to < count; ++to) {
      const double share = plan.region.share(n, to);
      if ((own ? share : 1 - share) == 0) continue;  // arbitrary where nothing is shown
      const index_t from = plan.region.source(own, n, to);
      if (listed.data.at(static_cast<std::size_t>((n * count + from) * count + to)) != 1) of.fail(output);
    }
}

template <class T>
void check_puzzlemix(golden_case& of) {
  const array x = of.inputs.real("x"), salient = of.inputs.real("saliency");
  fields listed = of.inputs.inside("plan");
  const std::vector<index_t> partner = listed.indices("perm");
  const double own_share = listed.number("lam_prior");
  of.also(listed);
  const puzzlemix<> policy{.labels = of.params.count("n_labels"),
                           .label_smoothness = of.params.number("beta"),
                           .data_smoothness = of.params.number("gamma"),
                           .prior = of.params.number("eta"),
                           .neighbourhood = of.params.count("neigh_size"),
                           .moves_blocks = of.params.flag("transport", true),
                           .distance_weight = of.params.number("t_eps")};
  const index_t blocks = of.params.count("block_num");
  const auto images = maps_of(x);
  const auto saliency = salient.view<3>();
  const auto plan = policy.plan_for(images, saliency, partner, own_share, blocks);

  std::vector<block_energy> energies;
  std::vector<double> least;
  for (index_t n = 0; n < plan.samples(); ++n) {
    const index_t other = plan.partner_of(n);
    energies.push_back(policy.energy(images, n, other, policy.block_saliency(saliency, n, blocks),
                                     policy.block_saliency(saliency, other, blocks), own_share, blocks));
    const double unit = static_cast<double>((policy.labels - 1) * (policy.labels - 1));
    least.push_back(static_cast<double>(energies.back().scaled(best_labels(energies.back()))) / unit);
  }
  of.expect("energy", least, 0);
  const auto expect_each = [&](const char* output, std::vector<std::int64_t> block_energy::*part) {
    std::vector<array> each = of.outputs(output);
    if (each.size() != energies.size()) return of.fail(output);
    for (std::size_t n = 0; n < each.size(); ++n) of.expect_equal(output, each[n], energies[n].*part, 0);
  };
  expect_each("unary_cost", &block_energy::unary);
  expect_each("pairwise_x", &block_energy::down);
  expect_each("pairwise_y", &block_energy::across);
  of.expect("block_mask", plan.region.mask, in_double);
  expect_sources(of, "transport_1", plan, true);
  expect_sources(of, "transport_2", plan, false);
  check_apply<T, 4>(of, plan, false);
}

const known_mixing alignmix_kind{"alignmix", check_alignmix<double>, check_alignmix<float>};
const known_mixing puzzlemix_kind{"puzzlemix", check_puzzlemix<double>, check_puzzlemix<float>};

}  // namespace
}  // namespace mixcon_golden
