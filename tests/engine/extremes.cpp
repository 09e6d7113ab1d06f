// SPDX-License-Identifier: BSD-3-Clause
// The largest and the smallest logit, and where: ties go to the lowest index on every engine, in every instruction set
// and wherever a tile ends.
#undef MIXCON_ONE_INSTRUCTION_SET  // the loops of all sets
#include "support/catch.hpp"

#include <mixcon/adapt/tensors/span.hpp>
#include <mixcon/contrast/statistics/largest_and_smallest.hpp>
#include <mixcon/contrast/targets/label.hpp>
#include <mixcon/core/number/lanes.hpp>
#include <mixcon/engine/serial.hpp>
#include <mixcon/engine/tiled.hpp>
#include <mixcon/losses/batch_hard_triplet.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

using namespace mixcon;

namespace {

constexpr index_t width = 3;

/// One of `kinds`, the same on every run.
std::size_t drawn(std::uint64_t number, std::size_t kinds) {
  std::uint64_t x = (number + 1) * 0x9e3779b97f4a7c15U;
  x = (x ^ x >> 31U) * 0xbf58476d1ce4e5b9U;
  return static_cast<std::size_t>((x ^ x >> 29U) % kinds);
}
std::size_t at(index_t i) { return static_cast<std::size_t>(i); }

/// Rows of small whole numbers: their products are exact in any order, and most distances are tied.
std::vector<double> whole_rows(index_t count) {
  std::vector<double> z(at(count * width));
  for (std::size_t k = 0; k < z.size(); ++k) z[k] = static_cast<double>(drawn(k, 4));
  return z;
}

struct outcome {
  double value = 0;
  std::vector<double> gradient;
};

/// Hermans et al. 2017, eq. 5, by the book: the first of the farthest positives, the first of the nearest negatives.
outcome batch_hard_by_hand(const std::vector<double>& z, const std::vector<int>& labels, double margin) {
  const auto count = static_cast<index_t>(labels.size());
  const auto distance = [&](index_t a, index_t c) {
    double squared = 0;
    for (index_t k = 0; k < width; ++k) {
      const double apart = z[at(a * width + k)] - z[at(c * width + k)];
      squared += apart * apart;
    }
    return std::sqrt(squared);
  };
  outcome all{0, std::vector<double>(z.size())};
  std::vector<double> slopes(z.size());
  double counted = 0;
  for (index_t a = 0; a < count; ++a) {
    index_t far = -1, near = -1;
    for (index_t c = 0; c < count; ++c) {
      if (c == a) continue;
      if (labels[at(c)] == labels[at(a)]) {
        if (far < 0 || distance(a, c) > distance(a, far)) far = c;
      } else if (near < 0 || distance(a, c) < distance(a, near)) {
        near = c;
      }
    }
    const double loss = far < 0 || near < 0 ? 0 : distance(a, far) - distance(a, near) + margin;
    if (loss <= 0) continue;
    all.value += loss, counted += 1;
    for (index_t k = 0; k < width; ++k) {
      const auto pull = [&](index_t c, double sign) {
        if (distance(a, c) == 0) return;
        const double by = sign * (z[at(a * width + k)] - z[at(c * width + k)]) / distance(a, c);
        slopes[at(a * width + k)] += by, slopes[at(c * width + k)] -= by;
      };
      pull(far, 1), pull(near, -1);
    }
  }
  for (std::size_t k = 0; k < z.size(); ++k) all.gradient[k] = slopes[k] / counted;
  all.value /= counted;
  return all;
}

template <class T, class Engine>
outcome batch_hard_by(const Engine& engine, const std::vector<double>& rows, const std::vector<int>& labels) {
  const std::vector<T> z(rows.begin(), rows.end());
  std::vector<T> gradient(z.size());
  const auto count = static_cast<index_t>(labels.size());
  const objective hardest{batch_hard_triplet{.margin = 0.25}, negative_distance{}};
  const auto found = value_and_grad(engine, hardest, label_targets{.labels = view(labels)}, as_matrix(z, count, width),
                                    as_matrix(gradient, count, width));
  return {static_cast<double>(found.value), std::vector<double>(gradient.begin(), gradient.end())};
}

void compare(const outcome& found, const outcome& expected, double tolerance) {
  CHECK(std::abs(found.value - expected.value) <= tolerance * expected.value);
  double apart = 0;
  for (std::size_t k = 0; k < expected.gradient.size(); ++k)
    apart = std::max(apart, std::abs(found.gradient[k] - expected.gradient[k]));
  CHECK(apart <= tolerance);  // another choice among ties would move a row by 1e-3 or more
}

struct set_restored {
  instruction_set before = instruction_set_in_use();
  ~set_restored() { use_instruction_set(before); }
};

}  // namespace

