// SPDX-License-Identifier: BSD-3-Clause
// Every loss that is a formula, over ranks and in one process.
#pragma once

#include "ranks/rank_case.hpp"
#include "support/catch.hpp"
#include "support/effort.hpp"
#include "support/listed_losses.hpp"

namespace mixcon_test {

constexpr index_t rows_of_case = 17, width_of_case = 5;

/// A loss with the numbers that it wants for each anchor, from `first` on.
inline std::vector<double> numbers_from(index_t first, index_t count) {
  std::vector<double> numbers;
  for (index_t a = first; a < first + count; ++a) numbers.push_back(0.3 + 0.04 * static_cast<double>(a));
  return numbers;
}
inline std::vector<int> labels_of_case() {
  std::vector<int> labels;
  for (index_t i = 0; i < rows_of_case; ++i) labels.push_back(static_cast<int>(i * 7 % 5));
  labels[4] = 99;  // alone
  return labels;
}

/// One loss at one temperature, over 1 to 4 ranks that share the rows in each way.
template <class T, class Loss, class Similarity>
void check_over_ranks(double temperature, const Similarity& similarity, long double largest) {
  random_numbers draw(11);
  const auto z = random_embeddings<T>(rows_of_case, width_of_case, draw);
  const auto labels = labels_of_case();
  const auto numbers = numbers_from(0, rows_of_case);
  const mixcon::objective whole{ready<Loss>(numbers, temperature), similarity};
  auto expected = zeros_like(z);
  double slope = 0;
  const auto one = mixcon::value_and_grad(mixcon::serial{}, whole, mixcon::label_targets{.labels = labels}, z,
                                          {.embeddings = expected, .temperature = &slope});
  const long double bound = apart<T>(rows_of_case, width_of_case, largest / static_cast<long double>(temperature));
  const long double size = std::max(1.0L, largest_entry(expected)),
                    about = std::fabs(static_cast<long double>(one.value));
  for (index_t ranks = 1; ranks <= 4; ++ranks)
    for (const sharing how : {sharing::even, sharing::uneven, sharing::one_empty}) {
      INFO(mixcon::name_of<Loss>() << " at " << temperature << ", " << ranks << " ranks, " << name_of_sharing(how));
      const auto sizes = shares_of(rows_of_case, ranks, how);
      const auto ask = [&] {
        return on_ranks<T>(sizes, z, [&](const auto& me, index_t first, const auto& mine, auto& gradient, double& by) {
          const auto own_labels = part_of(labels, first, mine.rows());
          const auto own_numbers = numbers_from(first, mine.rows());
          const mixcon::objective criterion{ready<Loss>(own_numbers, temperature), similarity};
          return mixcon::value_and_grad(mixcon::ranks{me, mixcon::serial{}}, criterion,
                                        mixcon::label_targets{.labels = own_labels}, mine,
                                        {.embeddings = gradient, .temperature = &by});
        });
      };
      const auto got = ask();
      for (std::size_t r = 0; r < sizes.size(); ++r) {
        CHECK(error_of(got.values[r], static_cast<long double>(one.value)) <= bound * std::max(1.0L, about));
        CHECK(got.values[r] == got.values[0]);
        CHECK(got.used[r] == one.anchors_used);
        CHECK(error_of(got.slopes[r], static_cast<long double>(slope)) <=
              bound * std::max({1.0L, std::fabs(static_cast<long double>(slope)),
                                size / static_cast<long double>(temperature)}));
      }
      CHECK(largest_difference(got.by_rows, expected) <= bound * size);
      if (ranks == 3) CHECK(got == ask());
    }
}

/// The losses at positions Part, Part + Parts, ... of the list. A sanitizer's build, which looks for faults that losses
/// have in common, has the first part's in double.
template <int Part, int Parts>
void check_listed_losses_over_ranks() {
  constexpr bool has_all = !under_address_sanitizer && !under_thread_sanitizer;
  constexpr int part = has_all || Part == 0 ? Part : Parts;  // of which there is none
  for_each_listed_loss<part, Parts>([]<class Loss>(int) {
    constexpr bool has_temperature = requires(const Loss& loss) { loss.temperature; };
    for (const double temperature : {1.0, 0.07, 0.001}) {
      if (!has_temperature && temperature != 1) continue;
      check_over_ranks<double, Loss>(temperature, mixcon::cosine{}, 1);
      if constexpr (has_all) check_over_ranks<float, Loss>(temperature, mixcon::cosine{}, 1);
    }
  });
}

}  // namespace mixcon_test
