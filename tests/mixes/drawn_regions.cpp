// SPDX-License-Identifier: BSD-3-Clause
// Where boxes, holes and blobs fall: counts over many plans against the distribution that the rule names. Seeds are
// fixed; a right sampler fails one of these once in a million.
#include "support/catch.hpp"
#include "support/distributions.hpp"

#include <mixcon/mix/draw/box_rules.hpp>
#include <mixcon/mix/draw/pairing.hpp>
#include <mixcon/mix/draw/pairing_by_class.hpp>
#include <mixcon/mixes/cutmix.hpp>
#include <mixcon/mixes/fmix.hpp>
#include <mixcon/mixes/gridmix.hpp>
#include <mixcon/mixes/patchup.hpp>

#include <cmath>
#include <cstdint>
#include <map>
#include <vector>

using namespace mixcon;
using mixcon_test::chi_square, mixcon_test::kolmogorov_smirnov;

namespace {

constexpr double once_in_a_million = 1e-6;
constexpr index_t boxes = 24000;
const image_shape image{1, 1, 12, 20};
const philox_draws draws{.seed = 19};

/// How often each of 0 .. outcomes - 1 came; anything else fails.
class tally {
 public:
  explicit tally(index_t outcomes) : counts_(static_cast<std::size_t>(outcomes)) {}
  void add(index_t outcome) {
    REQUIRE((0 <= outcome && outcome < static_cast<index_t>(counts_.size())));
    ++counts_[static_cast<std::size_t>(outcome)];
  }
  double evenness() const { return chi_square(counts_); }

 private:
  std::vector<int> counts_;
};

/// The centre of a box whose whole sides are 2 * half, of which a border cut off at most one.
index_t centre(index_t begin, index_t end, index_t half) { return begin > 0 ? begin + half : end - half; }

template <class Rule>
double evenness_of_centres(const Rule& rule, index_t top, index_t left) {
  const index_t rows = image.rows - 2 * top, columns = image.columns - 2 * left;
  tally places(rows * columns);
  for (index_t i = 0; i < boxes; ++i) {
    const box b = rule(image, 0.75, draws, i);  // sides are half of the image's: 6 x 10
    places.add((centre(b.top, b.bottom, 3) - top) * columns + centre(b.left, b.right, 5) - left);
  }
  return places.evenness();
}

}  // namespace

TEST_CASE("boxes with a centre have each centre equally often", "[mix]") {
  CHECK(evenness_of_centres(centred_box{}, 0, 0) > once_in_a_million);
  CHECK(evenness_of_centres(torchvision_box{}, 0, 0) > once_in_a_million);
  CHECK(evenness_of_centres(margin_box{.margin = 0.34}, 2, 3) > once_in_a_million);
}

TEST_CASE("a continuous box begins in each row equally often, and at the border where it is cut off", "[mix]") {
  tally rows(12);  // height 6: rows 1 .. 8 are one outcome each, and the border is four
  for (index_t i = 0; i < boxes; ++i) {
    const box b = continuous_box{}(image, 0.75, draws, i);
    rows.add(b.top > 0 ? b.top + 3 : i % 4);
  }
  CHECK(rows.evenness() > once_in_a_million);
}

TEST_CASE("a minmax box has each size equally often, and of a size each place", "[mix]") {
  tally heights(7), widths(12);  // trunc(12 * 0.2) = 2 to 8, trunc(20 * 0.2) = 4 to 15
  std::map<index_t, tally> tops;
  for (index_t i = 0; i < boxes; ++i) {
    const box b = minmax_box{}(image, 0, draws, i);
    const index_t height = b.bottom - b.top;
    heights.add(height - 2), widths.add(b.right - b.left - 4);
    tops.try_emplace(height, 12 - height).first->second.add(b.top);
  }
  CHECK(heights.evenness() > once_in_a_million);
  CHECK(widths.evenness() > once_in_a_million);
  for (const auto& [height, places] : tops) {
    INFO("height " << height);
    CHECK(places.evenness() > once_in_a_million);
  }
}

TEST_CASE("a random interval begins at each step equally often", "[mix]") {
  tally begins(31);
  for (index_t i = 0; i < boxes; ++i) begins.add(random_interval{}(signal_shape{1, 1, 40}, 0.75, draws, i).begin);
  CHECK(begins.evenness() > once_in_a_million);
}

TEST_CASE("cutmix with a whole box inside has its lambda's distribution but for whole pixels", "[mix]") {
  std::vector<double> sides;  // 1 - lambda is uniform, so a side's share has the distribution x^2
  const auto plan = cutmix<>{.per = granularity::sample}.plan({4000, 1, 2000, 2000}, draws);
  for (const box& b : plan.region.boxes) {
    const bool whole = b.top > 0 && b.bottom < 2000;
    if (whole && 2 * (b.bottom - b.top) < 2000) sides.push_back(static_cast<double>(b.bottom - b.top) / 2000);
  }
  // of boxes with a side s < 1/2 the share 1 - s lies inside: density 2 s (1 - s) / (1/4 - 1/12)
  REQUIRE(sides.size() > 400);
  CHECK(kolmogorov_smirnov(sides, [](double s) { return s > 0.5 ? 1 : (s * s - 2 * s * s * s / 3) * 6; }) >
        once_in_a_million);
}

