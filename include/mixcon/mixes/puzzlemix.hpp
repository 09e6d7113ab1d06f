// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Puzzle Mix: a minimum cut chooses which image each block shows, then salient blocks move to where they show.

#include <mixcon/core/tensor_traits.hpp>
#include <mixcon/mix/draw/draws.hpp>
#include <mixcon/mix/draw/lambda.hpp>
#include <mixcon/mix/draw/pairing.hpp>
#include <mixcon/mix/draw/refused_plan.hpp>
#include <mixcon/mix/kinds/transported_blocks.hpp>
#include <mixcon/mix/solve/block_labels.hpp>
#include <mixcon/mix/solve/map_unit.hpp>

#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

namespace detail {

/// The mean of a plane's square tiles of `size`, times `unit`: (rows / size, columns / size), row-major.
template <class T>
std::vector<double> tile_means(const tensor_view<T, 2>& plane, index_t size, double unit) {
  std::vector<double> means;
  for (index_t r = 0; r < plane.extent(0); r += size)
    for (index_t c = 0; c < plane.extent(1); c += size) {
      double sum = 0;
      for (index_t y = r; y < r + size; ++y)
        for (index_t x = c; x < c + size; ++x) sum += unit * static_cast<double>(plane(y, x));
      means.push_back(sum / static_cast<double>(size * size));
    }
  return means;
}

/// Where the least of the numbers stands first.
inline index_t first_of_least(const double* numbers, index_t count) {
  constexpr index_t width = 8;  // side by side, so that compilers use vectors
  double least[width];
  for (index_t k = 0; k < width; ++k) least[k] = numbers[0];
  index_t j = 0;
  for (; j + width <= count; j += width)
    for (index_t k = 0; k < width; ++k) least[k] = numbers[j + k] < least[k] ? numbers[j + k] : least[k];
  for (; j < count; ++j) least[0] = numbers[j] < least[0] ? numbers[j] : least[0];
  for (index_t k = 1; k < width; ++k) least[0] = least[k] < least[0] ? least[k] : least[0];
  index_t first = 0;
  while (first + 1 < count && numbers[first] != least[0]) ++first;
  return first;
}

/// How the salient blocks of an image move to where the mask shows it. `saliency` (B * B), `mask` (B * B). In B rounds
/// every block asks for its cheapest place, every place keeps the cheapest of those that ask, and for the others it
/// becomes dearer by 1. Returns for every place the block that is shown there; places that the mask hides keep theirs.
inline std::vector<index_t> transported(const std::vector<double>& saliency, const std::vector<double>& mask,
                                        index_t blocks, double distance_weight) {
  const index_t count = blocks * blocks;
  const auto shown = [&](index_t j) { return mask[static_cast<std::size_t>(j)] > 0; };
  const auto distance = [&](index_t i, index_t j) {
    const index_t rows = i / blocks - j / blocks, columns = i % blocks - j % blocks;
    const double squared = static_cast<double>(rows * rows + columns * columns);
    const double side = blocks > 1 ? static_cast<double>(blocks - 1) : 1;
    return squared / (side * side);
  };
  std::vector<double> cost;
  for (index_t i = 0; i < count; ++i)
    for (index_t j = 0; j < count; ++j)
      cost.push_back(portable::product(distance_weight, distance(i, j)) -
                     (shown(j) ? saliency[static_cast<std::size_t>(i)] : 0));
  std::vector<index_t> wish(static_cast<std::size_t>(count), -1), winner;  // -1: to be asked (again)
  const auto price = [&](index_t i, index_t j) -> double& { return cost[static_cast<std::size_t>(i * count + j)]; };
  for (index_t round = 0; round < blocks; ++round) {
    winner.assign(static_cast<std::size_t>(count), -1);
    for (index_t i = 0; i < count; ++i) {
      index_t& wanted = wish[static_cast<std::size_t>(i)];
      if (wanted < 0) wanted = first_of_least(&price(i, 0), count);
      index_t& holder = winner[static_cast<std::size_t>(wanted)];
      if (holder < 0 || price(i, wanted) < price(holder, wanted)) holder = i;
    }
    for (index_t i = 0; i < count; ++i) {
      index_t& wanted = wish[static_cast<std::size_t>(i)];
      if (winner[static_cast<std::size_t>(wanted)] == i) continue;
      price(i, wanted) += 1;
      wanted = -1;
    }
  }
  for (index_t j = 0; j < count; ++j)
    if (!shown(j) || winner[static_cast<std::size_t>(j)] < 0) winner[static_cast<std::size_t>(j)] = j;
  return winner;
}

}  // namespace detail

