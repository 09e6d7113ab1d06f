// SPDX-License-Identifier: BSD-3-Clause
// What choosing costs beside what is chosen from: `product` packs the rows and forms every similarity, tile by tile,
// and looks at none; `top_k` does the same and keeps the k best of each anchor. One thread, random unit rows, float.
#include <benchmark/benchmark.h>

#include <vector>

#include <mixcon/adapt/span.hpp>
#include <mixcon/core/ziggurat.hpp>
#include <mixcon/mixcon.hpp>

namespace {

using namespace mixcon;

constexpr index_t width = 128;

std::vector<float> random_rows(std::uint64_t seed, index_t rows) {
  philox_stream bits(seed, 0, 0, 0);
  std::vector<float> entries(static_cast<std::size_t>(rows * width));
  for (float& x : entries) x = static_cast<float>(ziggurat::shared()(bits));
  return entries;
}

void report(benchmark::State& run) {
  const double pairs = static_cast<double>(run.range(0) * run.range(1));
  run.counters["pairs/s"] = benchmark::Counter(pairs, benchmark::Counter::kIsIterationInvariantRate);
  run.counters["flop/s"] = benchmark::Counter(2 * width * pairs, benchmark::Counter::kIsIterationInvariantRate);
}

void product(benchmark::State& run) {
  auto z = random_rows(1, run.range(0)), keys = random_rows(2, run.range(1));
  for (auto _ : run) {
    const matrix_view<const float> anchors = as_matrix(z, run.range(0), width);
    const matrix_view<const float> candidates = as_matrix(keys, run.range(1), width);
    const cosine similarity{};
    const detail::score_tiles<cosine, float> scores(tiled{.threads = 1}, similarity, anchors, candidates);
    for (index_t block = 0; block < scores.blocks(); ++block)
      scores.visit<native_lanes<float>>(
          block, [](index_t, index_t, const float* row, index_t) { benchmark::DoNotOptimize(*row); });
  }
  report(run);
}

void choice(benchmark::State& run) {
  auto z = random_rows(1, run.range(0)), keys = random_rows(2, run.range(1));
  const top_k choose{.k = run.range(2)};
  for (auto _ : run)
    benchmark::DoNotOptimize(
        choose(tiled{.threads = 1}, cosine{}, as_matrix(z, run.range(0), width), as_matrix(keys, run.range(1), width)));
  report(run);
}

BENCHMARK(product)->Name("product")->ArgNames({"anchors", "keys"})->Args({256, 65536})->Args({4096, 4096});
BENCHMARK(choice)
    ->Name("top_k")
    ->ArgNames({"anchors", "keys", "k"})
    ->ArgsProduct({{256}, {65536}, {1, 10, 100, 1024}})
    ->Args({4096, 4096, 10});

}  // namespace
