// SPDX-License-Identifier: BSD-3-Clause
// A call of an engine as a benchmark.
#pragma once

#include "batch.hpp"
#include "loop.hpp"

#include <cmath>

namespace bench_contrast {

/// A formula at the temperature of the loop; one that asks for a coefficient per anchor gets 1.
template <class Loss>
Loss ready(Loss loss, const std::vector<double>& ones) {
  if constexpr (requires { loss.temperature; }) loss.temperature = temperature;
  if constexpr (requires { loss.kappa; }) loss.kappa = view(ones);
  if constexpr (requires { loss.lambda; }) loss.lambda = view(ones);
  return loss;
}

template <class T, class Executor, class Objective>
void run_engine(benchmark::State& run, const Executor& executor, Objective criterion, pass which) {
  views_of_batch<T> batch(run);
  const std::vector<double> ones(static_cast<std::size_t>(batch.rows()), 1.0);
  criterion.loss = ready(criterion.loss, ones);
  const view_targets targets{.samples = batch.samples};
  const auto z = batch.embeddings(), gradient = batch.gradient();
  saved_for<Objective, matrix_view<T>> saved;
  if constexpr (std::is_same_v<Objective, objective<info_nce>>) {  // beside the loop only if it computes the same
    const auto rows = static_cast<std::size_t>(batch.rows()), width = static_cast<std::size_t>(batch.width);
    const T loop = loop_nt_xent<T>(batch.values, rows, width, nullptr);
    const T value = forward(executor, criterion, targets, z, saved);
    if (criterion.loss.base_temperature == 0 && !(std::abs(value - loop) < T(1e-3) * loop))
      return run.SkipWithError("the loop has another value");
  }
  for (auto _ : run)
    if (which == pass::both)
      benchmark::DoNotOptimize(value_and_grad(executor, criterion, targets, z, gradient).value);
    else
      benchmark::DoNotOptimize(forward(executor, criterion, targets, z, saved).value);
  report(run, which == pass::forward ? 2 : 8);
}

template <class T, class Objective>
void add_tiled(const std::string& name, const Objective& criterion) {
  add_passes(name + "/tiled/one_thread",
             [=](benchmark::State& run, pass p) { run_engine<T>(run, tiled{.threads = 1}, criterion, p); });
  add_passes(name + "/tiled/all_threads",
             [=](benchmark::State& run, pass p) { run_engine<T>(run, tiled{}, criterion, p); });
}

}  // namespace bench_contrast
