// SPDX-License-Identifier: BSD-3-Clause
// Calls on a GPU: the cases of cuda/bench by Google Benchmark. A run's time is between two events around it, with an
// empty cache; its rates count the products in the definition and the bytes that a call must move at least.
#include "../cuda/bench/bench_sizes.hpp"
#include "../cuda/bench/measure.cuh"

#include <benchmark/benchmark.h>

#include <cstdio>

namespace {

using namespace mixcon_bench;

void run_case(benchmark::State& run, const bench_case& which) {
  try {
    const own_stream on;
    const cache_flush cache;
    const auto call = which.kind.make(which.sizes, which.with_gradient, on.get());
    event_pairs events(1);
    call->enqueue();  // kernels are loaded now
    on.wait();
    for (auto _ : run) {
      cache.enqueue(on.get());
      events.begin(0, on.get());
      call->enqueue();
      events.end(0, on.get());
      on.wait();
      run.SetIterationTime(events.seconds(0));
    }
    const work_count work = which.kind.work(which.sizes, which.with_gradient);
    const auto rate = benchmark::Counter::kIsIterationInvariantRate;
    if (work.flops > 0) run.counters["flops"] = benchmark::Counter(work.flops, rate);
    run.counters["bytes"] = benchmark::Counter(work.bytes, rate);
    run.counters["workspace"] = static_cast<double>(call->workspace_bytes());
  } catch (const std::exception& refused) {
    run.SkipWithError(refused.what());
  }
}

}  // namespace

int main(int count, char** given) {
  int devices = 0;
  if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) {
    std::puts("no GPU: nothing was measured");
    return 77;
  }
  for (const bench_case& which : all_bench_cases())
    benchmark::RegisterBenchmark(which.name().c_str(), [which](benchmark::State& run) { run_case(run, which); })
        ->UseManualTime()
        ->Unit(benchmark::kMillisecond);
  benchmark::Initialize(&count, given);
  if (benchmark::ReportUnrecognizedArguments(count, given)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