/// Puzzle Mix: which image a block shows is chosen to keep what is salient in both and to cut where they agree, by a
/// minimum cut; then salient blocks are moved to where their image is shown. Square images (N, C, H, W) with values in
/// [0, 1] and their saliency (N, H, W) >= 0, the root mean square over channels of the loss's gradient, say, are
/// arguments of `plan`. The published solver finds a local minimum with three labels and more; this one the global.
/// Kim, Choo, Song 2020, arXiv:2009.06962.
template <LambdaSampler Lambda = beta_lambda, class Pairing = pairing::random_permutation>
struct puzzlemix {
  static constexpr field name = "puzzlemix";
  Lambda lambda{};  ///< the expected own share
  Pairing pairing{};
  index_t least_exponent = 1, exponent_end = 5;  ///< 2^e blocks a side, e in [least, end)
  index_t labels = 3;                            ///< shares that a block can take: 0, 1 / (labels - 1), ..., 1
  double label_smoothness = 1.2;                 ///< beta, >= 0
  double data_smoothness = 0.5;                  ///< gamma, >= 0, beside beta
  double prior = 0.2;                            ///< eta, >= 0: pull towards the expected share
  index_t neighbourhood = 4;                     ///< pixels that are averaged before neighbours are compared
  bool moves_blocks = true;                      ///< salient blocks, to where the mask shows their image
  double distance_weight = 0.8;                  ///< of moving a block, beside its saliency

  template <Viewable<4> Images, Draws D, Viewable<3> Saliency, class... LookedAt>
  mix_plan<transported_blocks> plan(const Images& images, const D& draws, const Saliency& saliency,
                                    const LookedAt&... looked_at) const {
    const auto own = draws.within(name);
    const auto pixels = view<4>(images);
    require_exponents();
    const index_t exponent = own.integer("exponent", 0, least_exponent, exponent_end);
    return plan_for(images, saliency, detail::partners_by("puzzlemix", pairing, pixels.extent(0), own, looked_at...),
                    is_off(lambda) ? 1.0 : lambda(own, 0), index_t{1} << exponent);
  }
  template <class Shape, class D, class... LookedAt>
  requires detail::MistakenPlan<Shape, D, LookedAt...>
  detail::no_plan plan(const Shape&, const D&, const LookedAt&...) const {
    return detail::refuse_plan<Shape>();
  }

  /// The plan for given partners, expected own share, and blocks a side.
  template <Viewable<4> Images, Viewable<3> Saliency>
  mix_plan<transported_blocks> plan_for(const Images& images, const Saliency& saliency,
                                        const std::vector<index_t>& partner, double own_share, index_t blocks) const {
    const auto pixels = view<4>(images);
    const auto salient = view<3>(saliency);
    (require)(pixels.extents(), salient.extents(), blocks);
    detail::require_share("puzzlemix", own_share);
    mix_plan<transported_blocks> plan{.partner = partner, .lambda = {}, .region = {.blocks = blocks}};
    const index_t samples = static_cast<index_t>(partner.size()), count = blocks * blocks;
    for (index_t i = 0; i < samples; ++i) {
      const index_t other = partner[static_cast<std::size_t>(i)];
      const auto own_saliency = block_saliency(salient, i, blocks),
                 its_saliency = block_saliency(salient, other, blocks);
      const std::vector<index_t> chosen =
          best_labels(energy(pixels, i, other, own_saliency, its_saliency, own_share, blocks));
      std::vector<double> mask, its_mask;
      double sum = 0;
      for (const index_t label : chosen) {
        mask.push_back(1 - static_cast<double>(label) / static_cast<double>(labels - 1));
        its_mask.push_back(1 - mask.back());
        sum += mask.back();
      }
      plan.lambda.push_back(sum / static_cast<double>(count));
      append(plan.region.mask, mask);
      if (!moves_blocks) continue;
      append(plan.region.own_source, detail::transported(own_saliency, mask, blocks, distance_weight));
      append(plan.region.partner_source, detail::transported(its_saliency, its_mask, blocks, distance_weight));
    }
    return plan;
  }

