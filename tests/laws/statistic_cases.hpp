// SPDX-License-Identifier: BSD-3-Clause
// Every statistic, over every set, and random pairs for it to see.
#pragma once

#include "support/embeddings.hpp"

#include <mixcon/contrast/statistics.hpp>

#include <limits>
#include <vector>

namespace mixcon_test {

inline constexpr double infinity = std::numeric_limits<double>::infinity();
inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// A function of the logit and of the target, with both slopes.
struct bent {
  template <class D>
  D operator()(const D& x, const D& target) const {
    return x * 0.5 + exp(x * 0.2) * (target + 1.5);
  }
};
/// A function of the logit alone.
struct margin {
  template <class D>
  D operator()(const D& x) const {
    return square(x - 0.3) * 0.25;
  }
};

/// Calls visit(name, statistic) for each word of the vocabulary.
template <class Visit>
void for_each_statistic(Visit&& visit) {
  using namespace mixcon;
  visit("cross_entropy", cross_entropy{});
  visit("log_sum_exp candidates", log_sum_exp{over::candidates});
  visit("log_sum_exp positives", log_sum_exp{over::positives, 1.7});
  visit("log_sum_exp negatives", log_sum_exp{over::negatives, margin{}});
  visit("log_sum_exp targets", log_sum_exp{over::targets});
  visit("log_sum_exp of the target too", log_sum_exp{over::positives, bent{}});
  visit("log_sum_exp targets of the target too", log_sum_exp{over::targets, bent{}});
  visit("sum_of candidates", sum_of{over::candidates});
  visit("sum_of positives", sum_of{over::positives, margin{}});
  visit("sum_of negatives", sum_of{over::negatives});
  visit("sum_of targets", sum_of{over::targets});
  visit("sum_of targets of the target too", sum_of{over::targets, bent{}});
  visit("count_of candidates", count_of{over::candidates});
  visit("count_of positives", count_of{over::positives});
  visit("count_of negatives", count_of{over::negatives});
  visit("count_of targets", count_of{over::targets});
  visit("largest candidates", largest{over::candidates});
  visit("largest positives", largest{over::positives});
  visit("smallest negatives", smallest{over::negatives});
  visit("smallest candidates", smallest{over::candidates});
}

/// Whether the logit of pair `at` matters to a statistic. To cross_entropy every one does, where the row has a target.
template <class S>
bool enters(const S& statistic, const std::vector<mixcon::logit_pair<double>>& pairs, std::size_t at) {
  return statistic.set(pairs[at]) > 0;
}
inline bool enters(const mixcon::cross_entropy&, const std::vector<mixcon::logit_pair<double>>& pairs, std::size_t at) {
  bool mass = false;
  for (const auto& p : pairs) mass = mass || p.positive;
  return mass && pairs[at].weight > 0;
}
template <class Set>
bool enters(const mixcon::count_of<Set>&, const std::vector<mixcon::logit_pair<double>>&, std::size_t) {
  return false;
}

/// Pairs of every role: negatives, hidden ones, positives with targets of any size, weights besides 1.
inline std::vector<mixcon::logit_pair<double>> random_pairs(index_t number, random_numbers& draw) {
  std::vector<mixcon::logit_pair<double>> pairs;
  const bool usual = draw.chance(0.5);  // weights 0 and 1, and often one positive
  for (index_t i = 0; i < number; ++i) {
    mixcon::logit_pair<double> p{draw.uniform(-4, 4), 1, 0, false, i};
    p.positive = draw.chance(usual ? 1.5 / static_cast<double>(number) : 0.4);
    if (p.positive) p.target = usual ? 1 : draw.uniform(0.1, 2);
    if (!usual) p.weight = draw.uniform(0.1, 2);
    if (!p.positive && draw.chance(0.3)) p.weight = 0;
    pairs.push_back(p);
  }
  return pairs;
}

/// One pair, as a plain loop takes it.
template <class S, class T>
void take(const S& statistic, typename S::template state<T>& state, const mixcon::logit_pair<T>& p) {
  if constexpr (mixcon::NeedsRoom<S>) statistic.make_room(state, statistic.height(p));
  statistic.observe(state, p);
}

}  // namespace mixcon_test
