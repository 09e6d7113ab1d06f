// SPDX-License-Identifier: BSD-3-Clause
// Every loss of all_losses on the tiled engine in float, and info_nce on every engine in both types, in pairs/s
// (anchors x candidates, each pair counted once) and flop/s of its products of rows (2 D a pair forward; 8 D with
// backward, counted as if anchors were not the candidates; 6 D in the loop, which keeps its logits). Targets are two
// views of a batch: then info_nce is NT-Xent, `loop` is that formula as one writes it without a library, and `peak`
// what one core multiplies and adds when it waits for no memory. Losses that have no such
// targets take the two views as they are called: paired ones as two matrices, labelled ones with labels of their own,
// logits in the place of embeddings; their rows are named and timed alike, and have no flop/s.
#include "contrast/engine.hpp"

namespace {

using namespace bench_contrast;

template <class T>
void run_loop(benchmark::State& run, pass which) {
  views_of_batch<T> batch(run);
  const auto rows = static_cast<std::size_t>(batch.rows()), width = static_cast<std::size_t>(batch.width);
  for (auto _ : run)
    benchmark::DoNotOptimize(loop_nt_xent(batch.values, rows, width, which == pass::both ? &batch.slopes : nullptr));
  report(run, which == pass::forward ? 2 : 6);
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

template <class T>
void add_serial(const std::string& type) {
  add_passes("info_nce/" + type + "/serial",
             [](benchmark::State& run, pass p) { run_engine<T>(run, serial{}, objective{info_nce{}}, p); });
}
const bool registered = [] {
  benchmark::RegisterBenchmark("peak/float", run_peak<float>);
  benchmark::RegisterBenchmark("peak/double", run_peak<double>);
  add_passes("loop/float", [](benchmark::State& run, pass p) { run_loop<float>(run, p); });
  add_passes("loop/double", [](benchmark::State& run, pass p) { run_loop<double>(run, p); });
  add_serial<float>("float");
  add_serial<double>("double");
  add_tiled<double>("info_nce/double", objective{info_nce{}});
  return true;
}();

}  // namespace
