// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Where a call runs: on this process's threads, or over all processes.

#include "call.hpp"

#include <mixcon/engine/tiled.hpp>
#include <mixcon/ranks/ranks.hpp>

namespace mixcon_python {

/// Calls run(executor) with that of the call.
template <class Run>
answer on_executor(const request& call, Run&& run) {
  const tiled engine{call.threads, call.pool};
  if (call.ranks == nullptr) return run(engine);
  const exchange_form form = call.gathers_all ? exchange_form::gathered : exchange_form::ring;
  return run(ranks{any_ranks(*call.ranks), engine, form});
}

}  // namespace mixcon_python
