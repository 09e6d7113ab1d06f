// SPDX-License-Identifier: BSD-3-Clause
// What the cases share: rows, labels, and a loss that is nothing but its statistics.
#pragma once

#include "gpu/row_check.hpp"

#include <mixcon/contrast/targets.hpp>
#include <mixcon/losses/all_losses.hpp>

namespace mixcon_test {

constexpr index_t samples = 20, embedding_width = 7;

/// 40 stacked rows, each a candidate too: more than a warp has threads.
inline row_inputs two_views() {
  const rows_of_numbers z = random_rows(2 * samples, embedding_width, 1);
  return {z, {z}};
}
/// Labels of the samples, 5 classes.
inline std::vector<int> sample_labels() {
  std::vector<int> labels;
  for (int i = 0; i < static_cast<int>(samples); ++i) labels.push_back(i * 7 % 5);
  return labels;
}
/// Numbers in (0, 1).
inline rows_of_numbers shares(index_t rows, index_t columns, unsigned seed) {
  rows_of_numbers made = random_rows(rows, columns, seed);
  for (double& x : made.data) x = 0.5 + 0.49 * x;
  return made;
}
/// The same with about two thirds of the entries 0, but for the diagonal.
inline rows_of_numbers sparse_shares(index_t rows, index_t columns, unsigned seed) {
  rows_of_numbers made = shares(rows, columns, seed);
  for (index_t a = 0; a < rows; ++a)
    for (index_t c = 0; c < columns; ++c)
      if (a != c && (a + 2 * c) % 3 != 0) made.view()(a, c) = 0;
  return made;
}

/// x squared plus a share of x: a curved function of the logit.
struct curved {
  template <class T>
  MIXCON_HD T operator()(const T& x) const {
    return x * x * 0.125 + x * 0.5;
  }
};
/// How far a logit is from its target: a function of both.
struct missed_target {
  template <class T>
  MIXCON_HD T operator()(const T& x, const T& target) const {
    return (x - target) * (x - target);
  }
};

/// Every statistic over one set of pairs, in a formula in which each has another slope.
template <class Set>
struct every_statistic {
  double temperature = 0.5;
  auto statistics() const {
    const Set set{};
    return mixcon::pack{mixcon::log_sum_exp{set},
                        mixcon::log_sum_exp{set, 1.75},
                        mixcon::log_sum_exp{set, curved{}},
                        mixcon::log_sum_exp{set, missed_target{}},
                        mixcon::sum_of{set},
                        mixcon::sum_of{set, curved{}},
                        mixcon::sum_of{set, missed_target{}},
                        mixcon::count_of{set},
                        mixcon::largest{set},
                        mixcon::smallest{set},
                        mixcon::cross_entropy{}};
  }
  template <class T>
  MIXCON_HD T value(T plain, T raised, T bent, T missed, T sum, T bent_sum, T missed_sum, T number, T top, T bottom,
                    T surprise, T scale) const {
    return softplus(plain) + log(square(raised) + 1) * 2 + bent * 0.25 - missed * 0.125 + sum * 0.03 + bent_sum * 0.02 +
           missed_sum * 0.01 + sqrt(number) + top * 0.3 - bottom * 0.7 + surprise / scale;
  }
};

/// A formula of two terms with divisors of their own.
struct two_terms {
  double temperature = 0.5;
  auto statistics() const {
    return mixcon::pack{mixcon::log_sum_exp{mixcon::over::negatives}, mixcon::sum_of{mixcon::over::targets},
                        mixcon::count_of{mixcon::over::positives}};
  }
  template <class T>
  MIXCON_HD auto value(T negatives, T attraction, T number) const {
    return mixcon::terms{mixcon::term{negatives, plain(number)},
                         mixcon::term{relu(negatives - attraction), plain(number) + 1}};
  }
};

template <class Targets>
void check_targets(const char* title, const Targets& targets, const row_inputs& inputs, row_report& report) {
  report.check(title, mixcon::objective{mixcon::info_nce{.temperature = 0.5}, mixcon::cosine{}}, targets, inputs);
}

}  // namespace mixcon_test
