// SPDX-License-Identifier: BSD-3-Clause
// A forward pass by moments, row by row and statistic by statistic, against naive sums in double.
#pragma once

#include "support/catch.hpp"

#include <mixcon/contrast/objective.hpp>
#include <mixcon/contrast/targets.hpp>
#include <mixcon/engine/tiled.hpp>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

namespace mixcon_test {

/// Rows of normal numbers; `likeness` of each row is one direction that all share.
template <class T>
mixcon::detail::packed_rows<T> moment_rows(mixcon::index_t count, mixcon::index_t width, unsigned seed,
                                           mixcon::rows form, double likeness = 0) {
  std::mt19937 bits(seed);
  std::normal_distribution<double> normal;
  mixcon::detail::packed_rows<T> rows(count, width);
  for (mixcon::index_t i = 0; i < count; ++i) {
    std::vector<T> row;
    for (mixcon::index_t k = 0; k < width; ++k)
      row.push_back(static_cast<T>(normal(bits) * (1 - likeness) + (k == 0 ? 3 * likeness : 0)));
    rows.pack(i, mixcon::vector_view<const T>{row.data(), {width}}, form);
  }
  return rows;
}

/// A pair as plain numbers.
struct plain_pair {
  double x, weight, target;
  bool positive;
};
inline double naive_log_sum(const std::vector<plain_pair>& pairs, double by, double (*weight)(const plain_pair&)) {
  double top = -HUGE_VAL, sum = 0;
  for (const plain_pair& p : pairs)
    if (weight(p) > 0) top = std::fmax(top, by * p.x);
  for (const plain_pair& p : pairs)
    if (weight(p) > 0) sum += weight(p) * std::exp(by * p.x - top);
  return sum == 0 ? -HUGE_VAL : top + std::log(sum);
}
template <class Set>
double set_weight(const plain_pair& p) {
  return Set{}(mixcon::logit_pair<double>{p.x, p.weight, p.target, p.positive});
}

/// The value of a statistic, and what may be wrong with it: `unit` is the error that logits may have.
struct naive_value {
  double value, margin;
};
inline naive_value naive(const mixcon::cross_entropy&, const std::vector<plain_pair>& pairs, double unit) {
  double mass = 0, attraction = 0, place = 0;
  int positives = 0;
  for (const plain_pair& p : pairs)
    if (p.positive) mass += p.target, attraction += p.target * p.x, place = p.x, ++positives;
  if (mass == 0) return {0, 0};
  if (positives == 1) {
    const double gap = naive_log_sum(pairs, 1, set_weight<mixcon::over::all_negatives>) - place;
    const double value = mass * (gap > 0 ? gap + std::log1p(std::exp(-gap)) : std::log1p(std::exp(gap)));
    return {value, unit * std::fmin(value, mass + value * 0.1)};  // to the last digits near 0
  }
  const double value = mass * naive_log_sum(pairs, 1, set_weight<mixcon::over::all_candidates>) - attraction;
  return {value, unit * mass};
}
template <class Set>
naive_value naive(const mixcon::log_sum_exp<Set, mixcon::times>& of, const std::vector<plain_pair>& pairs,
                  double unit) {
  return {naive_log_sum(pairs, of.of.by, set_weight<Set>), unit * std::fmax(1, std::fabs(of.of.by))};
}
template <class Set>
naive_value naive(const mixcon::sum_of<Set, mixcon::logit_itself>&, const std::vector<plain_pair>& pairs, double unit) {
  double sum = 0, mass = 0;
  for (const plain_pair& p : pairs) sum += set_weight<Set>(p) * p.x, mass += set_weight<Set>(p);
  return {sum, unit * mass};
}
template <class Set>
naive_value naive(const mixcon::count_of<Set>&, const std::vector<plain_pair>& pairs, double) {
  double sum = 0;
  for (const plain_pair& p : pairs) sum += set_weight<Set>(p);
  return {sum, 1e-6 * sum};
}

/// Every statistic that fits, at most two of exponentials at a time.
struct attracting_moments {
  double temperature = 1;
  auto statistics() const {
    using namespace mixcon;
    return pack{cross_entropy{}, sum_of{over::positives}, count_of{over::candidates}, log_sum_exp{over::negatives}};
  }
  template <class T>
  MIXCON_HD T value(T a, T b, T c, T d) const {
    return a + b + c + d;
  }
};
struct counting_moments {
  double temperature = 1;
  auto statistics() const {
    using namespace mixcon;
    return pack{log_sum_exp{over::targets, -0.5}, count_of{over::targets}, sum_of{over::targets},
                log_sum_exp{over::candidates}};
  }
  template <class T>
  MIXCON_HD T value(T a, T b, T c, T d) const {
    return a + b + c + d;
  }
};
struct only_positives {
  double temperature = 1;
  auto statistics() const {
    using namespace mixcon;
    return pack{log_sum_exp{over::positives, -1.0}, count_of{over::negatives}};
  }
  template <class T>
  MIXCON_HD T value(T a, T b) const {
    return a + b;
  }
};

/// One direction of a call, as the engine sees it.
template <class Loss, class T, class Rule>
auto moment_problem(const Rule& rule, double scale, double bias, const mixcon::detail::packed_rows<T>& anchors,
                    const mixcon::detail::packed_rows<T>& candidates, const mixcon::detail::packed_rows<T>& own) {
  using namespace mixcon;
  using rules = detail::pair_rules<T, Loss, dot_product, plain_logits, Rule>;
  const Loss loss{};
  return detail::problem<rules>{rules{loss, loss.statistics(), dot_product{}, plain_logits{bias}, rule,
                                      static_cast<T>(scale), index_t{0}, index_t{0}},
                                anchors, candidates, own, &anchors == &candidates};
}

/// The pairs of an anchor, in double.
template <class Problem>
std::vector<plain_pair> plain_pairs(const Problem& p, mixcon::index_t a) {
  std::vector<plain_pair> pairs;
  for (mixcon::index_t c = 0; c < p.candidates.count(); ++c) {
    double dot = 0;
    for (mixcon::index_t k = 0; k < p.anchors.width(); ++k)
      dot += static_cast<double>(p.anchors.row(a)[k]) * static_cast<double>(p.candidates.row(c)[k]);
    const auto role = p.rule.template at<double>(a, c);
    pairs.push_back({dot * static_cast<double>(p.scale) + p.logits.bias, role.weight, role.target, role.positive});
  }
  return pairs;
}

/// Compares all readings of a problem's rows with naive ones; the first that differs is named.
template <class Problem, class States>
std::string difference_of_states(const Problem& p, const States& states) {
  using T = typename Problem::number;
  for (mixcon::index_t a = 0; a < p.anchors.count(); ++a) {
    const auto pairs = plain_pairs(p, a);
    double top = 1, seen[3] = {};
    for (const plain_pair& one : pairs) {
      top = std::fmax(top, std::fabs(one.x));
      seen[0] += one.positive ? 1 : 0, seen[1] += !one.positive && one.weight > 0 ? 1 : 0;
      seen[2] += one.weight > 0 ? 1 : 0;
    }
    const double unit = 24 * static_cast<double>(std::numeric_limits<T>::epsilon()) * (top + 2);
    const auto& state = states[static_cast<std::size_t>(a)];
    const auto readings = state.read(p.statistics, a);
    std::string wrong;
    mixcon::for_each_position<Problem::count>([&](auto position) {
      constexpr int k = decltype(position)::value;
      const naive_value expected = naive(get<k>(p.statistics), pairs, unit);
      const double found = static_cast<double>(get<k>(readings).value);
      constexpr double least = sizeof(T) == sizeof(float) ? 1e-37 : 1e-307;
      const bool same = found == expected.value || std::fabs(found - expected.value) <= expected.margin + least;
      if (!same && wrong.empty())
        wrong = "row " + std::to_string(a) + ", statistic " + std::to_string(k) + ": " + std::to_string(found) +
                " for " + std::to_string(expected.value) + ", apart " +
                std::to_string((found - expected.value) / unit) + " units";
    });
    if (static_cast<double>(state.seen.positives) != seen[0] || static_cast<double>(state.seen.negatives) != seen[1] ||
        static_cast<double>(state.seen.visible) != seen[2])
      wrong += " row " + std::to_string(a) + " sees other numbers of pairs";
    if (!wrong.empty()) return wrong;
  }
  return "";
}
template <class Problem>
std::string difference_by_moments(const Problem& p, int threads = 1) {
  static_assert(mixcon::moments::fits_moments<Problem>);
  auto states = p.fresh_states();
  mixcon::tiled{.threads = threads}.gather(p, states);
  return difference_of_states(p, states);
}
/// Both directions at once.
template <class Rows, class Columns>
std::string difference_of_both(const Rows& rows, const Columns& columns, int threads = 1) {
  static_assert(mixcon::moments::fits_moments<Rows> && mixcon::moments::fits_moments<Columns>);
  auto by_row = rows.fresh_states();
  auto by_column = columns.fresh_states();
  mixcon::tiled{.threads = threads}.gather_both(rows, columns, by_row, by_column);
  const std::string wrong = difference_of_states(rows, by_row);
  return wrong.empty() ? difference_of_states(columns, by_column) : wrong;
}

}  // namespace mixcon_test