  /// What the cut minimises for one pair. Label l shows the partner with share l / (labels - 1).
  template <class T>
  block_energy energy(const tensor_view<T, 4>& images, index_t own, index_t partner,
                      const std::vector<double>& own_saliency, const std::vector<double>& partner_saliency,
                      double own_share, index_t blocks) const {
    const index_t count = blocks * blocks;
    const double weight = label_smoothness / static_cast<double>(blocks) / 16;
    // the cost of showing the own sample is what the partner loses, and the other way round
    std::vector<double> show_own = partner_saliency, show_partner = own_saliency;
    std::vector<double> strength[2];  // down, across
    for (const bool down : {true, false}) {
      const double beside = weight * data_smoothness;
      for_each_neighbour(blocks, down, [&](index_t first, index_t second) {
        const auto apart = [&](index_t p, index_t q) {
          return beside * edge_difference(images, p, q, first, down, blocks);
        };
        const double own_own = apart(own, own), own_other = apart(own, partner), other_own = apart(partner, own),
                     other_other = apart(partner, partner);
        show_own[static_cast<std::size_t>(first)] += (own_other + own_own) / 2;
        show_partner[static_cast<std::size_t>(first)] += (other_own + other_other) / 2;
        show_own[static_cast<std::size_t>(second)] += (other_own + own_own) / 2;
        show_partner[static_cast<std::size_t>(second)] += (own_other + other_other) / 2;
        strength[down ? 0 : 1].push_back((own_other + other_own - own_own - other_other) / 2 + weight);
      });
    }
    const double large = 1000 * static_cast<double>(count);
    const auto whole = [&](double cost) {
      MIXCON_REQUIRE(cost > -1e12 && cost < 1e12, "puzzlemix: between samples ", own, " and ", partner, " a cost is ",
                     cost, "; expected finite images with values in [0, 1], and smoothness and prior not far above 1.");
      return static_cast<std::int64_t>(cost);
    };
    block_energy found{.blocks = blocks, .labels = labels, .unary = {}, .down = {}, .across = {}};
    for (index_t b = 0; b < count; ++b)
      for (index_t l = 0; l < labels; ++l) {
        const double t = static_cast<double>(l) / static_cast<double>(labels - 1);
        const double cost = (1 - t) * show_own[static_cast<std::size_t>(b)] +
                            t * show_partner[static_cast<std::size_t>(b)] +
                            prior * prior_cost(l, own_share) / static_cast<double>(count);
        found.unary.push_back(whole(large * cost));
      }
    for (const double s : strength[0]) found.down.push_back(whole(large * s));
    for (const double s : strength[1]) found.across.push_back(whole(large * s));
    return found;
  }

  /// The saliency of each block of a sample, (B * B), with sum 1. Refuses a map of zeros, and numbers that are
  /// negative or not finite.
  template <class T>
  std::vector<double> block_saliency(const tensor_view<T, 3>& saliency, index_t sample, index_t blocks) const {
    const tensor_view<T, 2> plane{saliency.data() + sample * saliency.stride(0),
                                  {saliency.extent(1), saliency.extent(2)},
                                  {saliency.stride(1), saliency.stride(2)}};
    for (index_t y = 0; y < plane.extent(0); ++y)
      for (index_t x = 0; x < plane.extent(1); ++x) {
        const double value = static_cast<double>(plane(y, x));
        MIXCON_REQUIRE(value >= 0 && detail::is_finite_number(value), "puzzlemix: the saliency of sample ", sample,
                       " holds ", value, "; expected finite values >= 0.");
      }
    std::vector<double> means =
        detail::tile_means(plane, saliency.extent(1) / blocks, detail::unit_of_map(saliency, sample));
    double sum = 0;
    for (const double m : means) sum += m;
    MIXCON_REQUIRE(sum > 0, "puzzlemix: the saliency of sample ", sample, " sums to ", sum,
                   "; expected values >= 0 that are not all 0.");
    for (double& m : means) m /= sum;
    return means;
  }