TEST_CASE("ties of distances go to the lowest index in every instruction set", "[engine]") {
  const set_restored guard;
  for (const index_t count : {7, 200, 401}) {
    std::vector<int> labels(at(count));
    for (index_t i = 0; i < count; ++i) labels[at(i)] = static_cast<int>(i * i % 11);
    const auto rows = whole_rows(count);
    const outcome expected = batch_hard_by_hand(rows, labels, 0.25);
    compare(batch_hard_by<double>(serial{}, rows, labels), expected, 1e-12);
    compare(batch_hard_by<float>(serial{}, rows, labels), expected, 1e-5);
    for (const auto set : {instruction_set::as_compiled, instruction_set::avx2, instruction_set::avx512}) {
      if (set > guard.before) continue;
      use_instruction_set(set);
      INFO("instruction set " << static_cast<int>(set) << ", " << count << " rows");
      compare(batch_hard_by<double>(tiled{.threads = 1}, rows, labels), expected, 1e-12);
      compare(batch_hard_by<float>(tiled{.threads = 1}, rows, labels), expected, 1e-5);
    }
  }
}

TEMPLATE_TEST_CASE("a strip of an extreme is kept as its pairs would be, one by one", "[engine]", float, double,
                   (lanes<float, 4>), (lanes<float, 8>), (lanes<double, 4>), (lanes<double, 2>)) {
  using V = TestType;
  using T = scalar_of<V>;
  constexpr index_t wide = lane_count<V>();
  const T infinity = std::numeric_limits<T>::infinity(), nan = std::numeric_limits<T>::quiet_NaN();
  const T values[] = {T(0), T(1), T(1), T(-2), T(3), T(3), -infinity, infinity, nan};
  for (const std::size_t kinds : {1U, 4U, 6U, 8U, 9U})  // how many of the values there are
    for (const index_t first : {index_t(0), index_t(5), index_t(1) << 40}) {
      const largest top{over::candidates};
      const smallest least{over::candidates};
      typename largest<over::all_candidates>::state<V> kept, plain;
      typename smallest<over::all_candidates>::state<V> kept_least, plain_least;
      for (index_t strip = 0; strip < 3; ++strip) {
        typename largest<over::all_candidates>::strip<V> seen;
        typename smallest<over::all_candidates>::strip<V> seen_least;
        for (index_t k = 0; k < 12; ++k) {
          const index_t vector = (2 - strip) * 12 + k;  // later strips lie before: order must not matter
          const auto x_of = [&](int lane) {
            return values[drawn(static_cast<std::uint64_t>(vector * wide + lane), kinds)];
          };
          const auto weight_of = [&](int lane) {
            return drawn(static_cast<std::uint64_t>(vector * wide + lane + 10000), 3) == 0 ? T(0) : T(1);
          };
          logit_pair<V> pair;
          pair.candidate = first + vector * wide;
          if constexpr (lane_count<V>() == 1)
            pair.x = x_of(0), pair.weight = weight_of(0);
          else
            pair.x = V::each(x_of), pair.weight = V::each(weight_of);
          top.observe(seen, pair), top.observe(plain, pair);
          least.observe(seen_least, pair), least.observe(plain_least, pair);
        }
        top.keep(kept, seen), least.keep(kept_least, seen_least);
      }
      const auto agree = [](const auto& found, const auto& expected) {
        for (int k = 0; k < lane_count<V>(); ++k) {
          const T x = lane(found.top, k), y = lane(expected.top, k);
          CHECK((x == y || (std::isnan(x) && std::isnan(y))));
          if (!std::isnan(y)) CHECK(lane(found.where, k) == lane(expected.where, k));
        }
      };
      agree(kept, plain), agree(kept_least, plain_least);
    }
}
