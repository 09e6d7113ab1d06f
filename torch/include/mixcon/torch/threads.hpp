// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The fast engine on as many threads as torch works with.

#include <mixcon/core/thread_pool.hpp>
#include <mixcon/engine/tiled.hpp>

#include <ATen/Parallel.h>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// `tiled` on the threads that at::set_num_threads asked for: the shared pool where it has as many.
inline tiled as_many_threads_as_torch() {
  const int threads = at::get_num_threads();
  return {.threads = threads == thread_pool::shared().threads() ? 0 : threads};
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
