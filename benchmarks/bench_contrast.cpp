// SPDX-License-Identifier: BSD-3-Clause
// Every loss of all_losses on the tiled engine in float, and info_nce on every engine in both types, in pairs/s
// (anchors x candidates, each pair counted once) and flop/s of its products of rows (2 D a pair forward; 8 D with
// backward, counted as if anchors were not the candidates; 6 D in the loop, which keeps its logits). Targets are two
// views of a batch: then info_nce is NT-Xent, `loop` is that formula as one writes it without a library, and `peak`
// what one core multiplies and adds when it waits for no memory. Losses that have no such
// targets take the two views as they are called: paired ones as two matrices, labelled ones with labels of their own,
// logits in the place of embeddings; their rows are named and timed alike, and have no flop/s.
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

/// Two matrices of aligned rows: the first view of each sample, and the second.
template <class T, class Executor, class Loss>
void run_paired(benchmark::State& run, const Executor& executor, const Loss& loss) {
  views_of_batch<T> batch(run);
  const auto half = [&](std::vector<T>& of, index_t first) {
    return matrix_view<T>{of.data() + first * batch.width, {batch.samples, batch.width}};
  };
  if constexpr (requires { loss.form == rows::unit_as_given; })
    for (index_t i = 0; i < batch.rows(); ++i) {
      T square = 0;
      for (index_t k = 0; k < batch.width; ++k) square += batch.embeddings()(i, k) * batch.embeddings()(i, k);
      for (index_t k = 0; k < batch.width; ++k) batch.embeddings()(i, k) /= std::sqrt(square);
    }
  const auto x = half(batch.values, 0), y = half(batch.values, batch.samples);
  aligned_gradients<T> wanted{.first = half(batch.slopes, 0)};
  if constexpr (!requires { Loss::second_is_constant; }) wanted.second = half(batch.slopes, batch.samples);
  for (auto _ : run) benchmark::DoNotOptimize(value_and_grad(executor, loss, x, y, wanted).value);
}

/// What labelled losses are called with: a class for two rows, and the rows as logits or as features of a classifier.
template <class T>
struct labelled_batch : views_of_batch<T> {
  explicit labelled_batch(const benchmark::State& run) : views_of_batch<T>(run) {
    for (index_t i = 0; i < this->rows(); ++i) {
      labels.push_back(i / 2 % this->width);
      mixed.own.push_back(labels.back()), mixed.partner.push_back((i + 1) % this->width), mixed.lambda.push_back(0.7);
    }
    soft.assign(this->values.size(), T(0));
    for (index_t i = 0; i < this->rows(); ++i)
      soft[static_cast<std::size_t>(i * this->width + labels[static_cast<std::size_t>(i)])] = 1;
    weight.assign(this->values.begin(), this->values.begin() + this->width * 10), bias.assign(10, T(0));
  }
  std::vector<index_t> labels;
  pair_targets mixed;
  std::vector<T> soft, weight, bias;
};
template <class T, class Executor>
auto call(const Executor& executor, const n_pairs& loss, labelled_batch<T>& batch) {
  return value_and_grad(executor, loss, label_targets{.labels = batch.labels}, batch.embeddings(), batch.gradient());
}
template <class T, class Executor>
auto call(const Executor& executor, const decoupled_mixup& loss, labelled_batch<T>& batch) {
  const matrix_view<T> logits = batch.embeddings();
  return value_and_grad(executor, loss, batch.mixed, given_logits{logits}, {.logits = batch.gradient()});
}
template <class T, class Executor>
auto call(const Executor& executor, const soft_binary_cross_entropy& loss, labelled_batch<T>& batch) {
  const matrix_view<T> logits = batch.embeddings();
  const auto soft = as_matrix(batch.soft, batch.rows(), batch.width);
  return value_and_grad(executor, loss, soft, given_logits{logits}, {.logits = batch.gradient()});
}
template <class T, class Executor>
auto call(const Executor& executor, const infinite_class_mixup& loss, labelled_batch<T>& batch) {
  pair_targets of_ten = batch.mixed;
  for (auto* labels : {&of_ten.own, &of_ten.partner})
    for (index_t& label : *labels) label %= 10;
  const auto classifier = as_matrix(batch.weight, 10, batch.width);
  return value_and_grad(executor, loss, of_ten, batch.embeddings(), classifier, view(batch.bias),
                        {.features = batch.gradient()});
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

template <class T, class Objective>
void add_tiled(const std::string& name, const Objective& criterion) {
  add_passes(name + "/tiled/one_thread",
             [=](benchmark::State& run, pass p) { run_engine<T>(run, tiled{.threads = 1}, criterion, p); });
  add_passes(name + "/tiled/all_threads",
             [=](benchmark::State& run, pass p) { run_engine<T>(run, tiled{}, criterion, p); });
}
template <class T>
void add_serial(const std::string& type) {
  add_passes("info_nce/" + type + "/serial",
             [](benchmark::State& run, pass p) { run_engine<T>(run, serial{}, objective{info_nce{}}, p); });
}
template <class Loss>
void add_loss(const listed_loss<Loss>& listed) {
  const std::string name = std::string(listed.name) + "/float";
  const Loss loss = listed.made;
  if constexpr (listed_loss<Loss>::shape == loss_shape::formula)
    add_tiled<float>(name, objective{loss, cosine{}});
  else if constexpr (listed_loss<Loss>::shape == loss_shape::objective)
    add_tiled<float>(name, loss);
  else if constexpr (listed_loss<Loss>::shape == loss_shape::paired)
    add(name + "/tiled/one_thread/forward_backward",
        [=](benchmark::State& run) { run_paired<float>(run, tiled{.threads = 1}, loss); });
  else
    add(name + "/tiled/one_thread/forward_backward", [=](benchmark::State& run) {
      labelled_batch<float> batch(run);
      for (auto _ : run) benchmark::DoNotOptimize(call<float>(tiled{.threads = 1}, loss, batch).value);
    });
}

const bool registered = [] {
  benchmark::RegisterBenchmark("peak/float", run_peak<float>);
  benchmark::RegisterBenchmark("peak/double", run_peak<double>);
  add_passes("loop/float", [](benchmark::State& run, pass p) { run_loop<float>(run, p); });
  add_passes("loop/double", [](benchmark::State& run, pass p) { run_loop<double>(run, p); });
  add_serial<float>("float");
  add_serial<double>("double");
  add_tiled<double>("info_nce/double", objective{info_nce{}});
  all_losses::for_each([](const auto& listed) { add_loss(listed); });
  return true;
}();

}  // namespace
