// SPDX-License-Identifier: BSD-3-Clause
// Every loss of all_losses on the tiled engine in float, and info_nce on every engine in both types, in pairs/s
// (anchors x candidates, each pair counted once) and flop/s of its products of rows (2 D a pair forward; 8 D with
// backward, counted as if anchors were not the candidates; 6 D in the loop, which keeps its logits). Targets are two
// views of a batch: then info_nce is NT-Xent, `loop` is that formula as one writes it without a library, and `peak`
// what one core multiplies and adds when it waits for no memory.
#include <benchmark/benchmark.h>

#include <cmath>
#include <string>
#include <vector>

#include <mixcon/adapt/tensors/span.hpp>
#include <mixcon/mixcon.hpp>

namespace {

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

void report(benchmark::State& run, double flops_by_width) {
  const double pairs = 4.0 * static_cast<double>(run.range(0)) * static_cast<double>(run.range(0));
  const double products = flops_by_width * static_cast<double>(run.range(1));
  run.counters["pairs/s"] = benchmark::Counter(pairs, benchmark::Counter::kIsIterationInvariantRate);
  run.counters["flop/s"] = benchmark::Counter(pairs * products, benchmark::Counter::kIsIterationInvariantRate);
}

/// NT-Xent by the book, on a matrix of unit rows: for each anchor its logits, their softmax, and the gradient.
template <class T>
T loop_over_rows(const std::vector<T>& z, std::size_t rows, std::size_t width, std::vector<T>* gradient) {
  std::vector<T> logits(rows);
  T loss = 0;
  for (std::size_t a = 0; a < rows; ++a) {
    const std::size_t positive = (a + rows / 2) % rows;
    T top = -2 / T(temperature), partition = 0;
    for (std::size_t c = 0; c < rows; ++c) {
      T dot = 0;
      for (std::size_t k = 0; k < width; ++k) dot += z[a * width + k] * z[c * width + k];
      logits[c] = dot / T(temperature);
      if (c != a && logits[c] > top) top = logits[c];
    }
    for (std::size_t c = 0; c < rows; ++c)
      if (c != a) partition += std::exp(logits[c] - top);
    loss += std::log(partition) + top - logits[positive];
    if (gradient == nullptr) continue;
    for (std::size_t c = 0; c < rows; ++c) {
      if (c == a) continue;
      const T share = std::exp(logits[c] - top) / partition - (c == positive ? T(1) : T(0));
      const T weight = share / (T(temperature) * static_cast<T>(rows));
      for (std::size_t k = 0; k < width; ++k) {
        (*gradient)[a * width + k] += weight * z[c * width + k];
        (*gradient)[c * width + k] += weight * z[a * width + k];
      }
    }
  }
  return loss / static_cast<T>(rows);
}

template <class T>
T loop_nt_xent(const std::vector<T>& embeddings, std::size_t rows, std::size_t width, std::vector<T>* gradient) {
  std::vector<T> unit(embeddings), length(rows);
  for (std::size_t a = 0; a < rows; ++a) {
    T squared = 0;
    for (std::size_t k = 0; k < width; ++k) squared += unit[a * width + k] * unit[a * width + k];
    length[a] = std::sqrt(squared);
    for (std::size_t k = 0; k < width; ++k) unit[a * width + k] /= length[a];
  }
  if (gradient != nullptr) gradient->assign(unit.size(), T(0));
  const T loss = loop_over_rows(unit, rows, width, gradient);
  for (std::size_t a = 0; gradient != nullptr && a < rows; ++a) {
    T radial = 0;
    for (std::size_t k = 0; k < width; ++k) radial += (*gradient)[a * width + k] * unit[a * width + k];
    for (std::size_t k = 0; k < width; ++k)
      (*gradient)[a * width + k] = ((*gradient)[a * width + k] - radial * unit[a * width + k]) / length[a];
  }
  return loss;
}

template <class T>
void run_loop(benchmark::State& run, pass which) {
  views_of_batch<T> batch(run);
  const auto rows = static_cast<std::size_t>(batch.rows()), width = static_cast<std::size_t>(batch.width);
  for (auto _ : run)
    benchmark::DoNotOptimize(loop_nt_xent(batch.values, rows, width, which == pass::both ? &batch.slopes : nullptr));
  report(run, which == pass::forward ? 2 : 6);
}

/// A loss at the temperature of the loop; one that asks for a coefficient per anchor gets 1.
template <class Loss>
Loss made(const std::vector<double>& ones) {
  Loss loss;
  if constexpr (requires { loss.temperature; }) loss.temperature = temperature;
  if constexpr (requires { loss.kappa; }) loss.kappa = view(ones);
  if constexpr (requires { loss.lambda; }) loss.lambda = view(ones);
  return loss;
}

template <class Loss, class T, class Executor>
void run_engine(benchmark::State& run, const Executor& executor, pass which) {
  views_of_batch<T> batch(run);
  const std::vector<double> ones(static_cast<std::size_t>(batch.rows()), 1.0);
  const objective criterion{made<Loss>(ones), cosine{}};
  const view_targets targets{.samples = batch.samples};
  const auto z = batch.embeddings(), gradient = batch.gradient();
  saved_for<decltype(criterion), matrix_view<T>> saved;
  if constexpr (std::is_same_v<Loss, info_nce>) {  // beside the loop only if it computes the same
    const auto rows = static_cast<std::size_t>(batch.rows()), width = static_cast<std::size_t>(batch.width);
    const T loop = loop_nt_xent<T>(batch.values, rows, width, nullptr);
    const T value = forward(executor, criterion, targets, z, saved);
    if (!(std::abs(value - loop) < T(1e-3) * loop)) return run.SkipWithError("the loop has another value");
  }
  for (auto _ : run)
    if (which == pass::both)
      benchmark::DoNotOptimize(value_and_grad(executor, criterion, targets, z, gradient).value);
    else
      benchmark::DoNotOptimize(forward(executor, criterion, targets, z, saved).value);
  report(run, which == pass::forward ? 2 : 8);
}

/// Enough independent sums to keep every multiplier of a core busy.
template <class T>
void run_peak(benchmark::State& run) {
  using vector = native_lanes<T>;
  constexpr int sums = 12, steps = 1000;
  vector sum[sums];
  vector by(T(0.5));
  for (auto _ : run) {
    benchmark::DoNotOptimize(by);
    for (int step = 0; step < steps; ++step) {
      MIXCON_UNROLL
      for (int s = 0; s < sums; ++s) sum[s].v = sum[s].v * by.v + by.v;
    }
    for (vector& s : sum) benchmark::DoNotOptimize(s);
  }
  const double operations = 2.0 * sums * steps * lane_count<vector>();
  run.counters["flop/s"] = benchmark::Counter(operations, benchmark::Counter::kIsIterationInvariantRate);
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

/// `info_nce` of mixcon::info_nce.
template <class Loss>
std::string name_of() {
  std::string name = __PRETTY_FUNCTION__;
  name.erase(0, name.find("Loss = ") + 7);
  name.erase(name.find_first_of(";]"));
  return name.substr(name.rfind(':') + 1);
}

template <class Loss, class T>
void add_tiled(const std::string& type) {
  const std::string name = name_of<Loss>() + '/' + type;
  add_passes(name + "/tiled/one_thread",
             [](benchmark::State& run, pass p) { run_engine<Loss, T>(run, tiled{.threads = 1}, p); });
  add_passes(name + "/tiled/all_threads", [](benchmark::State& run, pass p) { run_engine<Loss, T>(run, tiled{}, p); });
}
template <class T>
void add_serial(const std::string& type) {
  add_passes("info_nce/" + type + "/serial",
             [](benchmark::State& run, pass p) { run_engine<info_nce, T>(run, serial{}, p); });
}
template <class... Loss>
void add_losses(const pack<Loss...>*) {
  (add_tiled<Loss, float>("float"), ...);
}

const bool registered = [] {
  benchmark::RegisterBenchmark("peak/float", run_peak<float>);
  benchmark::RegisterBenchmark("peak/double", run_peak<double>);
  add_passes("loop/float", [](benchmark::State& run, pass p) { run_loop<float>(run, p); });
  add_passes("loop/double", [](benchmark::State& run, pass p) { run_loop<double>(run, p); });
  add_serial<float>("float");
  add_serial<double>("double");
  add_tiled<info_nce, double>("double");
  add_losses(static_cast<const all_losses*>(nullptr));
  return true;
}();

}  // namespace
