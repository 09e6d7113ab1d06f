// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// At which sizes each kind of call is measured, in the order of what matters most, since a run may be cut short.

#include "kernel_cases.hpp"

namespace mixcon_bench {

struct bench_case {
  call_kind kind;
  call_sizes sizes;
  bool with_gradient = true;

  std::string name() const {
    return kind.name() + "/" + std::to_string(sizes.rows) + "x" + std::to_string(sizes.width) +
           (with_gradient ? "/gradient" : "/forward");
  }
};

/// Whether a kind is worth measuring there: `pairs` takes seconds where tiles take milliseconds, and double is only
/// there to check by.
inline bool is_worth_measuring(const call_kind& kind, const call_sizes& sizes, bool with_gradient) {
  if (kind.element == "float64" || (with_gradient && !kind.has_gradient)) return false;
  if (kind.form != call_form::rows) return true;
  if (kind.tier == "pairs") return sizes.rows <= 4096 || (kind.loss == "info_nce" && sizes.rows <= 16384);
  if (sizes.rows > 65536) return !with_gradient && kind.element == "bfloat16";
  return true;
}

inline std::vector<bench_case> all_bench_cases() {
  struct point {
    index_t rows, width;
    bool gradient, forward;
  };
  const point points[] = {{65536, 128, true, true},  {16384, 128, true, true}, {4096, 128, true, true},
                          {65536, 256, true, false}, {65536, 64, true, false}, {262144, 128, false, true},
                          {16384, 256, true, false}, {16384, 64, true, false}};
  const std::vector<call_kind> kinds = all_kinds();
  std::vector<bench_case> all;
  const auto add = [&](const call_kind& kind, const call_sizes& sizes, bool with_gradient) {
    if (is_worth_measuring(kind, sizes, with_gradient)) all.push_back({kind, sizes, with_gradient});
  };
  for (const point& at : points)
    for (const call_kind& kind : kinds) {
      if (kind.form != call_form::rows) continue;
      if (at.gradient) add(kind, {at.rows, at.width}, true);
      if (at.forward) add(kind, {at.rows, at.width}, false);
    }
  const auto add_both = [&](call_form form, const call_sizes& sizes) {
    for (const call_kind& kind : kinds)
      for (const bool with_gradient : {true, false})
        if (kind.form == form) add(kind, sizes, with_gradient);
  };
  add_both(call_form::images, {256, 3 * 224 * 224});
  add_both(call_form::logits, {8192, 32768});
  add_both(call_form::logits, {1000, 1000});
  return all;
}

}  // namespace mixcon_bench
