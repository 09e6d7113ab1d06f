// SPDX-License-Identifier: BSD-3-Clause
// Statistics that say what a pair adds, and peaks, are gathered in one visit of each pair: with the values and
// gradients of a plain loop, for statistics of the library and of a user.
#include "support/engines.hpp"

#include <mixcon/contrast/targets.hpp>
#include <mixcon/losses/siglip.hpp>

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// A user's statistic: the root of sum w x^2 over all pairs, whose slope depends on the whole row.
struct length_of_logits {
  template <class T>
  struct state {
    T sum{};
    template <int Parts>
    auto part(int k) const {
      return length_of_logits::state<decltype(mixcon::part<Parts>(sum, k))>{mixcon::part<Parts>(sum, k)};
    }
  };
  template <class T>
  using reading = detail::plain_reading<T>;

  template <class T>
  T contribution(const logit_pair<T>& p, const T&) const {
    return choose(p.weight == T(0), T(0), p.weight * p.x * p.x);
  }
  template <class T>
  void add(state<T>& s, const T& contributions) const {
    s.sum += contributions;
  }
  template <class T>
  void observe(state<T>& s, const logit_pair<T>& p) const {
    add(s, contribution(p, T(0)));
  }
  template <class T>
  void merge(state<T>& s, const state<T>& other) const {
    s.sum += other.sum;
  }
  template <class T>
  reading<T> read(const state<T>& s) const {
    return {sqrt_of(s.sum)};
  }
  template <class T>
  T slope(const reading<T>& r, const logit_pair<T>& p) const {
    return choose(p.weight == T(0), T(0), p.weight * p.x / r.value);
  }
  template <class T>
  T target_slope(const reading<T>&, const logit_pair<T>&) const {
    return T(0);
  }
};
struct cubed {
  template <class T>
  T operator()(const T& x, const T& target) const {
    return x * x * x * (target + 1.0);
  }
};
/// Every kind of statistic, of which one makes room.
struct one_of_each {
  auto statistics() const {
    return pack{length_of_logits{}, sum_of{over::candidates, cubed{}}, largest{over::negatives},
                log_sum_exp{over::candidates, 0.7}, count_of{over::positives}};
  }
  template <class T>
  T value(T length, T cubes, T top, T log_sum, T positives) const {
    return length + cubes * 0.01 + top * 0.1 + log_sum + positives;
  }
};
/// Without one that makes room: one visit serves both orders of a pair.
struct sums_and_ends {
  static constexpr bool needs_positive = true, needs_negative = true;
  auto statistics() const {
    return pack{length_of_logits{}, sum_of{over::negatives, cubed{}}, smallest{over::positives},
                largest{over::negatives}};
  }
  template <class T>
  T value(T length, T cubes, T low, T high) const {
    return length + cubes * 0.01 + (high - low) * 0.5;
  }
};

template <class T>
matrix<T> as(const matrix<double>& from) {
  matrix<T> to(from.rows(), from.width());
  for (std::size_t i = 0; i < from.entries().size(); ++i) to.entries()[i] = static_cast<T>(from.entries()[i]);
  return to;
}
template <class T>
struct answer {
  T value{};
  matrix<T> anchors, candidates;
  double scale = 0, bias = 0;
};
template <class T, class Objective, class Targets>
answer<T> answer_of(const auto& engine, const Objective& of, const Targets& targets, const matrix<T>& a,
                    const matrix<T>& c) {
  answer<T> found{.anchors = zeros_like(a), .candidates = zeros_like(c)};
  found.value = value_and_grad(
      engine, of, targets, a, c,
      {.anchors = found.anchors, .candidates = {found.candidates}, .scale = &found.scale, .bias = &found.bias});
  return found;
}
template <class T, class Objective, class Targets>
answer<T> answer_of(const auto& engine, const Objective& of, const Targets& targets, const matrix<T>& z) {
  answer<T> found{.anchors = zeros_like(z), .candidates = zeros_like(z)};
  found.value =
      value_and_grad(engine, of, targets, z, {.embeddings = found.anchors, .scale = &found.scale, .bias = &found.bias});
  return found;
}
template <class T>
void check_same(const answer<T>& found, const answer<double>& expected) {
  const long double within = sizeof(T) == sizeof(float) ? 4e-5L : 1e-11L;
  CHECK(error_of(found.value, static_cast<long double>(expected.value)) <=
        within * (1 + std::fabs(static_cast<long double>(expected.value))));
  const long double largest = largest_entry(expected.anchors) + largest_entry(expected.candidates);
  CHECK(largest_difference(found.anchors, expected.anchors) <= within * largest);
  CHECK(largest_difference(found.candidates, expected.candidates) <= within * largest);
  CHECK(found.scale == Approx(expected.scale).epsilon(static_cast<double>(20 * within)));
  CHECK(found.bias == Approx(expected.bias).epsilon(static_cast<double>(20 * within)));
}

