// SPDX-License-Identifier: BSD-3-Clause
// What a step of training allocates once the first ones are done. Every thread's allocations are counted; those that
// oneDNN makes whenever a kernel runs, which its interface does not let us avoid, apart from all others.
#include "data/sets/readers.hpp"
#include "devices/kept_memory.hpp"
#include "run/training_run.hpp"

#include "support/catch.hpp"
#include "support/counted_allocations.hpp"
#include "trainer/recipes/short_runs.hpp"

#include <oneapi/dnnl/dnnl.h>

#include <dlfcn.h>
#include <string>
#include <vector>

using namespace mixcon_train;
using mixcon_test::allocations;

namespace {
std::atomic<long> kernels{0}, inside{0};  // runs of oneDNN's kernels, and what was allocated meanwhile
}  // namespace

/// Stands in front of the library's own, which it calls. Here one thread trains: what is allocated during a call is the
/// kernel's, or the loader's, which allocates nothing (data/loader_memory.cpp).
extern "C" dnnl_status_t dnnl_primitive_execute(const_dnnl_primitive_t primitive, dnnl_stream_t stream, int count,
                                                const dnnl_exec_arg_t* arguments) {
  using function = decltype(&dnnl_primitive_execute);
  static const auto own = reinterpret_cast<function>(dlsym(RTLD_NEXT, "dnnl_primitive_execute"));
  const long before = allocations;
  const dnnl_status_t status = own(primitive, stream, count, arguments);
  inside += allocations - before;
  ++kernels;
  return status;
}

namespace {

/// A step's allocations: by oneDNN whenever a kernel runs, and all others.
struct counted_steps {
  long kernels_run = 0, by_kernels = 0, others = 0;
};
counted_steps count_steps(training_run& run, int steps) {
  const long before = allocations, of_kernels = inside, ran = kernels;
  for (int k = 0; k < steps; ++k) run.step();
  const long by_kernels = inside - of_kernels;
  return {kernels - ran, by_kernels, allocations - before - by_kernels};
}

}  // namespace

TEST_CASE("A step allocates nothing but what oneDNN allocates itself when a kernel runs", "[run]") {
  const train_and_test data = read_digits();
  for (const std::string recipe : {"ce", "supcon", "unicon"}) {
    training_run run(
        resolved(settings_with({{"recipe", recipe}, {"data", "digits"}, {"threads", "1"}, {"precision", "fp32"}})),
        data.train);
    for (int k = 0; k < 5; ++k) run.step();
    constexpr int steps = 4;
    const counted_steps counted = count_steps(run, steps);
    INFO(recipe << ": " << counted.kernels_run / steps << " kernels and " << counted.by_kernels / steps
                << " allocations of theirs a step, " << counted.others << " others in " << steps << " steps");
    CHECK(counted.kernels_run > 0);
    CHECK(counted.by_kernels <= 16 * counted.kernels_run);
    if (kept_memory::keeps) CHECK(counted.others == 0);
#if !defined(MIXCON_TEST_COUNTS_NOTHING)
    CHECK(counted.by_kernels > 0);  // they are counted
#endif
  }
}

TEST_CASE("A step of any recipe allocates nothing either", "[run]") {
  using namespace mixcon_train_tests;
  const kind_case rows{three_classes(sample_kind::row, {160, 1, 1, 12}),
                       {{"data", "letter"}, {"mlp-width", "16"}, {"batch", "16"}}},
      images{part_of(read_digits().train, 0, 160), {{"data", "digits"}, {"width", "4"}, {"batch", "16"}}};
  for (const recipe_entry& each : all_recipes()) {
    std::vector<options_given> all_given{{}};
    if (each.new_options().declares("pool")) all_given = {{{"pool", "batch"}}, {{"pool", "bank"}}};
    for (const options_given& given : all_given) {
      training_run run = new_run(each.takes(sample_kind::row) ? rows : images, each.name, given);
      for (int k = 0; k < 12; ++k) run.step();  // into the second epoch of ten batches
      constexpr int steps = 4;
      const counted_steps counted = count_steps(run, steps);
      INFO(each.name << (given.empty() ? "" : ", --pool " + given[0].second) << ": " << counted.others
                     << " allocations in " << steps << " steps");
      if (kept_memory::keeps) CHECK(counted.others == 0);
    }
  }
}
