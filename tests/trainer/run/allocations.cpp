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
#include <algorithm>
#include <map>
#include <string>

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

TEST_CASE("A step allocates nothing but what oneDNN allocates itself when a kernel runs", "[run]") {
  const train_and_test data = read_digits();
  for (const std::string recipe : {"ce", "supcon", "unicon"}) {
    training_run run(
        resolved(settings_with({{"recipe", recipe}, {"data", "digits"}, {"threads", "1"}, {"precision", "fp32"}})),
        data.train);
    for (int k = 0; k < 5; ++k) run.step();
    const long before = allocations, of_kernels = inside, ran = kernels;
    constexpr int steps = 4;
    for (int k = 0; k < steps; ++k) run.step();
    const long all = allocations - before, theirs = inside - of_kernels;
    INFO(recipe << ": " << (kernels - ran) / steps << " kernels and " << theirs / steps << " allocations of theirs a "
                << "step, " << all - theirs << " others in " << steps << " steps");
    CHECK(kernels > ran);
    CHECK(theirs <= 16 * (kernels - ran));
    if (kept_memory::keeps) CHECK(all - theirs == 0);
#if !defined(MIXCON_TEST_COUNTS_NOTHING)
    CHECK(theirs > 0);  // they are counted
#endif
  }
}
