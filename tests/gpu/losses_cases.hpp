// SPDX-License-Identifier: BSD-3-Clause
// Every public loss in the kernels, a part of the list at a time. Those whose formula is for each anchor run whole; of
// the others, whose engines are the host's, the formula is evaluated.
#pragma once

#include "gpu/cases.hpp"

#include "support/listed_losses.hpp"

namespace mixcon_test {

/// Values and slopes, in T, that a kernel finds at numbers for `rows` evaluations.
template <class T, class Loss>
std::vector<double> formulas_by_kernel(const Loss& loss, const rows_of_numbers& numbers) {
  constexpr index_t results = formula_results<Loss>;
  device_memory memory;
  std::vector<T> inputs;
  for (double x : numbers.data) inputs.push_back(static_cast<T>(x));
  T* placed_inputs = allocated<T>(memory, static_cast<index_t>(inputs.size()));
  device_memory::copy_in(placed_inputs, inputs.data(), inputs.size() * sizeof(T));
  T* found = allocated<T>(memory, numbers.count * results);
  launch(&evaluate_formulas<Loss, T>, 1, 64, loss, static_cast<const T*>(placed_inputs), numbers.count, found);
  std::vector<double> all;
  for (T x : fetched(found, numbers.count * results)) all.push_back(static_cast<double>(x));
  return all;
}
template <class Loss>
std::vector<double> formulas_on_host(const Loss& loss, const rows_of_numbers& numbers) {
  constexpr index_t results = formula_results<Loss>;
  std::vector<double> all(static_cast<std::size_t>(numbers.count * results));
  for (index_t i = 0; i < numbers.count; ++i)
    write_formula<Loss, double>(loss, numbers.data.data() + i * numbers.width, all.data() + i * results);
  return all;
}

template <class Loss>
void check_loss(const std::string& title, row_report& report) {
  const std::vector<double> numbers = shares(1, 2 * samples, 4).data;
  const std::vector<int> labels = sample_labels();
  const Loss loss = ready<Loss>(numbers);
  if constexpr (mixcon::loss_traits<Loss>::scope == mixcon::each::anchor) {
    report.check(title, mixcon::objective{loss, mixcon::cosine{}}, mixcon::label_targets{.labels = labels, .views = 2},
                 two_views());
  } else {
    const rows_of_numbers inputs = shares(50, mixcon::loss_traits<Loss>::inputs + 1, 9);
    const std::vector<double> expected = formulas_on_host(loss, inputs);
    report.check_numbers(title + ", float", formulas_by_kernel<float>(loss, inputs), expected, 1e-5);
    report.check_numbers(title + ", double", formulas_by_kernel<double>(loss, inputs), expected, 1e-12);
  }
}

/// The losses of one part of the list; how many they were.
template <int Part>
int check_listed_losses(row_report& report) {
  int losses = 0;
  for_each_listed_loss<Part>([&]<class Loss>(int) {
    check_loss<Loss>(std::string(mixcon::name_of<Loss>()), report);
    ++losses;
  });
  return losses;
}

}  // namespace mixcon_test
