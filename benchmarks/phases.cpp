// SPDX-License-Identifier: BSD-3-Clause
// Where the time of a call goes: a table of the engine's phases, for the value, and for the value with its gradients.
// One thread, float; NT-Xent on N rows of width D. Compiled with MIXCON_PHASES.
//
//   phases [N] [D] [TIMES]
#include <mixcon/adapt/tensors/span.hpp>
#include <mixcon/core/phases.hpp>
#include <mixcon/engine/tiled.hpp>
#include <mixcon/engine/value_and_grad.hpp>
#include <mixcon/losses/nt_xent.hpp>

#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

namespace {

/// Calls it once to warm up, then so many times, and prints the phases of these.
template <class Call>
void report(const char* name, int times, const Call& call) {
  call();
  mixcon::phases::reset();
  for (int k = 0; k < times; ++k) call();
  std::printf("%s, %d times\n", name, times);
  mixcon::phases::print(stdout);
  mixcon::phases::reset();
}

}  // namespace

int main(int argc, char** argv) {
  const auto given = [&](int at, long otherwise) { return argc > at ? std::atol(argv[at]) : otherwise; };
  const mixcon::index_t rows = given(1, 4096), width = given(2, 128);
  const int times = static_cast<int>(given(3, 5));
  std::mt19937 draw(1);
  std::vector<float> values(static_cast<std::size_t>(rows * width)), slopes(values.size());
  for (float& x : values) x = static_cast<float>(draw() % 2001) / 1000 - 1;
  const auto z = mixcon::as_matrix(values, rows, width), gradient = mixcon::as_matrix(slopes, rows, width);
  const auto criterion = mixcon::nt_xent(0.5);
  const mixcon::view_targets targets{.samples = rows / 2};
  const mixcon::tiled engine{.threads = 1};
  report("value", times, [&] {
    mixcon::saved_for<decltype(criterion), decltype(z)> saved;
    mixcon::forward(engine, criterion, targets, z, saved);
  });
  report("value and gradients", times, [&] { mixcon::value_and_grad(engine, criterion, targets, z, gradient); });
}
