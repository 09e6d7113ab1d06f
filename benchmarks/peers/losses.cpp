// SPDX-License-Identifier: BSD-3-Clause
// Time and memory of every row of the case table: value and gradients in float on `tiled`, at N = 4096 (or what the row
// says), D = 128. One line a loss: name, shapes of its rows, classes, milliseconds, bytes. losses.py runs it beside
// its peers and writes the table.
//
//   peers_losses [--threads T] [--repetitions R] [--loss NAME]
#include "cases/loss_case.hpp"

#include <malloc.h>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

namespace {

std::atomic<long long> held{0}, peak{0};

void count(long long bytes) {
  const long long now = held += bytes;
  for (long long seen = peak; now > seen && !peak.compare_exchange_weak(seen, now);) {
  }
}

}  // namespace

// All memory of the program passes here, so that the most that a call holds at once is known.
void* operator new(std::size_t size) {
  void* const p = std::malloc(size);
  if (p == nullptr) throw std::bad_alloc();
  count(static_cast<long long>(malloc_usable_size(p)));
  return p;
}
void operator delete(void* p) noexcept {
  if (p != nullptr) count(-static_cast<long long>(malloc_usable_size(p)));
  std::free(p);
}
void operator delete(void* p, std::size_t) noexcept { operator delete(p); }

namespace {

using namespace mixcon_test;

constexpr index_t width = 128, classes = 64;

struct measured {
  double milliseconds = 0;  // the median
  long long bytes = 0;      // beyond the arguments: gradients, and what the call holds meanwhile
};

measured measure(const loss_case& loss, const any_engine& by, const loss_arguments& given, int repetitions) {
  using clock = std::chrono::steady_clock;
  const std::vector<matrix<float>> rows = rows_in<float>(given);
  measured result;
  std::vector<double> times;
  for (int r = 0; r <= repetitions; ++r) {  // the first warms up
    const long long before = held;
    peak = before;
    const auto start = clock::now();
    const float value = loss.in_float(by, given, rows).value;
    const double time = std::chrono::duration<double, std::milli>(clock::now() - start).count();
    if (!(value - value == 0))
      std::fprintf(stderr, "%s: the value is %g\n", loss.name.c_str(), static_cast<double>(value));
    result.bytes = peak - before;
    if (r > 0) times.push_back(time);
    if (time > 5000) repetitions = 1;
  }
  std::sort(times.begin(), times.end());
  result.milliseconds = times[times.size() / 2];
  return result;
}

/// Samples, such that as many rows as the case asks for stand in its first matrix.
index_t samples_for(const loss_case& loss) {
  random_numbers draw(1);
  const index_t rows = loss.draw({8, 3, 2}, draw).rows[0].rows();
  return loss.benchmark_samples * 8 / rows;
}

void report(const loss_case& loss, const any_engine& by, int repetitions) {
  random_numbers draw(1);
  loss_arguments given = loss.draw({samples_for(loss), width, classes}, draw);
  if (loss.make_usual != nullptr) loss.make_usual(given);
  const measured result = measure(loss, by, given, repetitions);
  std::printf("%s\t", loss.name.c_str());
  for (std::size_t m = 0; m < given.rows.size(); ++m)
    std::printf("%s%lldx%lld", m == 0 ? "" : ",", static_cast<long long>(given.rows[m].rows()),
                static_cast<long long>(given.rows[m].width()));
  std::printf("\t%lld\t%.4f\t%lld\n", static_cast<long long>(classes), result.milliseconds, result.bytes);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  int threads = 1, repetitions = 5;
  std::string only;
  for (int k = 1; k + 1 < argc; k += 2) {
    if (std::strcmp(argv[k], "--threads") == 0) threads = std::atoi(argv[k + 1]);
    if (std::strcmp(argv[k], "--repetitions") == 0) repetitions = std::atoi(argv[k + 1]);
    if (std::strcmp(argv[k], "--loss") == 0) only = argv[k + 1];
  }
  for (const loss_case& loss : loss_cases())
    if (only.empty() || only == loss.name) report(loss, {.is_tiled = true, .threads = threads}, repetitions);
}
