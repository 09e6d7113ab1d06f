// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Where a call runs: on this process's threads, or over all processes.

#include "call.hpp"

#include <mixcon/engine/tiled.hpp>
#include <mixcon/ranks/ranks.hpp>

namespace mixcon_python {

/// Calls f.operator()<E>(executor, call) with the type that rows are stored as. Over processes rows of two bytes are
/// copied as float, the type they are computed and sent in, so that this is compiled for two types.
template <class F>
answer on_executor(const request& call, F&& f) {
  const tiled engine{call.threads, call.pool};
  if (call.ranks == nullptr)
    return for_element(call, [&]<class E>(const request& c) { return f.template operator()<E>(engine, c); });
  const ranks executor{any_ranks(*call.ranks), engine,
                       call.gathers_all ? exchange_form::gathered : exchange_form::ring};
  if (call.arrays.at(0).of == element::float64) return f.template operator()<double>(executor, call);
  std::vector<std::vector<float>> copies;
  return f.template operator()<float>(executor, widened(call, copies));
}

}  // namespace mixcon_python