 private:
  static void append(auto& list, const auto& more) { list.insert(list.end(), more.begin(), more.end()); }

  void require_exponents() const {
    MIXCON_REQUIRE(least_exponent >= 0 && least_exponent < exponent_end && exponent_end <= 8, "puzzlemix: exponents [",
                   least_exponent, ", ", exponent_end,
                   "); expected 0 <= least_exponent < exponent_end <= 8, the blocks a side being 2^exponent.");
  }
  void(require)(const axes<4>& images, const axes<3>& saliency, index_t blocks) const {
    MIXCON_REQUIRE(saliency[0] == images[0] && saliency[1] == images[2] && saliency[2] == images[3],
                   "puzzlemix: images ", images, " and saliency ", saliency, "; expected saliency (N, H, W).",
                   detail::asked_about_layout(images));
    MIXCON_REQUIRE(images[2] == images[3] && blocks >= 1 && images[2] % blocks == 0, "puzzlemix: images of ", images[2],
                   " x ", images[3], " do not divide into ", blocks, " x ", blocks,
                   " blocks; expected square images whose side the blocks divide. Choose other exponents.",
                   detail::asked_about_layout(images));
    MIXCON_REQUIRE(labels >= 2 && labels <= 16, "puzzlemix: ", labels, " labels; expected 2 to 16.");
    MIXCON_REQUIRE(label_smoothness >= 0 && data_smoothness >= 0 && prior >= 0 && neighbourhood >= 1,
                   "puzzlemix: smoothness ", label_smoothness, " and ", data_smoothness, ", prior ", prior,
                   ", neighbourhood ", neighbourhood, "; expected numbers >= 0, and at least one pixel.");
  }

  template <class F>
  static void for_each_neighbour(index_t blocks, bool down, F&& f) {
    for (index_t r = 0; r + (down ? 1 : 0) < blocks; ++r)
      for (index_t c = 0; c + (down ? 0 : 1) < blocks; ++c) f(r * blocks + c, r * blocks + c + (down ? blocks : 1));
  }

  /// Along the border between a block and its neighbour: the mean |p - q| of the averaged pixels on its two sides, p
  /// before it and q behind it.
  template <class T>
  double edge_difference(const tensor_view<T, 4>& images, index_t p, index_t q, index_t first, bool down,
                         index_t blocks) const {
    const index_t side = images.extent(2) / blocks, size = neighbourhood < side ? neighbourhood : side;
    const index_t along = side / size, channels = images.extent(1);
    const index_t row = first / blocks * side, column = first % blocks * side;
    const auto mean = [&](index_t image, index_t channel, index_t y, index_t x) {
      double sum = 0;
      for (index_t r = y; r < y + size; ++r)
        for (index_t c = x; c < x + size; ++c) sum += static_cast<double>(images(image, channel, r, c));
      return sum / static_cast<double>(size * size);
    };
    double sum = 0;
    for (index_t k = 0; k < along; ++k) {
      const index_t y = down ? row + side - size : row + k * size, x = down ? column + k * size : column + side - size;
      for (index_t channel = 0; channel < channels; ++channel)
        sum += __builtin_fabs(mean(p, channel, y, x) - mean(q, channel, down ? y + size : y, down ? x : x + size));
    }
    return sum / static_cast<double>(along * channels);
  }

  /// -log of the binomial probability that l of labels - 1 draws show the partner.
  double prior_cost(index_t l, double own_share) const {
    double probability = 1;
    for (index_t k = 0; k < l; ++k)
      probability *= static_cast<double>(labels - 1 - k) / static_cast<double>(k + 1) * (1 - own_share);
    for (index_t k = l; k < labels - 1; ++k) probability *= own_share;
    return -portable::log(probability + 1e-8);
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