/// Roles that differ in the two orders of a pair, with targets and weights of many sizes.
auto uneven_targets() {
  return targets_of([](index_t a, index_t c) -> role<double> {
    if ((3 * a + c) % 11 == 0) return hidden_pair();
    if ((a + 2 * c) % 17 == 0) return positive_pair(0.5 + static_cast<double>(a % 3));
    return negative_pair(1 + static_cast<double>(c % 2));
  });
}

template <class T, class Loss>
void check_pairs(const Loss& loss) {
  objective of{loss, cosine{}, plain_logits{-0.7}};
  of.scale = 3, of.without_positive = no_positive::skip;
  const auto wide_a = random_embeddings<double>(230, 9, 1), wide_c = random_embeddings<double>(411, 9, 2);
  const matrix<T> a = as<T>(wide_a), c = as<T>(wide_c);
  for (const int threads : {1, 3}) {
    check_same(answer_of<T>(tiled{.threads = threads}, of, diagonal_targets{}, a, c),
               answer_of<double>(serial{}, of, diagonal_targets{}, wide_a, wide_c));
    check_same(answer_of<T>(tiled{.threads = threads}, of, uneven_targets(), a, c),
               answer_of<double>(serial{}, of, uneven_targets(), wide_a, wide_c));
    check_same(answer_of<T>(tiled{.threads = threads}, of, uneven_targets(), c),
               answer_of<double>(serial{}, of, uneven_targets(), wide_c));
    std::vector<int> labels;
    for (int i = 0; i < 411; ++i) labels.push_back(i < 300 ? i / 2 : i % 7 == 0 ? -1 : 400 + i % 5);
    const label_targets by_label{.labels = labels, .ignored = -1};
    check_same(answer_of<T>(tiled{.threads = threads}, of, by_label, c),
               answer_of<double>(serial{}, of, by_label, wide_c));
  }
}

}  // namespace

TEST_CASE("One visit gives the values and gradients of a plain loop", "[engine]") {
  check_pairs<double>(siglip{});
  check_pairs<float>(siglip{});
  check_pairs<double>(one_of_each{});
}

TEST_CASE("One visit serves both orders of a pair, sums and peaks alike", "[engine]") {
  check_pairs<double>(sums_and_ends{});
}

TEST_CASE("Of equal logits the lowest candidate wins, in both orders of a pair", "[engine]") {
  matrix<double> z(400, 3);  // groups of equal rows
  const auto some = random_embeddings<double>(7, 3, 4);
  for (index_t i = 0; i < z.rows(); ++i)
    for (index_t k = 0; k < 3; ++k) z(i, k) = some(i % 7, k);
  std::vector<int> labels(400);
  for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<int>(i / 8);
  objective of{sums_and_ends{}, cosine{}};
  of.scale = 2;
  const label_targets targets{.labels = labels};
  check_same(answer_of<double>(tiled{.threads = 1}, of, targets, z), answer_of<double>(serial{}, of, targets, z));
}

TEST_CASE("A NaN that is seen stays, and one that is hidden adds nothing, in one visit", "[engine]") {
  const auto a = random_embeddings<double>(210, 5, 1);
  auto c = random_embeddings<double>(250, 5, 2);
  const auto but_one = targets_of([](index_t anchor, index_t candidate) {
    return candidate == 201 ? hidden_pair() : candidate == anchor ? positive_pair(1) : negative_pair();
  });
  objective of{siglip{}, dot_product{}};
  const auto clean = answer_of<double>(tiled{.threads = 1}, of, but_one, a, c);
  c(201, 3) = std::nan("");
  const auto hidden = answer_of<double>(tiled{.threads = 1}, of, but_one, a, c);
  CHECK(hidden.value == clean.value);
  CHECK(largest_difference(hidden.anchors, clean.anchors) <= 1e-14L);
  const double seen = answer_of<double>(tiled{.threads = 1}, of, diagonal_targets{}, a, c).value;
  CHECK(seen != seen);
}
