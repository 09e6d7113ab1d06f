// SPDX-License-Identifier: BSD-3-Clause
// What choosing costs beside what is chosen from: `product` forms every similarity, tile by tile, and looks at none;
// `packing_and_product` makes the rows ready for that too; `top_k` does both and keeps the k best of each anchor. One
// thread, random rows, cosine, float.
#include <benchmark/benchmark.h>

#include <vector>

#include <mixcon/core/random/ziggurat.hpp>
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

using tiles_of_scores = detail::score_tiles<cosine, float>;

/// Rows of a benchmark's size, and their similarities made ready.
struct problem {
  explicit problem(const benchmark::State& run)
      : z(random_rows(1, run.range(0))),
        keys(random_rows(2, run.range(1))),
        anchors(run.range(0)),
        count(run.range(1)) {}
  tiles_of_scores scores() const {
    const matrix_view<const float> rows{z.data(), {anchors, width}}, candidates{keys.data(), {count, width}};
    return {tiled{.threads = 1}, similarity, rows, candidates, nullptr};
  }

  std::vector<float> z, keys;
  index_t anchors, count;
  cosine similarity{};
};

void multiply(const tiles_of_scores& scores) {
  for (index_t block = 0; block < scores.blocks(); ++block)
    scores.visit<native_lanes<float>>(
        block, [](index_t, index_t, const float* row, index_t) { benchmark::DoNotOptimize(*row); });
}

void product(benchmark::State& run) {
  const problem p(run);
  const tiles_of_scores scores = p.scores();
  for (auto _ : run) multiply(scores);
  report(run);
}

void packing_and_product(benchmark::State& run) {
  const problem p(run);
  for (auto _ : run) multiply(p.scores());
  report(run);
}

void choice(benchmark::State& run) {
  const problem p(run);
  const top_k choose{.k = run.range(2)};
  const matrix_view<const float> rows{p.z.data(), {p.anchors, width}}, candidates{p.keys.data(), {p.count, width}};
  for (auto _ : run) benchmark::DoNotOptimize(choose(tiled{.threads = 1}, p.similarity, rows, candidates));
  report(run);
}

BENCHMARK(product)->ArgNames({"anchors", "keys"})->Args({256, 65536})->Args({4096, 4096});
BENCHMARK(packing_and_product)->ArgNames({"anchors", "keys"})->Args({256, 65536})->Args({4096, 4096});
BENCHMARK(choice)
    ->Name("top_k")
    ->ArgNames({"anchors", "keys", "k"})
    ->ArgsProduct({{256}, {65536}, {1, 10, 100, 1024}})
    ->Args({4096, 4096, 10});

}  // namespace
