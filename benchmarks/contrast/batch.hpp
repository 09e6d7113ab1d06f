// SPDX-License-Identifier: BSD-3-Clause
// What the files of bench_contrast share: a batch, and how a benchmark is named and sized.
#pragma once

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include <mixcon/adapt/tensors/span.hpp>
#include <mixcon/mixcon.hpp>

namespace bench_contrast {

using namespace mixcon;

constexpr double temperature = 0.1;

enum class pass { forward, both };

/// Embeddings of two views of a batch, (2 N, D), and room for their gradient.
template <class T>
struct views_of_batch {
  explicit views_of_batch(const benchmark::State& run)
      : samples(run.range(0)), width(run.range(1)), values(static_cast<std::size_t>(rows() * width)), slopes(values) {
    for (std::size_t k = 0; k < values.size(); ++k)
      values[k] = static_cast<T>(philox_draws{.seed = 1}.normal("embeddings", static_cast<index_t>(k)));
  }
  index_t rows() const { return 2 * samples; }
  matrix_view<T> embeddings() { return as_matrix(values, rows(), width); }
  matrix_view<T> gradient() { return as_matrix(slopes, rows(), width); }

  index_t samples, width;
  std::vector<T> values, slopes;
};

inline void report(benchmark::State& run, double flops_by_width) {
  const double pairs = 4.0 * static_cast<double>(run.range(0)) * static_cast<double>(run.range(0));
  const double products = flops_by_width * static_cast<double>(run.range(1));
  run.counters["pairs/s"] = benchmark::Counter(pairs, benchmark::Counter::kIsIterationInvariantRate);
  run.counters["flop/s"] = benchmark::Counter(pairs * products, benchmark::Counter::kIsIterationInvariantRate);
}

template <class F>
void add(const std::string& name, F&& f) {
  benchmark::RegisterBenchmark(name.c_str(), std::forward<F>(f))
      ->ArgNames({"samples", "width"})
      ->ArgsProduct({{64, 512}, {128}})
      ->UseRealTime();
}
template <class F>
void add_passes(const std::string& name, F&& f) {
  add(name + "/forward", [f](benchmark::State& run) { f(run, pass::forward); });
  add(name + "/forward_backward", [f](benchmark::State& run) { f(run, pass::both); });
}

}  // namespace bench_contrast
