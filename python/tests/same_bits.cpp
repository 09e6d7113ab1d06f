// SPDX-License-Identifier: BSD-3-Clause
// Losses called from C++ with the types of the library, for test_same_bits.py: reads samples, width and the numbers of
// two matrices from standard input; prints the bits of values and gradients, a line a call.
#include <mixcon/engine/tiled.hpp>
#include <mixcon/losses/clip.hpp>
#include <mixcon/losses/nt_xent.hpp>
#include <mixcon/losses/triplet_margin.hpp>
#include <mixcon/mixcon.hpp>

#include <cstdio>
#include <vector>

using namespace mixcon;

namespace {

template <class T>
struct rows_of {
  std::vector<T> numbers;
  matrix_view<T> view;
  rows_of(index_t rows, index_t width)
      : numbers(static_cast<std::size_t>(rows * width)), view(numbers.data(), {rows, width}) {}
};

template <class T>
void print(const char* name, double value, const rows_of<T>& gradient) {
  std::printf("%s %a", name, value);
  for (const T x : gradient.numbers) std::printf(" %a", static_cast<double>(x));
  std::printf("\n");
}

template <class T>
void run(const char* type, const std::vector<double>& numbers, index_t samples, index_t width) {
  rows_of<T> x(samples, width), y(samples, width), by_x(samples, width), by_y(samples, width);
  for (std::size_t k = 0; k < x.numbers.size(); ++k) {
    x.numbers[k] = static_cast<T>(numbers[k]);
    y.numbers[k] = static_cast<T>(numbers[x.numbers.size() + k]);
  }
  std::vector<int> labels;
  for (index_t i = 0; i < samples; ++i) labels.push_back(static_cast<int>(i % 3));
  const tiled engine{1};
  const double contrast = value_and_grad(engine, nt_xent(), view_targets{.samples = samples / 2}, x.view, by_x.view);
  print((std::string("nt_xent ") + type).c_str(), contrast, by_x);
  const label_targets classes{.labels = labels};
  const objective triplets{triplet_margin{}, negative_distance{rows::unit, rows::unit}};
  const double mined = value_and_grad(engine, triplets, classes, x.view, by_x.view);
  print((std::string("triplet_margin ") + type).c_str(), mined, by_x);
  const double both = value_and_grad(engine, clip(), diagonal_targets{}, x.view, y.view,
                                     {.anchors = by_x.view, .candidates = {by_y.view}});
  print((std::string("clip ") + type).c_str(), both, by_y);
}

}  // namespace

int main() {
  long samples = 0, width = 0;
  if (std::scanf("%ld %ld", &samples, &width) != 2) return 2;
  std::vector<double> numbers(static_cast<std::size_t>(2 * samples * width));
  for (double& x : numbers)
    if (std::scanf("%lf", &x) != 1) return 2;
  run<float>("float32", numbers, samples, width);
  run<double>("float64", numbers, samples, width);
}
