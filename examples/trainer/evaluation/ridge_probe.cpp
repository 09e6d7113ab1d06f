// SPDX-License-Identifier: BSD-3-Clause
#include "evaluation/ridge_probe.hpp"

#include "evaluation/linear_probe.hpp"
#include "evaluation/matrix_product.hpp"
#include "evaluation/symmetric_matrix.hpp"

#include <mixcon/core/require.hpp>

#include <algorithm>

namespace mixcon_train {
inline namespace evaluation {

namespace {

constexpr index_t block = 2048;  // rows whose products are summed in float before they join the sum in double

/// Sums over rows of x x' and x y', where x has a 1 as its last entry and y is one-hot.
struct moments {
  index_t size = 0, classes = 0, samples = 0;
  std::vector<double> square{}, cross{};  // (size, size), (size, classes)

  moments(index_t width, index_t of_classes)
      : size(width + 1),
        classes(of_classes),
        square(static_cast<std::size_t>(size * size)),
        cross(static_cast<std::size_t>(size * classes)) {}

  void add(const std::vector<float>& x, const std::vector<float>& y, index_t rows) {
    std::vector<float> product(static_cast<std::size_t>(size * std::max(size, classes)));
    const auto sum = [&](const std::vector<float>& right, index_t columns, std::vector<double>& into) {
      matrix_product(x.data(), operand::transposed, right.data(), operand::as_it_is, size, columns, rows,
                     product.data());
      for (std::size_t k = 0; k < into.size(); ++k) into[k] += static_cast<double>(product[k]);
    };
    sum(x, size, square);
    sum(y, classes, cross);
    samples += rows;
  }
  void add(const moments& other) {
    for (std::size_t k = 0; k < square.size(); ++k) square[k] += other.square[k];
    for (std::size_t k = 0; k < cross.size(); ++k) cross[k] += other.cross[k];
    samples += other.samples;
  }

  /// Weights (size, classes); the constant is not penalised. Empty when the problem is too ill for Cholesky.
  std::vector<float> solve(double penalty) const {
    std::vector<double> matrix = square, weights = cross;
    for (index_t d = 0; d + 1 < size; ++d)
      matrix[static_cast<std::size_t>(d * size + d)] += penalty * static_cast<double>(samples);
    if (!solve_positive_definite(matrix, weights, size, classes)) return {};
    return {weights.begin(), weights.end()};
  }
};

/// Calls f(x (rows, width + 1), first, rows) for blocks of the samples that `takes` wants.
template <class Takes, class F>
void for_blocks(const features& data, const Takes& takes, const F& f) {
  std::vector<float> x;
  std::vector<index_t> which;
  const auto flush = [&] {
    if (!which.empty()) f(x, which);
    x.clear(), which.clear();
  };
  for (index_t i = 0; i < data.samples(); ++i) {
    if (!takes(i)) continue;
    x.insert(x.end(), data.row(i), data.row(i) + data.width);
    x.push_back(1);
    which.push_back(i);
    if (static_cast<index_t>(which.size()) == block) flush();
  }
  flush();
}

template <class Takes>
moments moments_of(const features& data, index_t classes, const Takes& takes) {
  moments sums(data.width, classes);
  for_blocks(data, takes, [&](const std::vector<float>& x, const std::vector<index_t>& which) {
    std::vector<float> y(which.size() * static_cast<std::size_t>(classes));
    for (std::size_t k = 0; k < which.size(); ++k)
      y[k * static_cast<std::size_t>(classes) + static_cast<std::size_t>(data.label(which[k]))] = 1;
    sums.add(x, y, static_cast<index_t>(which.size()));
  });
  return sums;
}

template <class Takes>
double accuracy_of(const std::vector<float>& weights, const features& data, index_t classes, const Takes& takes) {
  if (weights.empty()) return 0;
  index_t right = 0, all = 0;
  std::vector<float> scores;
  for_blocks(data, takes, [&](const std::vector<float>& x, const std::vector<index_t>& which) {
    const index_t rows = static_cast<index_t>(which.size());
    scores.resize(which.size() * static_cast<std::size_t>(classes));
    matrix_product(x.data(), operand::as_it_is, weights.data(), operand::as_it_is, rows, classes, data.width + 1,
                   scores.data());
    for (index_t k = 0; k < rows; ++k) {
      const float* first = scores.data() + k * classes;
      right += std::max_element(first, first + classes) - first == data.label(which[static_cast<std::size_t>(k)]);
    }
    all += rows;
  });
  return all > 0 ? static_cast<double>(right) / static_cast<double>(all) : 0;
}

}  // namespace

ridge_result ridge_probe(features train, features test, index_t classes) {
  check_features(train, classes, "ridge_probe");
  check_features(test, classes, "ridge_probe");
  MIXCON_REQUIRE(train.samples() >= least_to_probe, "ridge_probe: ", train.samples(),
                 " training rows; expected at least ", least_to_probe, ", of which one is held out.");
  standardise(train, test);
  const auto held_out = [](index_t i) { return i % 10 == 9; };
  const auto fitted = [](index_t i) { return i % 10 != 9; };
  const auto every = [](index_t) { return true; };

  moments sums = moments_of(train, classes, fitted);
  ridge_result best{.accuracy = -1, .penalty = 1};
  for (const double penalty : {1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0}) {
    const double accuracy = accuracy_of(sums.solve(penalty), train, classes, held_out);
    if (accuracy > best.accuracy) best = {accuracy, penalty};
  }
  sums.add(moments_of(train, classes, held_out));
  best.accuracy = accuracy_of(sums.solve(best.penalty), test, classes, every);
  return best;
}

}  // namespace evaluation
}  // namespace mixcon_train
