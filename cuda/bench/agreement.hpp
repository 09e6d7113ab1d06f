// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Whether a call comes to what the same call in double comes to, and twice to the same bits.

#include "kernel_cases.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace mixcon_bench {

/// What a call left.
struct call_result {
  double value = 0;
  std::vector<double> gradient{};
  friend bool operator==(const call_result& a, const call_result& b) {
    return a.value == b.value && a.gradient == b.gradient;  // NaN is no result
  }
};
/// Enqueues the call on memory that is NaN everywhere, and waits for it.
inline call_result result_of(measured_call& call) {
  call.poison();
  call.enqueue();
  return {call.value(), call.gradient()};
}

/// |found - expected| / |expected|, all entries as one vector. NaN if the sizes differ.
inline double relative_error(const std::vector<double>& found, const std::vector<double>& expected) {
  double apart = 0, size = 0;
  if (found.size() != expected.size()) return std::nan("");
  for (std::size_t k = 0; k < expected.size(); ++k)
    apart += (found[k] - expected[k]) * (found[k] - expected[k]), size += expected[k] * expected[k];
  return std::sqrt(apart) / std::max(std::sqrt(size), 1e-3);
}

struct agreement {
  double value_error = 0, gradient_error = 0;
  std::string wrong{};  // in words; empty: all is as it should be
};

/// Runs a kind twice and compares with what double came to.
inline agreement agreement_with(const call_result& expected, const call_kind& kind, const call_sizes& sizes,
                                bool with_gradient, mixcon::gpu::stream_handle on) {
  const auto call = kind.make(sizes, with_gradient, on);
  const call_result first = result_of(*call), again = result_of(*call);
  agreement found;
  found.value_error = std::abs(first.value - expected.value) / std::max(std::abs(expected.value), 0.1);
  found.gradient_error = relative_error(first.gradient, expected.gradient);
  char words[160] = "";
  if (!(found.value_error <= kind.value_bound)) {
    std::snprintf(words, sizeof words, "value %.9g, expected %.9g; ", first.value, expected.value);
    found.wrong += words;
  }
  if (!(found.gradient_error <= kind.gradient_bound)) {
    std::snprintf(words, sizeof words, "gradient off by %.3g of its length; ", found.gradient_error);
    found.wrong += words;
  }
  if (!(first == again)) found.wrong += "not the same bits twice; ";
  return found;
}

}  // namespace mixcon_bench