TEST_CASE("fmix keeps the share that was drawn, and each part of the image equally often", "[mix]") {
  constexpr index_t side = 16, cells = 4, plans = 3000;
  const fmix<fixed_lambda> half{.lambda = {0.5}};
  std::vector<double> kept(cells * cells), squared(cells * cells);
  for (index_t step = 0; step < plans; ++step) {
    const auto plan = half.plan({2, 1, side, side}, philox_draws{.seed = 5, .step = static_cast<std::uint64_t>(step)});
    const auto shares = plan.region.shares.view();
    double sum = 0;
    std::vector<double> of_cell(cells * cells);
    for (index_t y = 0; y < side; ++y)
      for (index_t x = 0; x < side; ++x) {
        sum += shares(0, 0, y, x);
        of_cell[static_cast<std::size_t>(y / cells * cells + x / cells)] += shares(0, 0, y, x) / 16;
      }
    REQUIRE(sum == side * side / 2);
    for (std::size_t c = 0; c < of_cell.size(); ++c)
      kept[c] += of_cell[c] / plans, squared[c] += of_cell[c] * of_cell[c] / plans;
  }
  for (std::size_t c = 0; c < kept.size(); ++c) {
    INFO("cell " << c);
    const double deviation = std::sqrt((squared[c] - kept[c] * kept[c]) / plans);
    CHECK(std::abs(kept[c] - 0.5) < 4.9 * deviation);  // normal, once in a million
  }
}

TEST_CASE("gridmix draws each number of holes that fits equally often, and each place of its part", "[mix]") {
  constexpr index_t side = 120, at_once = 50, plans = 60;
  gridmix<fixed_lambda> policy{.lambda = {0.5}, .cut_area = {0.25, 0.25}, .cut_aspect = {1, 1}};
  policy.per = granularity::sample;
  tally numbers(5), tops(60);  // 2 to 6 holes, all of which divide a part of 60 x 60
  for (index_t step = 0; step < plans; ++step) {
    const philox_draws of_step{.seed = 3, .step = static_cast<std::uint64_t>(step)};
    const auto plan = policy.plan({at_once, 1, side, side}, of_step);
    const auto shares = plan.region.shares.view();
    for (index_t i = 0; i < at_once; ++i) {
      index_t top = 0, holes = 0;
      for (; holes == 0; top += holes == 0 ? 1 : 0)
        for (index_t x = 0; x < side; ++x)
          holes += shares(i, 0, top, x) == 0 && (x == 0 || shares(i, 0, top, x - 1) != 0) ? 1 : 0;
      numbers.add(holes - 2), tops.add(top);
    }
  }
  CHECK(numbers.evenness() > once_in_a_million);
  CHECK(tops.evenness() > once_in_a_million);
}

TEST_CASE("patchup has a binomial number of seeds, at each place equally often", "[mix]") {
  constexpr index_t side = 16, plans = 400;
  const image_shape maps{2, 2, side, side};
  patchup<> policy{.block_size = 1, .gamma = 0.1, .mode = patchup_mode::hard};  // a hole is its seed
  REQUIRE(policy.seed_probability(maps) == Approx(0.1));
  tally places(2 * side * side);
  double sum = 0, squares = 0;
  for (index_t step = 0; step < plans; ++step) {
    const auto plan = policy.plan(maps, philox_draws{.seed = 8, .step = static_cast<std::uint64_t>(step)});
    index_t seeds = 0;
    for (index_t k = 0; k < 2 * side * side; ++k)
      if (plan.region.shares.values[static_cast<std::size_t>(k)] == 0) places.add(k), ++seeds;
    sum += static_cast<double>(seeds), squares += static_cast<double>(seeds * seeds);
  }
  const double mean = sum / plans, variance = squares / plans - mean * mean, expected = 51.2 * 0.9;
  CHECK(std::abs(mean - 51.2) < 4.9 * std::sqrt(expected / plans));
  CHECK(std::abs(variance / expected - 1) < 4.9 * std::sqrt(2.0 / plans));
  CHECK(places.evenness() > once_in_a_million);
}

TEST_CASE("permutations and partners by class come equally often among those allowed", "[mix]") {
  const std::vector<int> labels{0, 1, 0, 2, 0, 1, 0, 0};
  tally permutations(24), peers(4), others(3);
  for (index_t step = 0; step < 12000; ++step) {
    const philox_draws of_step{.seed = 2, .step = static_cast<std::uint64_t>(step)};
    const auto order = pairing::random_permutation{}(4, of_step);
    index_t number = 0;  // by how many of the later entries are smaller
    for (std::size_t i = 0; i < 4; ++i) {
      index_t smaller = 0;
      for (std::size_t j = i + 1; j < 4; ++j) smaller += order[j] < order[i] ? 1 : 0;
      number = number * static_cast<index_t>(4 - i) + smaller;
    }
    permutations.add(number);
    const index_t peer = pairing::same_class{}(labels, of_step)[0],
                  other = pairing::different_class{}(labels, of_step)[0];
    peers.add(peer == 2 ? 0 : peer == 4 ? 1 : peer == 6 ? 2 : peer == 7 ? 3 : -1);
    others.add(other == 1 ? 0 : other == 3 ? 1 : other == 5 ? 2 : -1);
  }
  CHECK(permutations.evenness() > once_in_a_million);
  CHECK(peers.evenness() > once_in_a_million);
  CHECK(others.evenness() > once_in_a_million);
}
