// SPDX-License-Identifier: BSD-3-Clause
// The gate: NT-Xent and SupCon, value and gradients, on one thread, must not become slower than they were, on any
// instruction set of the processor. Compared with a plain loop that has the same vectors, so that the bars hold on
// processors of any speed. Compiled with -O2, as users compile.
#include "speed/plain_loop.hpp"
#include "speed/timing.hpp"
#include "support/catch.hpp"

#include <mixcon/adapt/tensors/span.hpp>
#include <mixcon/engine/tiled.hpp>
#include <mixcon/engine/value_and_grad.hpp>
#include <mixcon/losses/nt_xent.hpp>
#include <mixcon/losses/supcon.hpp>

#include <cmath>
#include <cstdio>
#include <random>

using namespace mixcon;
using namespace mixcon_test;

namespace {

constexpr index_t rows = 768, width = 128;
constexpr float temperature = 0.5F;
constexpr double slack = 0.7;  // fails below this share of a bar

struct batch {
  std::vector<float> z = std::vector<float>(static_cast<std::size_t>(rows * width));
  std::vector<int> samples, classes;  // whose view a row is; one of 32 classes, alike for both views

  batch() {
    std::mt19937 draw(1);
    for (float& x : z) x = static_cast<float>(draw() % 2001) / 1000 - 1;
    for (index_t i = 0; i < rows; ++i) {
      float square = 0;
      for (index_t k = 0; k < width; ++k) square += at(i, k) * at(i, k);
      for (index_t k = 0; k < width; ++k) at(i, k) /= std::sqrt(square);
      samples.push_back(static_cast<int>(i % (rows / 2)));
      classes.push_back(static_cast<int>(i % (rows / 2) % 32));
    }
  }
  float& at(index_t i, index_t k) { return z[static_cast<std::size_t>(i * width + k)]; }
};

/// Compares an objective with the loop on the instruction set `For`: first that both compute the same, then their
/// times.
template <class For, class Objective, class Targets>
void check(const char* name, const Objective& criterion, const Targets& targets, const std::vector<int>& labels,
           double bar) {
  use_instruction_set(For::which);
  batch given;
  std::vector<float> by_loop, by_engine(given.z.size());
  plain_loop<For> loop(rows, width);
  double of_loop = 0, of_engine = 0;
  const auto z = as_matrix(given.z, rows, width);
  const auto gradient = as_matrix(by_engine, rows, width);
  const auto run_loop = [&] { of_loop = loop(given.z, labels, temperature, by_loop); };
  const auto run_engine = [&] {
    of_engine = static_cast<double>(value_and_grad(tiled{.threads = 1}, criterion, targets, z, gradient).value);
  };
  const double ratio = ratio_of(run_loop, run_engine, slack * bar);
  CHECK(of_engine == Approx(of_loop).epsilon(1e-5));
  double apart = 0, size = 0;
  for (std::size_t k = 0; k < by_loop.size(); ++k) {
    const double a = static_cast<double>(by_loop[k]), b = static_cast<double>(by_engine[k]);
    apart += (a - b) * (a - b), size += a * a;
  }
  CHECK(apart < 1e-8 * size);
  std::printf("%s on %s: the loop takes %.2f times as long as the engine; the bar is %.2f\n", name, name_of(For::which),
              ratio, bar);
  CHECK(ratio > slack * bar);
}

/// The bars, as measured: how many times as long the loop took.
struct bars {
  double nt_xent, supcon;
};
template <class For>
void check_both(const bars& bar) {
  const batch given;
  const objective ours = of_unit_rows_as_given(supcon(static_cast<double>(temperature), 0));
  const objective<info_nce, dot_product> of_views{info_nce{.temperature = static_cast<double>(temperature)},
                                                  dot_product{}};
  check<For>("NT-Xent", of_views, view_targets{.samples = rows / 2}, given.samples, bar.nt_xent);
  check<For>("SupCon", ours, label_targets{.labels = given.classes}, given.classes, bar.supcon);
}

}  // namespace

TEST_CASE("the engine is as fast as it was, beside a plain loop of the same vectors", "[speed]") {
  const instruction_set best = instruction_set_in_use();
  check_both<as_compiled>({2.2, 2.2});
#if MIXCON_MAY_WIDEN
  if (best >= instruction_set::avx2) check_both<with_avx2>({3.6, 3.6});
  if (best >= instruction_set::avx512) check_both<with_avx512>({4.5, 4.5});
#endif
  use_instruction_set(best);
}
