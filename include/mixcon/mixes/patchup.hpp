// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// PatchUp: mixes hidden maps inside random square holes, softly or by exchange.

#include <mixcon/core/config.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/mix/box.hpp>
#include <mixcon/mix/draw/draws.hpp>
#include <mixcon/mix/draw/lambda.hpp>
#include <mixcon/mix/draw/many_draws.hpp>
#include <mixcon/mix/draw/pairing.hpp>
#include <mixcon/mix/kinds/mask.hpp>
#include <mixcon/mix/kinds/masked.hpp>
#include <mixcon/mix/labels/pair_targets.hpp>
#include <mixcon/mix/plan.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// What PatchUp shows in its holes.
enum class patchup_mode {
  soft,  ///< lambda * own + (1 - lambda) * partner
  hard   ///< the partner
};

/// PatchUp: hidden maps (N, C, H, W) are mixed in random square holes, other ones in each channel, the same for the
/// whole batch. The plan's lambda is the share of the own label over the whole map: unchanged + changed * lambda
/// (soft), or unchanged (hard). The paper's second target, of what the holes show alone, is `hole_targets`. Faramarzi
/// et al. 2020, arXiv:2006.07794. The reference takes square maps, and fails where its probability exceeds 1; here it
/// is cut to 1.
template <LambdaSampler Lambda = beta_lambda, class Pairing = pairing::random_permutation>
struct patchup {
  static constexpr field name = "patchup";
  index_t block_size = 7;  ///< side of a hole, odd, at most the map's
  double gamma = 0.9;      ///< about the share of the map that changes, >= 0
  patchup_mode mode = patchup_mode::soft;
  Lambda lambda{2};
  Pairing pairing{};

  template <Draws D, class... LookedAt>
  mix_plan<masked> plan(const image_shape& shape, const D& draws, const LookedAt&... looked_at) const {
    detail::require_image("patchup", shape);
    const double seed = seed_probability(shape);
    const auto& own = draws.within(name);
    mix_plan<masked> plan;
    plan.partner = detail::partners_by("patchup", pairing, shape.samples, own, looked_at...);
    const double in_holes = mode == patchup_mode::soft ? lambda(own, 0) : 0;
    plan.region.shares = mask::full({1, shape.channels, shape.rows, shape.columns}, 1);
    const auto shares = plan.region.shares.view();
    detail::for_each_uniform(own, "seed", shares.size(), [&](index_t place, double u) {
      if (!(u < seed)) return;
      const index_t x = place % shape.columns, y = place / shape.columns % shape.rows;
      const index_t c = place / shape.columns / shape.rows, reach = block_size / 2;
      const auto around = [reach](index_t centre, index_t extent, const auto& visit) {
        for (index_t i = centre < reach ? 0 : centre - reach; i <= centre + reach && i < extent; ++i) visit(i);
      };
      around(y, shape.rows, [&](index_t row) {
        around(x, shape.columns, [&](index_t column) { shares(0, c, row, column) = in_holes; });
      });
    });
    plan.lambda = {plan.region.shares.mean(0)};
    return plan;
  }

  /// The probability that a pixel is the centre of a hole: gamma W^2 / (b^2 (W - b + 1)^2), cut to 1; for oblong maps
  /// with rows and columns each by their own side.
  double seed_probability(const image_shape& shape) const {
    MIXCON_REQUIRE(block_size >= 1 && block_size % 2 == 1 && block_size <= shape.rows && block_size <= shape.columns,
                   "patchup: block_size is ", block_size, " for maps of ", shape.rows, " x ", shape.columns,
                   "; it must be odd and fit into the map.");
    MIXCON_REQUIRE(gamma >= 0 && gamma < __builtin_huge_val(), "patchup: gamma is ", gamma,
                   "; it must be finite and >= 0.");
    const auto share = [this](index_t extent) {
      return static_cast<double>(extent) / static_cast<double>(block_size * (extent - block_size + 1));
    };
    const double probability = gamma * share(shape.rows) * share(shape.columns);
    return probability < 1 ? probability : 1;
  }
};

/// The share of values that a PatchUp plan leaves alone: those outside the holes.
inline double unchanged_share(const mix_plan<masked>& plan) {
  double unchanged = 0;
  for (const double share : plan.region.shares.values) unchanged += share == 1 ? 1 : 0;
  return unchanged / static_cast<double>(plan.region.shares.values.size());
}

/// PatchUp's target of the holes alone: own lambda there (soft), or the partner's label (hard). `in_holes` is the
/// lambda that was drawn; 0 in hard mode. The share of an `ignored` label is dropped.
template <LabelsViewable Labels>
pair_targets hole_targets(const mix_plan<masked>& plan, const Labels& labels, double in_holes,
                          const ignored_label& ignored = {}) {
  detail::require_share("hole_targets", in_holes);
  pair_targets targets = pair_targets_of(plan, labels, ignored);
  for (double& lambda : targets.lambda) lambda = in_holes;
  return targets;
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
