// SPDX-License-Identifier: BSD-3-Clause
// Measures every case without any library: a table, and a line of JSON for each.
#include "bench_sizes.hpp"
#include "ceilings.cuh"
#include "json.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

using namespace mixcon_bench;

constexpr char usage[] =
    "usage: bench [--ceilings] [--list] [--filter TEXT] [--seconds S] [--each S] [--json FILE] [--cublas FILE]\n"
    "\n"
    "Measures the library's kernels on the first GPU: the median of 5 to 50 runs, timed by events, with an empty "
    "cache.\n"
    "\n"
    "  --ceilings      measure what the card can do at most, and nothing else\n"
    "  --list          print the cases and measure nothing\n"
    "  --filter TEXT   only cases whose name has this in it\n"
    "  --seconds S     begin no case after S seconds (default 60)\n"
    "  --each S        measure each case for about S seconds (default 0.2)\n"
    "  --json FILE     also write a line of JSON for each case\n"
    "  --cublas FILE   the library whose product of matrices is a ceiling (default: what the loader finds)\n"
    "\n"
    "Exit status: 0 all measured; 1 a case failed; 2 wrong use; 77 no GPU.\n";

struct options {
  bool ceilings = false, list = false;
  double seconds = 60, each = 0.2;
  std::string filter{}, json{}, cublas{};
};

bool read_options(int count, char** given, options& to) {
  for (int k = 1; k < count; ++k) {
    const std::string name = given[k];
    if (name == "--ceilings") {
      to.ceilings = true;
      continue;
    }
    if (name == "--list") {
      to.list = true;
      continue;
    }
    if (++k >= count) return false;
    if (name == "--filter")
      to.filter = given[k];
    else if (name == "--json")
      to.json = given[k];
    else if (name == "--cublas")
      to.cublas = given[k];
    else if (name == "--seconds")
      to.seconds = std::atof(given[k]);
    else if (name == "--each")
      to.each = std::atof(given[k]);
    else
      return false;
  }
  return to.seconds > 0 && to.each > 0;
}

void report_ceilings(const card_ceilings& card, const char* name, json_lines& json) {
  std::printf("%s: copy %.0f GB/s, 2^x %.3g /s, mma.sync %.0f TFLOP/s, ", name, card.bytes * 1e-9, card.exponentials,
              card.mma_flops * 1e-12);
  if (card.library_missing.empty())
    std::printf("cuBLAS %.0f TFLOP/s\n", card.library_flops * 1e-12);
  else
    std::printf("no cuBLAS (%s)\n", card.library_missing.c_str());
  json.begin("ceilings");
  json.text("card", name);
  json.number("bytes_per_second", card.bytes);
  json.number("exponentials_per_second", card.exponentials);
  json.number("mma_flops", card.mma_flops);
  json.number("library_flops", card.library_flops);
  json.text("library_missing", card.library_missing);
  json.end();
}

/// One case: its times as a call and as a graph.
void measure(const bench_case& which, const card_ceilings& card, const options& how, const own_stream& on,
             const cache_flush& cache, json_lines& json) {
  const auto call = which.kind.make(which.sizes, which.with_gradient, on.get());
  const timing direct = time_runs([&] { call->enqueue(); }, on.get(), cache, how.each);
  const double value = call->value();
  timing replayed;
  int nodes = 0;
  if (which.kind.capturable && which.sizes.rows <= 16384) {
    captured_graph graph;
    const std::string why = graph.capture([&] { call->enqueue(); }, on.get());
    MIXCON_REQUIRE(why.empty(), "no graph: ", why);
    nodes = graph.nodes();
    replayed = time_runs([&] { graph.launch(on.get()); }, on.get(), cache, how.each / 2);
  }
  const work_count work = which.kind.work(which.sizes, which.with_gradient);
  const double floor = floor_seconds(work.floor_flops, work.exponentials, work.bytes, card);
  std::printf("%-52s %10.4f ms  %8.1f TFLOP/s  %6.1f %% of the floor", which.name().c_str(), direct.median_s * 1e3,
              work.flops / direct.median_s * 1e-12, 100 * floor / direct.median_s);
  if (nodes > 0) std::printf("  graph of %d: %.4f ms", nodes, replayed.median_s * 1e3);
  std::printf("\n");
  json.begin("case");
  json.text("name", which.name());
  json.text("loss", which.kind.loss), json.text("tier", which.kind.tier), json.text("element", which.kind.element);
  json.number("rows", static_cast<double>(which.sizes.rows));
  json.number("width", static_cast<double>(which.sizes.width));
  json.text("pass", which.with_gradient ? "gradient" : "forward");
  json.number("median_s", direct.median_s), json.number("fastest_s", direct.fastest_s);
  json.number("slowest_s", direct.slowest_s), json.number("runs", direct.runs);
  json.number("flops", work.flops), json.number("bytes", work.bytes), json.number("floor_s", floor);
  json.number("workspace_bytes", static_cast<double>(call->workspace_bytes()));
  json.number("graph_s", replayed.median_s), json.number("graph_nodes", nodes);
  json.number("value", value);
  json.end();
}

int measure_all(const options& how) {
  cudaDeviceProp properties{};
  require_cuda(cudaGetDeviceProperties(&properties, 0), "cudaGetDeviceProperties");
  const auto begin = std::chrono::steady_clock::now();
  const auto spent = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(); };
  json_lines json(how.json);
  const own_stream on;
  const cache_flush cache;
  const card_ceilings card = measure_ceilings(how.cublas, on, cache);
  report_ceilings(card, properties.name, json);
  if (how.ceilings) return 0;
  int failed = 0, left = 0;
  for (const bench_case& which : all_bench_cases()) {
    if (which.name().find(how.filter) == std::string::npos) continue;
    if (spent() > how.seconds) {
      ++left;
      continue;
    }
    try {
      measure(which, card, how, on, cache, json);
    } catch (const std::exception& refused) {
      std::printf("%-52s FAILED: %s\n", which.name().c_str(), refused.what());
      json.begin("failed");
      json.text("name", which.name()), json.text("why", refused.what());
      json.end();
      ++failed;
      if (cudaStreamSynchronize(on.get()) != cudaSuccess) throw;  // after such an error nothing runs any more
    }
    std::fflush(stdout);
  }
  if (left > 0) {
    std::printf("%d cases not measured: the time was up\n", left);
    json.begin("left"), json.number("cases", left), json.end();
  }
  return failed == 0 ? 0 : 1;
}

}  // namespace

int main(int count, char** given) {
  options how;
  if (count == 2 && (std::strcmp(given[1], "--help") == 0 || std::strcmp(given[1], "-h") == 0)) {
    std::fputs(usage, stdout);
    return 0;
  }
  if (!read_options(count, given, how)) {
    std::fputs(usage, stderr);
    return 2;
  }
  if (how.list) {
    for (const bench_case& which : all_bench_cases()) std::printf("%s\n", which.name().c_str());
    return 0;
  }
  int devices = 0;
  if (const auto code = cudaGetDeviceCount(&devices); code != cudaSuccess || devices == 0) {
    std::printf("no GPU: %s; nothing was measured\n",
                code == cudaSuccess ? "none is installed" : cudaGetErrorString(code));
    return 77;
  }
  try {
    return measure_all(how);
  } catch (const std::exception& failed) {
    std::fprintf(stderr, "bench: %s\n", failed.what());
    return 1;
  }
}
